"""Weights tied by a name: which layers share them, and where they are counted once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.trace import Group, Sum, Times

if TYPE_CHECKING:
    from symflops.trace import Node


class Ties:
    """Which layers share weights by a name, and where those are counted once."""

    def __init__(self, root: Group, *, counted: bool) -> None:
        self.counted = counted
        self._here: dict[Group, list[tuple[str, Node]]] = {}
        if counted:
            left = self._found(root, "")
            self._here.setdefault(root, []).extend(left.values())

    def are(self, node: Node) -> bool:
        """Say whether a node shares its weights by a name."""
        return self.counted and isinstance(node, Group) and bool(node.tied)

    def of(self, group: Group) -> list[tuple[str, Node]]:
        """Return the layers whose shared weights are counted with this one."""
        return self._here.get(group, [])

    def _found(self, node: Node, path: str) -> dict[str, tuple[str, Node]]:
        if not isinstance(node, Group):
            return {}
        left: dict[str, tuple[str, Node]] = {}
        for name, child in node.children:
            inside = f"{path}.{name}".strip(".")
            while isinstance(child, Times | Sum):
                child, inside = child.child, f"{inside}.*".strip(".")  # noqa: PLW2901
            if self.are(child):
                assert isinstance(child, Group)  # noqa: S101 - nothing else is tied
                left.setdefault(child.tied, (inside, replace(child, tied="")))
            left = self._found(child, inside) | left
        own = [known for known in left if known.startswith(".")]
        if own and node not in self._here:
            self._here[node] = [left[known] for known in own]
        return {known: tied for known, tied in left.items() if known not in own}
