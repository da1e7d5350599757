"""Numbers that count what is done to them, and grids of such numbers.

They know nothing of layers. Negation, moves and indexing are free, as is the whole number 0 that
Python's ``sum`` starts from: ``sum`` of n numbers takes n - 1 additions.
"""

from __future__ import annotations

import math
import random
from collections import Counter as Tallies
from contextlib import contextmanager
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Real = float | int


class Counter:
    """Counts one run: ``operations`` by name, and ``params``, the weights that were asked for.

    ``sizes`` holds the drawn sizes by name. Zero and other constants come from ``number``, learned
    tensors from ``weight``, and what is learned but no parameter (running statistics) from ``constant``.

    >>> counter = Counter()
    >>> x = counter.number(3)
    >>> ((x * x + 1).sqrt() > 2, counter.operations["mul"], counter.operations["cmp"])
    (True, 1, 1)
    >>> counter.weight(4, 2).shape, counter.params
    ((4, 2), 8)
    """

    def __init__(self, seed: int = 0, sizes: Mapping[str, int] | None = None) -> None:
        self.operations: Tallies[str] = Tallies()
        self.params = 0
        self.activations = 0
        self.sizes = dict(sizes or {})
        self.learned: list[Array] = []
        self._random = random.Random(seed)  # noqa: S311 - a repeatable draw, no secret
        self._tied: dict[str, list[Array]] = {}
        self._tape: tuple[list[Array], Iterator[Array]] | None = None

    def number(self, value: Real) -> Number:
        """Return a number that counts here."""
        return Number(value, self)

    def draw(self, *shape: int) -> Array:
        """Return a grid of random numbers between -1 and 1."""
        return Array.of(shape, lambda *_: self.number(self._random.uniform(-1, 1)))

    def weight(self, *shape: int) -> Array:
        """Return a learned tensor and count its elements; one that is tied comes back, uncounted."""
        if self._tape is not None:
            known = next(self._tape[1], None)
            if known is not None:
                return known.reshaped(shape)
        drawn = self.draw(*shape)
        self.params += len(drawn.entries)
        self.learned.append(drawn)
        if self._tape is not None:
            self._tape[0].append(drawn)
        return drawn

    def constant(self, *shape: int) -> Array:
        """Return a tensor of positive numbers that is there, but is no parameter."""
        drawn = Array.of(shape, lambda *_: self.number(self._random.uniform(0.5, 1.5)))
        self.learned.append(drawn)
        return drawn

    @contextmanager
    def tied(self, name: str) -> Iterator[None]:
        """Draw the weights inside once a name; the second time the same ones come back."""
        outer, drawn = self._tape, self._tied.setdefault(name, [])
        self._tape = (drawn, iter(tuple(drawn)))
        try:
            yield
        finally:
            self._tape = outer

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Forget what is counted and learned inside."""
        before = (self.operations.copy(), self.params, self.activations, list(self.learned))
        tied = {name: list(drawn) for name, drawn in self._tied.items()}
        try:
            yield
        finally:
            self.operations, self.params, self.activations, self.learned = before
            self._tied = tied


class Number:
    """A number whose operations are counted: ``+ - * / **``, comparisons, exp, log, sqrt, erf, tanh."""

    __slots__ = ("counter", "value")

    def __init__(self, value: Real, counter: Counter) -> None:
        self.value, self.counter = value, counter

    def _done(self, operation: str, value: Real) -> Number:
        self.counter.operations[operation] += 1
        return Number(value, self.counter)

    def __add__(self, other: Number | Real) -> Number:
        return self._done("add", self.value + _value(other))

    def __radd__(self, other: Real) -> Number:
        # sum() starts from the whole number 0; taking the first summand is a move
        return self if type(other) is int and other == 0 else self + other

    def __sub__(self, other: Number | Real) -> Number:
        return self._done("sub", self.value - _value(other))

    def __rsub__(self, other: Real) -> Number:
        return self._done("sub", other - self.value)

    def __mul__(self, other: Number | Real) -> Number:
        return self._done("mul", self.value * _value(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Number | Real) -> Number:
        return self._done("div", self.value / _value(other))

    def __rtruediv__(self, other: Real) -> Number:
        return self._done("div", other / self.value)

    def __pow__(self, other: Number | Real) -> Number:
        return self._done("pow", self.value ** _value(other))

    def __neg__(self) -> Number:
        return Number(-self.value, self.counter)

    def __lt__(self, other: Number | Real) -> bool:
        self.counter.operations["cmp"] += 1
        return self.value < _value(other)

    def __gt__(self, other: Number | Real) -> bool:
        self.counter.operations["cmp"] += 1
        return self.value > _value(other)

    def __le__(self, other: Number | Real) -> bool:
        return not self > other

    def __ge__(self, other: Number | Real) -> bool:
        return not self < other

    def exp(self) -> Number:
        """Return the exponential."""
        return self._done("exp", math.exp(self.value))

    def log(self) -> Number:
        """Return the natural logarithm."""
        return self._done("log", math.log(self.value))

    def sqrt(self) -> Number:
        """Return the square root."""
        return self._done("sqrt", math.sqrt(self.value))

    def erf(self) -> Number:
        """Return the error function."""
        return self._done("erf", math.erf(self.value))

    def tanh(self) -> Number:
        """Return the hyperbolic tangent."""
        return self._done("tanh", math.tanh(self.value))

    def __repr__(self) -> str:
        return f"Number({self.value})"


def _value(other: Number | Real) -> Real:
    return other.value if isinstance(other, Number) else other


class Array:
    """A grid of numbers: its ``shape``, and its ``entries`` with the last axis running fastest.

    >>> counter = Counter()
    >>> x = Array.of((2, 3), lambda i, j: counter.number(10 * i + j))
    >>> x[1, 2], x.reshaped((3, 2))[2, 1]
    (Number(12), Number(12))
    """

    __slots__ = ("entries", "shape")

    def __init__(self, shape: Sequence[int], entries: list[Number]) -> None:
        self.shape, self.entries = tuple(shape), entries

    @classmethod
    def of(cls, shape: Sequence[int], entry: Callable[..., Number]) -> Array:
        """Return the grid whose entry at i, j, … is ``entry(i, j, …)``."""
        return cls(shape, [entry(*index) for index in grid(shape)])

    def __getitem__(self, index: Sequence[int]) -> Number:
        position = 0
        for i, size in zip(index, self.shape, strict=True):
            if not 0 <= i < size:
                message = f"index {tuple(index)} lies outside the shape {self.shape}"
                raise IndexError(message)
            position = position * size + i
        return self.entries[position]

    def reshaped(self, shape: Sequence[int]) -> Array:
        """Return the same entries seen in another shape."""
        return Array(shape, self.entries)

    def __repr__(self) -> str:
        return f"Array{self.shape}"


def grid(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Return every index of a shape, the last axis running fastest."""
    return product(*map(range, shape))


def total(numbers: Sequence[Number]) -> Number:
    """Return the sum of n numbers, which takes n - 1 additions."""
    return sum(numbers[1:], numbers[0])
