"""Which rows a table of a cost has: its layers to some depth, equal neighbours as one, and folded further.

Must not know of metrics, or of what stands in a cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError
from symflops.tables.table import Label
from symflops.trace import Group, Node, Routed, Step, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.trace import Shape

MOST_ROWS = 64  # a table without a given depth is as deep as it can be with no more
NUMBERED = re.compile(r"(.*?)(\d+)")
FOLLOWING = {"act", "norm"}  # roles of layers that can stand in the row of the layer before


@dataclass(frozen=True)
class Line:
    """A row to be: a node with its path, how often it stands there, and the layers that follow in its row."""

    path: str
    node: Group | Step
    around: tuple[Times | Sum, ...] = ()  # the repetitions it stands in, innermost first
    times: int = 1
    last: str = ""  # the name of the last of several layers
    others: tuple[str, ...] = ()  # the paths of all but the first
    followers: tuple[Group, ...] = ()
    heading: Line | None = None  # that it stands under

    @property
    def name(self) -> str:
        """The name of the (first) layer, without the path to it."""
        return self.path.rpartition(".")[2]

    @property
    def label(self) -> Label:
        """What stands in the first column."""
        path = self.path
        if self.last:
            one, other = NUMBERED.fullmatch(self.name), NUMBERED.fullmatch(self.last)
            alike = one is not None and other is not None and one[1] == other[1]
            path = f"{path}–{other[2] if alike and other is not None else self.last}"
        kind = self.node.kind if isinstance(self.node, Group) else ""
        around = self.around
        if self.heading is not None:  # which says the rest
            path = path.removeprefix(f"{self.heading.path}.")
            around = around[: len(around) - len(self.heading.repeated)]
        depths = map(_number, reversed(around))
        times = (sympy.Integer(self.times),) if self.times > 1 else ()
        return Label(path, kind, (*depths, *times))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all layers of the row but those that follow in it."""
        return (self.path, *self.others)

    @property
    def repeated(self) -> tuple[Times | Sum, ...]:
        """What repeats the row, innermost first: equal neighbours as well as depths."""
        alike = (Times(sympy.Integer(self.times), self.node),) if self.times > 1 else ()
        return (*alike, *self.around)

    @property
    def whole(self) -> Node:
        """All layers of the row, with everything that repeats them around them."""
        node: Node = self.node
        if isinstance(node, Group) and self.followers:
            parts = ((str(i), part) for i, part in enumerate((node, *self.followers)))
            node = Group(node.layer, node.inputs, self.outputs, tuple(parts))
        for around in self.around:
            node = replace(around, child=node)
        return Times(sympy.Integer(self.times), node) if self.times > 1 else node

    @property
    def outputs(self) -> tuple[Shape, ...]:
        """The shapes that leave the row."""
        last = self.followers[-1] if self.followers else self.node
        return last.outputs if isinstance(last, Group) else ()


def _number(around: Times | Sum) -> Any:
    """Return how often something is there; of what is chosen among several, how many of how many."""
    return (around.n, around.of) if isinstance(around, Routed) else around.n


def lines(root: Group, depth: int | None) -> list[Line]:
    """Return the rows at a depth; without one, at the greatest depth that is not too long."""
    return list(_lines(root, "", (), depth_of(root, depth)))


def depth_of(root: Group, depth: Any, *, summed: bool = False) -> int:
    """Return a depth as it is asked for; without one, the greatest at which there are not too many rows.

    Rows that are ``summed``, all of a kind or a name, cannot be too many: these are the innermost.

    Raises:
        ArgumentError: what is no depth.
    """
    if depth is not None and (not isinstance(depth, int) or isinstance(depth, bool) or depth < 1):
        message = f"depth must be a whole number of at least 1, got {depth!r}"
        raise ArgumentError(message)
    greatest, found = 1, list(_lines(root, "", (), 1))
    bounded = depth is None and not summed
    while greatest != depth:
        deeper = list(_lines(root, "", (), greatest + 1))
        if deeper == found or (bounded and len(merged(deeper)) > MOST_ROWS):
            break
        greatest, found = greatest + 1, deeper
    return greatest


def _lines(group: Group, path: str, around: tuple[Times | Sum, ...], depth: int) -> Iterator[Line]:
    if depth == 0 or group.is_row:
        yield Line(path, group, around)
        return
    for name, child in group.children:
        if isinstance(child, Times | Sum):
            inner, outer = f"{path}.*" if path else "*", (child, *around)
            if isinstance(child.child, Group):
                yield from _lines(child.child, inner, outer, depth - 1)
        elif isinstance(child, Group):
            yield from _lines(child, f"{path}.{name}".strip("."), around, depth - 1)
        elif isinstance(child, Step):
            yield Line(f"{path}.{name}".strip("."), child, around)


def merged(found: list[Line]) -> list[Line]:
    """Join neighbours that are equal: blocks 1 to 5 of a stage are one row × 5."""
    kept: list[Line] = []
    for line in found:
        if kept and _equal(kept[-1], line):
            last = line.last or line.name
            others = (*kept[-1].others, line.path, *line.others)
            kept[-1] = replace(kept[-1], times=kept[-1].times + 1, last=last, others=others)
        else:
            kept.append(line)
    return kept


