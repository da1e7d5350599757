"""What part of a cost a layer is, in symbols or in numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.exprs import cancelled
from symflops.selection import kinds, select, without
from symflops.symbols import exact
from symflops.trace import Step

if TYPE_CHECKING:
    import sympy

    from symflops.costs import Cost
    from symflops.trace import Group


def share(cost: Cost, part: str, metric: str = "macs") -> Any:
    """Return the share that a part has in a metric: ``part / total``, cancelled.

    ``part`` is the path of a layer or step, a kind of layer, or several of them with ``+`` between;
    what belongs to several counts once.

    >>> import symflops as sf
    >>> D, E = sf.dims("D E")
    >>> net = sf.Sequential(up=sf.Linear(D, 4*D), act=sf.ReLU(), down=sf.Linear(4*D, E))
    >>> sf.share(sf.cost(net, (D,)), "up")
    D/(D + E)

    Raises:
        UnknownNameError: nothing has this path, and no layer is of this kind.
        ArgumentError: the metric is 0, and nothing can be a share of it.
    """
    total = exact(cost.metric(metric))
    if total.is_zero:
        message = f"the {metric} of this cost are 0; nothing can be a share of them"
        raise ArgumentError(message)
    names = {name.strip() for name in part.split("+")}
    return cancelled(_together(cost, names, metric, total), total)


def _together(cost: Cost, names: set[str], metric: str, total: sympy.Expr) -> sympy.Expr:
    """Return the metric of all parts together; what belongs to several of them counts once."""
    listed = names & kinds(cost.root)
    parts: dict[str, Group] = {}
    for path in sorted(names - listed):
        way = _way(cost.root, path)
        counted = names.intersection(list(way)[:-1]) or any(g.kind in listed for g in way.values())
        if not counted:
            _add(parts, cost.root, path, _without_kinds(way[path], listed))
    apart = replace(cost, root=replace(cost.root, children=tuple(parts.items())))
    rest = replace(cost, root=_without_kinds(cost.root, listed))
    return total - exact(rest.metric(metric)) + exact(apart.metric(metric))


def _way(root: Group, path: str) -> dict[str, Group]:
    """Return the layers on the way to a part, and the part, by their paths."""
    names = path.split(".")
    ways = (".".join(names[: i + 1]) for i in range(len(names)))
    return {way: select(root, way) for way in ways}


def _without_kinds(group: Group, listed: set[str]) -> Group:
    for kind in listed:
        group = without(group, kind) if kind in kinds(group) else group
    return group


def _add(parts: dict[str, Group], root: Group, path: str, part: Group) -> None:
    """Add a part to others; steps of one layer are one part, since their output is one."""
    layer, _, name = path.rpartition(".")
    around = select(root, layer) if layer else root
    if isinstance(dict(around.children).get(name), Step):
        known = parts[layer].children if layer in parts else ()
        part, path = replace(part, children=(*known, *part.children)), layer
    parts[path] = part
