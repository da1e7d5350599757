"""What one position of a map sees of another map, along one axis: the arithmetic of receptive fields.

Position j of a convolution's output sees the positions j·s - p … j·s - p + d(k - 1) of its input. That is a
field; fields compose, and branches that meet see the hull of what each of them sees. Where a map was
enlarged, positions see alike only every so many steps: a field has a period.

Source: Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks, section 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Integer

from symflops.errors import ArgumentError, NotClosedError
from symflops.exprs import ONE, ZERO, minimum, spread
from symflops.facts import Facts, at_least
from symflops.symbols import exact, unused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.geometry import Window

MOST_PHASES = 4096  # positions that differ in what they see


#: The first and the last position that is seen; none is where a tap of a transposed convolution falls on none.
Span = tuple[sympy.Expr, sympy.Expr] | None


@dataclass(frozen=True)
class Field:
    """Position j = q·T + r sees the positions from q·step + first to q·step + last of ``spans[r]``, T phases.

    ``grain`` is the distance between the positions that one layer sees, its dilation. A convolution has one
    phase: ``Field(s, ((-p, d*(k - 1) - p),), d)``.

    >>> from symflops import dims
    >>> k, s, p = dims("k s p")
    >>> conv = Field(s, ((-p, k - 1 - p),))
    >>> twice = conv.after(conv)
    >>> twice.size, twice.stride, twice.padding
    (k*s + k - s, s**2, p*s + p)

    Raises:
        ArgumentError: a step or grain below 1, no span, or one that ends before it begins.
    """

    step: sympy.Expr
    spans: tuple[Span, ...]
    grain: sympy.Expr = ONE

    def __post_init__(self) -> None:
        given: Any = self.spans  # as users write them
        spans = given if isinstance(given, tuple) else ()
        if not spans or not all(s is None or (isinstance(s, tuple) and len(s) == 2) for s in spans):  # noqa: PLR2004
            message = f"Field: spans must be a tuple of (first, last) or None, got {given!r}"
            raise ArgumentError(message)
        if not all(isinstance(n, sympy.Expr) for n in self._numbers()):
            object.__setattr__(self, "step", exact(self.step))
            object.__setattr__(self, "grain", exact(self.grain))
            exactly = tuple(s and (exact(s[0]), exact(s[1])) for s in spans)
            object.__setattr__(self, "spans", exactly)
        sizes = (last - first for first, last in filter(None, self.spans))
        wrong = any(n.is_Rational and not (n.is_Integer and n > 0) for n in (self.step, self.grain))
        if wrong or any(size.is_negative for size in sizes):
            message = (
                f"Field: a step and grain of at least 1, and spans from first to last; got {self}"
            )
            raise ArgumentError(message)

    def _numbers(self) -> Iterable[sympy.Expr]:
        yield from (self.step, self.grain)
        yield from (edge for span in self.spans if span for edge in span)

    @property
    def seeing(self) -> list[tuple[sympy.Expr, sympy.Expr]]:
        """The spans of the positions that see anything.

        Raises:
            NotClosedError: there is none.
        """
        found = [span for span in self.spans if span is not None]
        if not found:
            message = "no position sees the input: each falls between the taps of a transposed convolution"
            raise NotClosedError(message)
        return found

    @property
    def size(self) -> sympy.Expr:
        """How many positions one position sees, from the first to the last; where they differ, the most."""
        return _greatest([spread(last - first + 1) for first, last in self.seeing])

    @property
    def stride(self) -> sympy.Expr:
        """How far apart the fields of neighbours are: below 1 where a map was enlarged."""
        return spread(self.step / len(self.spans))

    @property
    def padding(self) -> sympy.Expr:
        """How far the first field reaches out before the first position."""
        return spread(-self.seeing[0][0])

    @property
    def centre(self) -> sympy.Expr:
        """The middle of the first field."""
        return spread(sum(self.seeing[0]) / 2)

    def after(self, inner: Field) -> Field:
        """Return what ``self``'s positions see of the map behind ``inner``: inner runs first.

        Raises:
            NotClosedError: ``inner``'s positions differ and it is a symbol which of them are seen.
        """
        period, own = len(inner.spans), len(self.spans)
        if period == 1:
            rounds = 1
        else:
            _all_numbers(self._numbers())
            rounds = period // sympy.igcd(period, int(self.step))
        _few_enough(rounds * own)
        spans = [
            inner.through(self.at(r) if own > 1 or r else self.spans[0], self.grain)
            for r in range(rounds * own)
        ]
        step = spread(inner.step * self.step * rounds / period)
        return Field(step, tuple(spans)).shortest()

    def at(self, j: int) -> Span:
        """Return the span of position j."""
        span, shift = self.spans[j % len(self.spans)], (j // len(self.spans)) * self.step
        return None if span is None else (span[0] + shift, span[1] + shift)

    def through(self, seen: Span, grain: sympy.Expr) -> Span:
        """Return what the positions of a span see, which are ``grain`` apart."""
        if seen is None:
            return None
        first, last = seen
        period = len(self.spans)
        if period == 1:
            if self.spans[0] is None:
                return None
            ((low, high),) = self.seeing
            return spread(first * self.step + low), spread(last * self.step + high)
        # phases come round after as many positions: what lies between the first and the last of them
        # cannot see further
        many = min(period, int((last - first) / grain) + 1)
        begin = [self.at(int(first + n * grain)) for n in range(many)]
        end = [self.at(int(last - n * grain)) for n in range(many)]
        lows, highs = [s[0] for s in begin if s], [s[1] for s in end if s]
        return (_least(lows), _greatest(highs)) if lows and highs else None

    def shortest(self) -> Field:
        """Return the same field with the smallest period."""
        n = len(self.spans)
        for period in (d for d in range(1, n) if n % d == 0):
            step = self.step * period / n
            if step.is_integer:
                shorter = Field(step, self.spans[:period])
                if all(shorter.at(r) == self.spans[r] for r in range(n)):
                    return shorter
        return self

    def repeated(self, n: sympy.Expr, facts: Facts | None = None) -> Field:
        """Return the field of ``n`` equal layers, one after the other: a geometric sum.

        L convolutions of k and stride 1 see L(k - 1) + 1; with stride 2 they see (2^L - 1)(k - 1) + 1. A stride
        that may be 1 leaves the sum open.

        Raises:
            NotClosedError: positions differ in what they see.
        """
        if len(self.spans) > 1:
            raise NotClosedError(ENLARGED_DEPTH)
        ((first, last),) = self.seeing
        reach = _geometric(self.step, n, facts or Facts())
        return Field(self.step**n, ((spread(first * reach), spread(last * reach)),))

    def xreplace(self, swaps: Mapping[Any, Any]) -> Field:
        """Return the field with expressions in place of symbols."""
        step, grain = self.step.xreplace(swaps), self.grain.xreplace(swaps)
        spans = (s and (s[0].xreplace(swaps), s[1].xreplace(swaps)) for s in self.spans)
        return Field(step, tuple(spans), grain)

    def hull(self, other: Field, facts: Facts) -> Field:
        """Return what is seen through two branches that meet.

        Raises:
            NotClosedError: the branches have different strides.
        """
        if self.spans == other.spans and self.step == other.step:
            return self
        mine, theirs = len(self.spans), len(other.spans)
        if spread(self.step * theirs - other.step * mine) != 0:
            message = (
                f"branches that meet have strides {self.stride} and {other.stride}: their outputs "
                "see no common grid"
            )
            raise NotClosedError(message)
        period = math.lcm(mine, theirs)
        _few_enough(period)
        spans = tuple(_hull(self.at(r), other.at(r), facts) for r in range(period))
        return Field(self.step * period / mine, spans).shortest()

    def is_aligned(self, other: Field) -> bool:
        """Say whether the fields of two branches have the same centres."""
        period = math.lcm(len(self.spans), len(other.spans))
        pairs = ((self.at(r), other.at(r)) for r in range(period))
        return all(a is None or b is None or spread(sum(a) - sum(b)) == 0 for a, b in pairs)


def _geometric(ratio: sympy.Expr, n: sympy.Expr, facts: Facts) -> sympy.Expr:
    """Return Σ ratio^i for i = 0 … n - 1."""
    if ratio == 1:
        return n
    if facts.decide(at_least(ratio, 2)):
        return (ratio**n - 1) / (ratio - 1)
    i = unused(ratio, n)
    return sympy.Sum(ratio**i, (i, ZERO, n - 1))


ENLARGED_DEPTH = "a symbolic depth of layers that enlarge has no receptive field in closed form; give it a number"


def _hull(a: Span, b: Span, facts: Facts) -> Span:
    if a is None or b is None:
        return a or b
    return least(a[0], b[0], facts), -least(-a[1], -b[1], facts)


SAME = Field(ONE, ((ZERO, ZERO),))  # a position sees itself

#: What a layer says of each axis of its output: the axis of its input that it runs along, with the field of
#: one position there; None where a position sees all of what stood there.
Axes = tuple[tuple[int, Field] | None, ...]


def pointwise(rank: int) -> Axes:
    """Return the axes of a layer whose every position sees the same position of the input."""
    return tuple((axis, SAME) for axis in range(rank))


def all_but(axis: int, rank: int) -> Axes:
    """Return the axes of a layer whose every position sees all of one axis, and itself along the others."""
    return tuple(None if i == axis else (i, SAME) for i in range(rank))


def mapped(rank: int, fields: Iterable[Field | None]) -> Axes:
    """Return the axes of a layer over (B, C, …): all channels, and a field for each of the last axes."""
    along = list(fields)
    first = rank - len(along)
    spatial = ((first + i, field) if field else None for i, field in enumerate(along))
    return ((0, SAME), *(None,) * (first - 1), *spatial)


def sliding(window: Window) -> Field:
    """Return the field of a window: j·s - p … j·s - p + d(k - 1)."""
    span = spread(-window.before), spread(window.reach - window.before)
    return Field(window.stride, (span,), window.dilation)


def shifted(before: sympy.Expr) -> Field:
    """Return the field of padding that is added before the first position."""
    return Field(ONE, ((spread(-before), spread(-before)),))


def gathered(factor: sympy.Expr) -> Field:
    """Return the field of ``factor`` neighbours that become one position."""
    return Field(factor, ((ZERO, spread(factor - 1)),))


def scattered(ratio: sympy.Expr) -> Field:
    """Return the field of a map enlarged ``ratio`` times by copying: position j sees ⌊j/ratio⌋.

    >>> scattered(sympy.Rational(3, 2)).spans     # 0, 1, 2 see 0, 0, 1; the next three the same + 2
    ((0, 0), (0, 0), (1, 1))

    Raises:
        NotClosedError: the ratio is a symbol.
    """
    _all_numbers((ratio,))
    _few_enough(ratio.p)
    seen = (Integer(r * ratio.q // ratio.p) for r in range(ratio.p))
    return Field(Integer(ratio.q), tuple((i, i) for i in seen))


def spread_out(window: Window) -> Field:
    """Return the field of a transposed convolution: j sees every i with i·s - p + t·d = j for a tap t.

    Raises:
        NotClosedError: stride, padding or the window is a symbol, and the stride is not 1.
    """
    if window.stride == 1:
        span = spread(window.before - window.reach), spread(window.before)
        return Field(ONE, (span,), window.dilation)
    numbers = (window.stride, window.before, window.dilation, window.kernel)
    _all_numbers(numbers)
    s, p, d, k = map(int, numbers)
    _few_enough(s)
    again = s // sympy.igcd(s, d)  # after as many taps one falls on a position of the input again
    spans: list[Span] = []
    for r in range(s):
        tap = next((t for t in range(min(k, again)) if (r + p - t * d) % s == 0), None)
        if tap is None:
            spans.append(None)
            continue
        last = tap + (k - 1 - tap) // again * again
        spans.append((Integer((r + p - last * d) // s), Integer((r + p - tap * d) // s)))
    return Field(ONE, tuple(spans), Integer(d // sympy.igcd(s, d)))


def blended(ratio: sympy.Expr, before: int, after: int, *, corners: bool = False) -> Field:
    """Return the field of interpolation: position j blends the neighbours of one place of the input.

    The place is x = (j + ½)/ratio - ½, or j/ratio where corners are aligned; the neighbours are those from
    ⌊x⌋ - ``before`` to ⌊x⌋ + ``after``, or x alone where it is whole.

    Raises:
        NotClosedError: the ratio is a symbol.
    """
    _all_numbers((ratio,))
    _few_enough(ratio.p)
    half = sympy.Rational(0 if corners else 1, 2)
    spans = []
    for place in ((r + half) / ratio - half for r in range(ratio.p)):
        x = Integer(place.p // place.q)
        # a place that is a position is seen alone: its neighbours weigh nothing
        spans.append((x, x) if place.is_Integer else (x - before, x + after))
    return Field(Integer(ratio.q), tuple(spans))


def _least(values: list[sympy.Expr]) -> sympy.Expr:
    if all(value.is_Rational for value in values):
        return min(values)
    return reduce(partial(least, facts=Facts()), dict.fromkeys(values))


def _greatest(values: list[sympy.Expr]) -> sympy.Expr:
    return -_least([-value for value in values])


def least(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> sympy.Expr:
    """Return the smaller of two numbers, or their minimum where that is a symbol's matter."""
    for smaller, greater in ((a, b), (b, a)):
        if facts.decide(at_least(greater, smaller)):
            return smaller
    return minimum(a, b)


def _all_numbers(values: Iterable[sympy.Expr]) -> None:
    for value in values:
        if not value.is_Rational:
            message = (
                f"the receptive field behind a map that was enlarged needs numbers, got {value}; put "
                "numbers in with at()"
            )
            raise NotClosedError(message)


def _few_enough(phases: int) -> None:
    if phases > MOST_PHASES:
        message = (
            f"maps enlarged {phases} times: positions that differ are followed up to {MOST_PHASES}"
        )
        raise NotClosedError(message)
