"""What is counted, as it is told: of a step so much for each output, of a depth so many of one block."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symflops.typeset.forms import Named

if TYPE_CHECKING:
    import sympy

    from symflops.derivations.lines import Reason
    from symflops.trace import Group, Step, Sum, Times
    from symflops.typeset.forms import Form

#: What stands for a metric in a formula.
LETTERS = {
    "flops": "FLOPs",
    "macs": "MACs",
    "mults": "Mults",
    "adds": "Adds",
    "params": "Params",
    "active_params": "Active",
    "activations": "Act",
    "kv_cache": "Cache",
    "model_size": "Bytes",
    "kv_cache_size": "Bytes",
}


@dataclass(frozen=True)
class Told:
    """What a layer has, as a form that shows how it comes about, and the sentences that say so."""

    form: Form
    said: tuple[Reason, ...] = ()
    why: Reason | None = None


@dataclass(frozen=True)
class Quantity:
    """What is counted: one subclass a kind of telling."""

    metric: str
    put: Any = field(repr=False, compare=False)  # names for sizes

    def of(self, item: Group | Step) -> Told | None:
        """Tell what a layer without layers, or a step, has by itself; nothing where it has nothing."""
        raise NotImplementedError

    def leaves_out(self, group: Group) -> bool:  # noqa: ARG002 - for those that leave something out
        """Say whether a layer of which nothing counts has something that could."""
        return False

    def often(self, depth: Times | Sum) -> sympy.Expr:
        """Return how many times a block counts."""
        return depth.n

    def is_told_whole(self, group: Group) -> bool:
        """Say whether a layer is told by itself, not by the layers in it."""
        return group.is_leaf

    def named(self, label: str, form: Form) -> Named:
        """Return the name of what a layer has."""
        return Named(LETTERS[self.metric], label, form)
