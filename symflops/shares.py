"""What part of a cost a layer is, in symbols or in numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import cancelled
from symflops.selection import kinds, paths, select
from symflops.symbols import exact
from symflops.trace import Group, Step, Sum, Times

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.trace import Node


def share(cost: Cost, part: str, metric: str = "macs") -> Any:
    """Return the share that a part has in a metric: ``part / total``, cancelled.

    ``part`` is the path of a layer or step, a kind of layer, the name that layers or steps have wherever
    they stand (``"scores"``, or the end of their paths, ``"attn.scores"``), or several of them with ``+``
    between; what belongs to several counts once.

    >>> import symflops as sf
    >>> D, E, L, N = sf.dims("D E L N")
    >>> net = sf.Sequential(up=sf.Linear(D, 4*D), act=sf.ReLU(), down=sf.Linear(4*D, E))
    >>> sf.share(sf.cost(net, (D,)), "up")
    D/(D + E)
    >>> deep = sf.Repeat(sf.Residual(sf.MultiheadAttention(D, 8)), L)
    >>> sf.share(sf.cost(deep, (N, D)), "scores+weighting")
    N/(2*D + N)

    Raises:
        UnknownNameError: nothing has this path or name, and no layer is of this kind.
        ArgumentError: the metric is 0, and nothing can be a share of it.
    """
    total = exact(cost.metric(metric))
    if total.is_zero:
        message = f"the {metric} of this cost are 0; nothing can be a share of them"
        raise ArgumentError(message)
    return cancelled(exact(alone(cost, part).metric(metric)), total)


def alone(cost: Cost, part: str) -> Cost:
    """Return what a part costs by itself; it is named as for :func:`share`.

    Raises:
        UnknownNameError: nothing has this path or name, and no layer is of this kind.
    """
    names = {name.strip() for name in part.split("+")}
    return replace(cost, root=_together(cost.root, names))


def _together(root: Group, names: set[str]) -> Group:
    """Return all parts side by side; what belongs to several of them is there once."""
    found = dict(paths(root))
    everywhere = Everywhere(names & kinds(root), set())
    places = set()
    for name in names - everywhere.kinds:
        stands = any(path.endswith(f".{name}") for path in found)
        if name in found or _is_path(root, name, stands=stands):
            places.add(name)
        elif stands:
            everywhere.names.add(name)
        else:
            raise UnknownNameError("layer", name, [*found, *kinds(root)])
    parts: dict[str, Group] = {}
    for path in sorted(places):
        way = _way(root, path)
        above = names.intersection(list(way)[:-1])
        if not above and not any(everywhere.takes(place, group) for place, group in way.items()):
            _add(parts, root, path, everywhere.left_of(way[path], path))
    kept = everywhere.kept(root)
    return replace(root, children=(("", kept), *parts.items()))


def _is_path(root: Group, path: str, *, stands: bool) -> bool:
    """Say whether something has this path, such as a block by its number, or should: no layer has the name."""
    try:
        select(root, path)
    except UnknownNameError:
        return False
    except ArgumentError:  # blocks that differ
        return not stands
    return True


class Everywhere:
    """Layers of some kinds and names, wherever they stand."""

    def __init__(self, kinds: set[str], names: set[str]) -> None:
        self.kinds, self.names = kinds, names

    def takes(self, path: str, node: Node) -> bool:
        """Say whether a layer or a step is one of them."""
        if isinstance(node, Group) and node.kind in self.kinds:
            return True
        return any(path == name or path.endswith(f".{name}") for name in self.names)

    def kept(self, root: Group, path: str = "") -> Group:
        """Return the trace with nothing but them."""
        return self._cut(root, path, keep=True)

    def left_of(self, part: Group, path: str) -> Group:
        """Return a part without them."""
        return self._cut(part, path, keep=False)

    def _cut(self, group: Group, path: str, *, keep: bool) -> Group:
        children: list[tuple[str, Node]] = []
        cut: Node | None
        for name, child in group.children:
            place = ".".join(filter(None, (path, name or "0")))
            if isinstance(child, Times | Sum):
                inner = self._part(child.child, place, keep=keep)
                cut = None if inner is None else replace(child, child=inner)
            else:
                cut = self._part(child, place, keep=keep)
            if cut is not None:
                children.append((name, cut))
        return replace(group, children=tuple(children))

    def _part(self, node: Node, path: str, *, keep: bool) -> Node | None:
        if self.takes(path, node):
            return node if keep else None
        if isinstance(node, Group):
            cut = self._cut(node, path, keep=keep)
            return cut if cut.children else None
        return None if keep else node


def _way(root: Group, path: str) -> dict[str, Group]:
    """Return the layers on the way to a part, and the part, by their paths."""
    names = path.split(".")
    ways = (".".join(names[: i + 1]) for i in range(len(names)))
    return {way: select(root, way) for way in ways}


def _add(parts: dict[str, Group], root: Group, path: str, part: Group) -> None:
    """Add a part to others; steps of one layer are one part, since their output is one."""
    layer, _, name = path.rpartition(".")
    around = select(root, layer) if layer else root
    if isinstance(dict(around.children).get(name), Step):
        known = parts[layer].children if layer in parts else ()
        part, path = replace(part, children=(*known, *part.children)), layer
    parts[path] = part
