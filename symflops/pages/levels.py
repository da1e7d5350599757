"""The rows of a table whose layers open: all levels at once, outermost first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.columns import column_of
from symflops.metrics import Profiler
from symflops.outline import Line, lines, merged
from symflops.rows import Filler
from symflops.tables.table import Label, Table
from symflops.trace import Group, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.costs import Cost

MOST_ROWS = 600  # of all levels together; deeper ones are left out


@dataclass(frozen=True)
class Level:
    """A row: its line, how deep it stands, what opens it, and whether it opens."""

    line: Line
    place: int  # among all rows
    level: int
    depth: int  # of its layer in the trace
    within: tuple[int, ...]  # the places of the rows that it stands in, outermost first
    opens: bool
    holds_more: bool  # rows that are left out

    @property
    def label(self) -> Label:
        """The whole name of the layer, its kind, and how often it is there."""
        return self.line.label

    @property
    def name(self) -> str:
        """The name without the path to the layer, which the rows around it say."""
        names = [name for name in self.label.path.split(".") if name != "*"]
        first = 0 if self.level == 1 else max(0, len(names) - 1)
        return ".".join(names[first:])


def levels(root: Group) -> list[Level]:
    """Return all rows, each before those inside it; of levels as many as can be read."""
    deepest, found = 1, list(_levels(root, 1))
    while True:
        deeper = list(_levels(root, deepest + 1))
        if len(deeper) == len(found) or len(deeper) > MOST_ROWS:
            return found
        deepest, found = deepest + 1, deeper


def _levels(root: Group, deepest: int) -> Iterator[Level]:
    place = 0

    def walk(line: Line, depth: int, within: tuple[int, ...]) -> Iterator[Level]:
        nonlocal place
        line, depth, below = _alone(line, depth)
        level = len(within) + 1
        opens = bool(below) and level < deepest
        own = Level(line, place, level, depth, within, opens, bool(below) and not opens)
        place += 1
        yield own
        for child in below if opens else ():
            yield from walk(child, depth + 1, (*within, own.place))

    for line in merged(lines(root, 1)):
        yield from walk(line, 1, ())


def _alone(line: Line, depth: int) -> tuple[Line, int, list[Line]]:
    """Return a row with those inside it; a layer that is all there is inside another stands for it."""
    below = inside(line)
    while len(below) == 1:
        line, depth = below[0], depth + 1
        below = inside(line)
    return line, depth, below


def inside(line: Line) -> list[Line]:
    """Return the rows inside a row; what repeats it repeats them."""
    if not isinstance(line.node, Group) or line.node.is_row:
        return []
    around = line.around
    if line.times > 1:
        around = (*around, Times(sympy.Integer(line.times), line.node))
    above = (line.path, *line.others)
    return [
        replace(child, **_placed(child, above), around=(*child.around, *around))
        for child in merged(lines(line.node, 1))
    ]


def _placed(child: Line, above: tuple[str, ...]) -> dict[str, Any]:
    """Return the paths of a row that stands in several layers that are equal."""
    path, *others = (
        f"{over}.{own}".strip(".") for over in above for own in (child.path, *child.others)
    )
    return {"path": path, "others": tuple(others)}


def opened(cost: Cost, rows: list[Level], keys: tuple[str, ...]) -> Table:
    """Return the table of all rows, with a share where every share is a number whatever the sizes are."""
    profile, fillers = Profiler(), dict[int, Filler]()
    cells = []
    for row in rows:
        if row.depth not in fillers:
            fillers[row.depth] = Filler(cost, row.depth, keys)
            fillers[row.depth].profile = profile
        cells.append(fillers[row.depth].row(row.line) | {"layer": row.label})
    filled = fillers.get(1) or Filler(cost, 1, keys)
    if "share" in keys and not all(map(filled.has_share, cells)):
        keys = tuple(key for key in keys if key != "share")
    for found in cells:
        found["share"] = filled.share(found) if "share" in keys else None
    total = filled.total()
    return Table(
        tuple(column_of(key, (cost,)) for key in keys),
        tuple(tuple(found[key] for key in keys) for found in cells),
        tuple(total.get(key) for key in keys),
        order=cost.order,
    )
