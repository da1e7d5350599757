"""What one position of a map sees of another map, along one axis: the arithmetic of receptive fields.

Position j of a convolution's output sees the positions j·s - p … j·s - p + d(k - 1) of its input. That is a
field; fields compose, and branches that meet see the hull of what each of them sees. Where a map was
enlarged, positions see alike only every so many steps: a field has a period.

Source: Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Integer

from symflops.errors import NotClosedError
from symflops.exprs import ONE, ZERO, minimum, spread
from symflops.facts import Facts, at_least

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.geometry import Window

MOST_PHASES = 4096  # positions that differ in what they see


@dataclass(frozen=True)
class Field:
    """Position j = q·T + r sees q·step + lows[r] … q·step + highs[r], with T phases r.

    >>> from symflops import dims
    >>> k, s, p = dims("k s p")
    >>> conv = Field(s, (-p,), (k - 1 - p,))
    >>> conv.after(conv).size, conv.after(conv).stride, conv.after(conv).padding
    (k*s + k - s, s**2, p*s + p)
    """

    step: sympy.Expr
    lows: tuple[sympy.Expr, ...]
    highs: tuple[sympy.Expr, ...]

    @property
    def size(self) -> sympy.Expr:
        """How many positions one position sees; where they differ, the most."""
        sizes = [spread(high - low + 1) for low, high in zip(self.lows, self.highs, strict=True)]
        return sizes[0] if len(sizes) == 1 else max(sizes)

    @property
    def stride(self) -> sympy.Expr:
        """How far apart the fields of neighbours are: below 1 where a map was enlarged."""
        return spread(self.step / len(self.lows))

    @property
    def padding(self) -> sympy.Expr:
        """How far the field of position 0 reaches out before the first position."""
        return spread(-self.lows[0])

    @property
    def centre(self) -> sympy.Expr:
        """The middle of the field of position 0."""
        return spread((self.lows[0] + self.highs[0]) / 2)

    def after(self, inner: Field) -> Field:
        """Return what ``self``'s positions see of the map behind ``inner``: inner runs first.

        Raises:
            NotClosedError: ``inner``'s positions differ and it is a symbol which of them are seen.
        """
        period = len(inner.lows)
        if period == 1:
            rounds = 1
        else:
            _all_numbers((self.step, *self.lows, *self.highs))
            rounds = period // sympy.igcd(period, int(self.step))
        own = len(self.lows)
        _few_enough(rounds * own)
        lows, highs = [], []
        for r in range(rounds * own):
            start = (r // own) * self.step
            lows.append(inner._position(start + self.lows[r % own], inner.lows))
            highs.append(inner._position(start + self.highs[r % own], inner.highs))
        step = spread(inner.step * self.step * rounds / period)
        return Field(step, tuple(lows), tuple(highs)).shortest()

    def _position(self, j: sympy.Expr, edges: tuple[sympy.Expr, ...]) -> sympy.Expr:
        period = len(edges)
        if period == 1:
            return spread(j * self.step + edges[0])
        return (int(j) // period) * self.step + edges[int(j) % period]

    def shortest(self) -> Field:
        """Return the same field with the smallest period."""
        n = len(self.lows)
        for period in (d for d in range(1, n) if n % d == 0):
            step = self.step * period / n
            same = step.is_Integer and all(
                edges[r] == edges[r - period] + step
                for edges in (self.lows, self.highs)
                for r in range(period, n)
            )
            if same:
                return Field(step, self.lows[:period], self.highs[:period])
        return self

    def repeated(self, n: sympy.Expr) -> Field:
        """Return the field of ``n`` equal layers, one after the other: a geometric sum.

        L convolutions of k and stride 1 see L(k - 1) + 1; with stride 2 they see (2^L - 1)(k - 1) + 1.
        """
        if len(self.lows) > 1:
            if not n.is_Integer:
                message = (
                    "a symbolic depth of layers that enlarge has no receptive field in closed form"
                )
                raise NotClosedError(message)
            return _power(self, int(n))
        reach = n if self.step == 1 else (self.step**n - 1) / (self.step - 1)
        return Field(
            self.step**n, (spread(self.lows[0] * reach),), (spread(self.highs[0] * reach),)
        )

    def hull(self, other: Field, facts: Facts) -> Field:
        """Return what is seen through two branches that meet.

        Raises:
            NotClosedError: the branches have different strides.
        """
        if self == other:
            return self
        mine, theirs = len(self.lows), len(other.lows)
        if spread(self.step * theirs - other.step * mine) != 0:
            message = (
                f"branches that meet have strides {self.stride} and {other.stride}: their outputs "
                "see no common grid"
            )
            raise NotClosedError(message)
        period = mine * theirs // sympy.igcd(mine, theirs)
        _few_enough(period)
        a, b = self._phases(period), other._phases(period)
        lows = tuple(least(x, y, facts) for (x, _), (y, _) in zip(a, b, strict=True))
        highs = tuple(-least(-x, -y, facts) for (_, x), (_, y) in zip(a, b, strict=True))
        return Field(self.step * period / mine, lows, highs).shortest()

    def is_aligned(self, other: Field) -> bool:
        """Say whether the fields of two branches have the same centres."""
        period = len(self.lows) * len(other.lows)
        pairs = zip(self._phases(period), other._phases(period), strict=True)
        return all(spread(sum(a) - sum(b)) == 0 for a, b in pairs)

    def _phases(self, period: int) -> list[tuple[sympy.Expr, sympy.Expr]]:
        return [
            (self._position(Integer(r), self.lows), self._position(Integer(r), self.highs))
            for r in range(period)
        ]


SAME = Field(ONE, (ZERO,), (ZERO,))  # a position sees itself

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
    return Field(window.stride, (spread(-window.before),), (spread(window.reach - window.before),))


def shifted(before: sympy.Expr) -> Field:
    """Return the field of padding that is added before the first position."""
    return Field(ONE, (spread(-before),), (spread(-before),))


def gathered(factor: sympy.Expr) -> Field:
    """Return the field of ``factor`` neighbours that become one position."""
    return Field(factor, (ZERO,), (spread(factor - 1),))


def scattered(ratio: sympy.Expr) -> Field:
    """Return the field of a map enlarged ``ratio`` times by copying: position j sees ⌊j/ratio⌋.

    >>> scattered(sympy.Rational(3, 2))     # positions 0, 1, 2 see 0, 0, 1, and the next three the same + 2
    Field(step=2, lows=(0, 0, 1), highs=(0, 0, 1))

    Raises:
        NotClosedError: the ratio is a symbol.
    """
    _all_numbers((ratio,))
    _few_enough(ratio.p)
    seen = tuple(Integer(r * ratio.q // ratio.p) for r in range(ratio.p))
    return Field(Integer(ratio.q), seen, seen)


def spread_out(window: Window) -> Field:
    """Return the field of a transposed convolution: j sees every i with i·s - p + t·d = j for a tap t.

    Raises:
        NotClosedError: stride, padding or the window is a symbol, and the stride is not 1.
    """
    if window.stride == 1:
        return Field(ONE, (spread(window.before - window.reach),), (spread(window.before),))
    s, p, reach = (_number(n) for n in (window.stride, window.before, window.reach))
    _few_enough(s)
    lows = [-((reach - p - r) // s) for r in range(s)]
    highs = [(r + p) // s for r in range(s)]
    # a position between two taps sees nothing: it has its place, and no extent
    return Field(
        ONE,
        tuple(Integer(min(low, high + 1)) for low, high in zip(lows, highs, strict=True)),
        tuple(map(Integer, highs)),
    )


def blended(ratio: sympy.Expr, before: int, after: int, *, corners: bool = False) -> Field:
    """Return the field of interpolation: position j blends the neighbours of one place of the input.

    The place is x = (j + ½)/ratio - ½, or j/ratio where corners are aligned; the neighbours are those from
    ⌊x⌋ - ``before`` to ⌊x⌋ + ``after``.

    Raises:
        NotClosedError: the ratio is a symbol.
    """
    _all_numbers((ratio,))
    _few_enough(ratio.p)
    half = sympy.Rational(0 if corners else 1, 2)
    places = [sympy.floor((r + half) / ratio - half) for r in range(ratio.p)]
    return Field(
        Integer(ratio.q), tuple(x - before for x in places), tuple(x + after for x in places)
    )


def least(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> sympy.Expr:
    """Return the smaller of two numbers, or their minimum where that is a symbol's matter."""
    for smaller, greater in ((a, b), (b, a)):
        if facts.decide(at_least(greater, smaller)):
            return smaller
    return minimum(a, b)


def _power(field: Field, n: int) -> Field:
    result, square = SAME, field
    while n:
        if n % 2:
            result = square.after(result)
        square, n = square.after(square) if n > 1 else square, n // 2
    return result


def _number(value: sympy.Expr) -> int:
    _all_numbers((value,))
    return int(value)


def _all_numbers(values: tuple[sympy.Expr, ...]) -> None:
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
