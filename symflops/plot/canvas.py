"""What all pictures share: axes to draw on, colours, and how they are framed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.costs import Cost
from symflops.errors import ArgumentError
from symflops.rows import COLUMNS

if TYPE_CHECKING:
    from symflops.conventions import Convention

INK, QUIET = "#1f5a8a", "#8a8f98"
#: Colours that stay apart for every kind of colour vision (Okabe and Ito 2008).
COLOURS = (INK, "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
NARROWEST, WIDEST = 4, 12  # inches


def canvas(ax: Any, width: float = 6, height: float = 4) -> Any:
    """Return the axes given, or new ones of a figure that is as wide as it may be.

    Raises:
        ArgumentError: no matplotlib.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - heavy, and wanted only here
    except ImportError:
        message = "plots need matplotlib: pip install symflops[plot]"
        raise ArgumentError(message) from None
    size = (min(WIDEST, max(NARROWEST, width)), height)
    return plt.subplots(figsize=size, layout="constrained")[1]


def tidied(ax: Any, grid: str) -> Any:
    """Return axes with a quiet grid along one axis, or ``"both"``, and no box around them."""
    ax.grid(visible=True, axis=grid, color=QUIET, alpha=0.3)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def of_cost(cost: Any) -> Cost:
    """Return what is a cost.

    Raises:
        ArgumentError: it is none.
    """
    if not isinstance(cost, Cost):
        message = f"a plot needs a cost, got {cost!r}; write cost(layer, input)"
        raise ArgumentError(message)
    return cost


def titled(metric: str, convention: Convention) -> str:
    """Return what stands along the axis of a metric: its name, and under which convention."""
    return convention.label if metric == "flops" else COLUMNS[metric].header
