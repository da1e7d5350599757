"""What part of a cost a layer is, in symbols or in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError
from symflops.selection import kinds
from symflops.symbols import exact

if TYPE_CHECKING:
    from symflops.costs import Cost


def share(cost: Cost, part: str, metric: str = "macs") -> Any:
    """Return the share that a part has in a metric: ``part / total``, cancelled.

    ``part`` is the path of a layer or step, a kind of layer, or several of them with ``+`` between.

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
    parts = (_part(cost, name.strip(), metric, total) for name in part.split("+"))
    return sympy.cancel(sum(parts) / total)


def _part(cost: Cost, name: str, metric: str, total: sympy.Expr) -> sympy.Expr:
    if name in kinds(cost.root):
        return total - exact(cost.without(name).metric(metric))
    return exact(cost[name].metric(metric))