def _equal(a: Line, b: Line) -> bool:
    """Say whether two rows are the same layer under names that differ in a last number: block2, block3."""
    before, behind = NUMBERED.fullmatch(a.last or a.name), NUMBERED.fullmatch(b.name)
    return (
        before is not None
        and behind is not None
        and before[1] == behind[1]
        and a.path.rpartition(".")[0] == b.path.rpartition(".")[0]
        and (a.node, a.followers) == (b.node, b.followers)
        and a.around == b.around
    )


#: A depth, and the rows there.
Folding = tuple[int, list[Line]]


def foldings(root: Group, depth: int) -> Iterator[Folding]:
    """Yield ever fewer rows: all at a depth, then norms and activations with the layers before, then less deep."""
    fewest = 0
    for level in range(depth, 0, -1):
        found = lines(root, level)
        for rows in (merged(found), merged(gathered(found))):
            if not fewest or len(rows) < fewest:
                fewest = len(rows)
                yield level, rows


def gathered(found: list[Line]) -> list[Line]:
    """Put norms, activations and what does nothing into the row of the layer before them."""
    kept: list[Line] = []
    for line in found:
        if kept and _follows(kept[-1], line) and isinstance(line.node, Group):
            before = kept[-1]
            kept[-1] = replace(
                before,
                last=line.name,
                others=(*before.others, line.path),
                followers=(*before.followers, line.node),
            )
        else:
            kept.append(line)
    return kept


def _follows(before: Line, line: Line) -> bool:
    if not isinstance(before.node, Group) or not isinstance(line.node, Group):
        return False
    layer = line.node
    steps = [child for _, child in layer.children if isinstance(child, Step)]
    return (
        before.path.rpartition(".")[0] == line.path.rpartition(".")[0]
        and before.around == line.around
        and before.node.is_leaf
        and layer.is_leaf
        and before.outputs == layer.inputs == layer.outputs
        and {role for step in steps for (_, role), _ in step.counts} <= FOLLOWING
    )


@dataclass(frozen=True)
class Part:
    """Rows that stand together under a heading, or by themselves."""

    heading: Line | None
    rows: tuple[Line, ...]


def grouped(root: Group, depth: int, groups: Any) -> Iterator[tuple[int, list[Part]]]:
    """Yield ever fewer rows as ``foldings`` does, those inside a layer at depth ``groups`` under its heading.

    Raises:
        ArgumentError: what is no depth.
    """
    if not isinstance(groups, int) or isinstance(groups, bool) or groups < 1:
        message = f"groups must be a whole number of at least 1, got {groups!r}"
        raise ArgumentError(message)
    fewest = 0
    for level in range(max(depth, groups + 1), groups, -1):
        for fold in (merged, _gathered_and_merged):
            parts = list(_parts(root, groups, level, fold))
            number = sum(len(part.rows) for part in parts)
            if not fewest or number < fewest:
                fewest = number
                yield level, parts


def _gathered_and_merged(found: list[Line]) -> list[Line]:
    return merged(gathered(found))


def _parts(
    root: Group, groups: int, level: int, fold: Callable[[list[Line]], list[Line]]
) -> Iterator[Part]:
    """Yield what stands under each heading, and the rows between them."""
    heads = lines(root, groups)
    by_path = {head.path: head for head in heads}
    alone: list[Line] = []
    for head in merged(heads):
        heading, inside = _opened(head, level - groups)
        rows = fold(inside)
        if len(rows) <= 1:
            alone += [
                row for path in head.paths for row in _opened(by_path[path], level - groups)[1]
            ]
            continue
        if alone:
            yield Part(None, tuple(fold(alone)))
            alone = []
        yield Part(heading, tuple(_under(heading, row) for row in rows))
    if alone:
        yield Part(None, tuple(fold(alone)))


def _opened(head: Line, depth: int) -> tuple[Line, list[Line]]:
    """Return a heading, that of the block where a layer only repeats one, and the rows inside."""
    node = head.node
    if not isinstance(node, Group) or node.is_row:
        return head, [head]
    children = [child for _, child in node.children]
    block = children[0] if len(children) == 1 else None
    if isinstance(block, Times | Sum) and isinstance(block.child, Group):
        around = (block, *head.repeated)
        others = tuple(f"{path}.*" for path in head.others)
        node, depth = block.child, depth - 1
        head = Line(f"{head.path}.*", node, around, others=others)
    if depth < 1 or node.is_row:
        return head, [head]
    return head, list(_lines(node, head.path, head.around, depth))


def _under(heading: Line, line: Line) -> Line:
    """Return a row inside a heading, as often as that is there."""
    inner = line.around[: len(line.around) - len(heading.around)]
    suffixes = [path.removeprefix(heading.path) for path in line.paths]
    paths = [f"{path}{suffix}" for path in heading.paths for suffix in suffixes]
    around = (*inner, *heading.repeated)
    return replace(line, around=around, others=tuple(paths[1:]), heading=heading)
