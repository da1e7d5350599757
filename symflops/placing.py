"""Which weights stand in which row of a table: those that are tied by a name, where it first stands."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from symflops.exprs import Terms
from symflops.metrics import Weigher, repeated
from symflops.trace import Group, Step, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.trace import Node

#: Weights by the paths of the rows that they stand in.
Placed = list[tuple[str, Terms]]


def weights_of(root: Group, depth: int, *, active: bool = False) -> dict[str, list[Terms]]:
    """Return the weights of each row by its path, those that are tied by a name where it first stands."""
    untied, tied = _weights(root, "", depth, Weigher(active=active))
    found: dict[str, list[Terms]] = {}
    for path, pairs in chain(untied, *tied.values()):
        found.setdefault(path, []).append(pairs)
    return found


def _weights(
    node: Group | Step, path: str, depth: int, weigh: Weigher
) -> tuple[Placed, dict[str, Placed]]:
    """Return the weights of the rows of a layer: those of no name, and those that a name ties further up."""
    tied: dict[str, Placed] = {}
    name = node.tied if isinstance(node, Group) else ""
    if isinstance(node, Step) or depth == 0 or node.is_row:
        own = weigh(replace(node, tied="") if isinstance(node, Group) and name else node)
        untied = [(path, own.untied)]
        tied = {known: [(path, pairs)] for known, pairs in own.tied.items()}
    else:
        untied = []
        for below, child in node.children:
            if isinstance(child, Times | Sum):
                inside = f"{path}.*" if path else "*"
                placed, named = _weights(child.child, inside, depth - 1, weigh)  # type: ignore[arg-type]
                placed = [
                    (row, repeated(pairs, child, active=weigh.active)) for row, pairs in placed
                ]
            else:
                placed, named = _weights(child, f"{path}.{below}".strip("."), depth - 1, weigh)
            untied += placed
            tied = named | tied  # the first of a name has the weights
        for local in [known for known in tied if known.startswith(".")]:
            untied += tied.pop(local)
    return ([], {name: untied} | tied) if name else (untied, tied)


def ties(node: Node, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path of every layer whose weights are tied, with the name."""
    if isinstance(node, Times | Sum):
        yield from ties(node.child, f"{path}.*".strip("."))
    elif isinstance(node, Group):
        if node.tied:
            yield path, node.tied
        for name, child in node.children:
            yield from ties(child, f"{path}.{name}".strip("."))
