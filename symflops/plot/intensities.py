"""What the parts of a cost compute for each byte that they move, and what bounds them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import joined, product
from symflops.metrics import Mover, Profiler, work
from symflops.outline import depth_of, foldings
from symflops.plot.breakdown import PARTS, SUMMED
from symflops.plot.canvas import of_cost
from symflops.plot.rates import roofs
from symflops.tables.table import Label
from symflops.units import bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.costs import Cost
    from symflops.outline import Line

BY = (*PARTS, "whole")
LISTED = 3  # names of one point


class Point(NamedTuple):
    """A part of a cost: what it computes, what it moves, and which of the two bounds it."""

    name: str
    flops: Any
    bytes: Any
    intensity: sympy.Rational
    bound: str


def points(
    cost: Cost,
    peak: Any,
    bandwidth: Any,
    dtype: str = "float32",
    by: str = "layer",
    depth: int | None = None,
) -> list[Point]:
    """Return (name, FLOPs, bytes, FLOPs a byte, bound) of every part; those of one kind and one intensity are one.

    The bound is ``"memory"`` or ``"compute"`` under the (first) roof; at the ridge it is ``"compute"``. What moves
    nothing, a view, is no part.

    >>> import symflops as sf
    >>> net = sf.Sequential(up=sf.Linear(64, 256), act=sf.ReLU(), down=sf.Linear(256, 64))
    >>> for point in points(sf.cost(net, (32, 64), "2mac"), "10 TFLOP/s", "1 TB/s"):
    ...     print(*point)
    up 1048576 107520 1024/105 memory
    act 0 65536 0 memory
    down 1048576 106752 4096/417 memory

    Raises:
        ArgumentError, UnknownNameError: as :func:`roofline`.
    """
    ridge = roofs(peak, bandwidth)[0].ridge
    if by not in BY:
        raise UnknownNameError("way to part a cost", by, BY)
    each = bytes_of(dtype)
    if of_cost(cost).setup.portion.unit:
        message = (
            f"a roofline is of a whole cost, got one {cost.setup.portion.words}: weights are read "
            "once for all"
        )
        raise ArgumentError(message)
    found: dict[Any, _Part] = {}
    for part in _parts(cost, by, depth):
        found[part.key] = part.beside(found.get(part.key))
    kinds = [part.kind for part in found.values()]
    drawn = []
    for part in found.values():
        name = part.named(only=kinds.count(part.kind) == 1) if by == "layer" else part.key
        moved, intensity = part.elements * each, part.intensity / each
        bound = "memory" if intensity < ridge else "compute"
        drawn.append(Point(name, _whole(part.flops), _whole(moved), intensity, bound))
    return drawn


def _whole(number: sympy.Rational) -> Any:
    return int(number) if number.is_Integer else number


@dataclass(frozen=True)
class _Part:
    """Rows of a table that are one point."""

    key: Any
    kind: str
    labels: tuple[Label, ...]
    flops: sympy.Rational
    elements: sympy.Rational

    @property
    def intensity(self) -> sympy.Rational:
        """FLOPs an element that is moved."""
        return self.flops / self.elements

    def beside(self, before: _Part | None) -> _Part:
        """Return the part with another before it."""
        if before is None:
            return self
        return replace(
            self,
            labels=before.labels + self.labels,
            flops=before.flops + self.flops,
            elements=before.elements + self.elements,
        )

    def named(self, *, only: bool) -> str:
        """Return the name of the point; where it is the only one of its kind, of several layers that is it."""
        first, *others = self.labels
        if not others:
            return str(first)
        if only:
            return str(Label(self.kind, "", (sum(map(_times, self.labels)),)))
        around = {(label.path.rpartition(".")[0], label.times) for label in self.labels}
        if len(around) == 1 and len(others) < LISTED:
            ends = (label.path.rpartition(".")[2] for label in others)
            return str(Label(", ".join((first.path, *ends)), "", first.times))
        return f"{first} and {len(others)} more"


def _times(label: Label) -> Any:
    """Return how many layers a row is, of those chosen among several how many are applied."""
    return product(n[0] if isinstance(n, tuple) else n for n in label.times)


def _parts(cost: Cost, by: str, depth: int | None) -> Iterator[_Part]:
    """Yield the rows of a cost with what they compute and move.

    Raises:
        ArgumentError: a size that is a symbol.
    """
    moved, profile, counted = Mover(), Profiler(), cost.convention
    moved(cost.root)  # refuses what cannot be known before anything is asked of a part of it
    _, rows = next(foldings(cost.root, depth_of(cost.root, depth, summed=by in SUMMED)))
    for line in rows:
        flops = joined(work(profile(line.whole), counted.table, dense=counted.dense))
        elements = joined(moved(line.whole))
        for what, value in (("FLOPs", flops), ("elements moved", elements)):
            if not value.is_Rational:
                message = f"the {what} of {line.path or line.label} are {value}: put numbers in with at() before plotting"
                raise ArgumentError(message)
        if elements:
            yield _part(line, by, flops, elements)


def _part(line: Line, by: str, flops: Any, elements: Any) -> _Part:
    kind = line.label.kind
    label = Label(line.label.path or kind, "", line.label.times)
    last = line.path.rpartition(".")[2] or kind
    keys = {"layer": (kind, flops / elements), "kind": kind, "name": last, "whole": "whole"}
    return _Part(keys[by], kind, (label,), flops, elements)
