"""How to write down what a published claim is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import symflops as sf
from symflops.layers.base import Layer


@dataclass(frozen=True)
class Held:
    """What a claim is held against, and what is told of it.

    ``against`` is what ``sf.check`` takes: a formula that costs were put into, a ``Cost``, or (layer, input); or
    a function of no arguments that returns it, where it takes a while to make. Its letters are those of the
    claim's ``python``. None: the ``exact`` formula of the file itself, which no layer makes.

    ``told`` are further arguments of ``sf.check``. ``exact`` is what the layers make of the file's ``exact``
    where that is not the asked quantity of ``against``, ``strict`` what they make of ``exact_strict``, and
    ``alternatives`` of some of its ``alternatives``.
    ``text`` is what ``sf.check`` reads: the claim's ``python``, unless said otherwise, ``"latex"``, where that has
    the number as it was printed, or other words of the source.

    ``verdict`` is what ``sf.check`` says where the file says another word, and ``why`` the reason for it;
    ``difference`` likewise.
    """

    against: Any = None
    quantity: str | None = None
    told: dict[str, Any] = field(default_factory=dict)
    exact: Any = None
    strict: Any = None
    alternatives: Any = field(default_factory=dict)
    text: str = "python"
    verdict: str | None = None
    difference: Any = None
    why: str = ""

    @property
    def by_layers(self):
        """Whether layers make the exact formula."""
        return self.against is not None or self.exact is not None

    @cached_property
    def target(self):
        """What ``sf.check`` is given."""
        return made(self.against)

    @cached_property
    def others(self):
        """The formulas of other readings, as the layers make them."""
        return made(self.alternatives)

    @cached_property
    def value(self):
        """The exact formula, as the layers make it."""
        if self.exact is not None:
            return made(self.exact)
        return measured(self.target, self.quantity, self.told)


def made(value):
    """Call what is a function, for it takes a while."""
    return value() if callable(value) and not isinstance(value, Layer) else value


def measured(target, quantity, told):
    """Return a quantity of a formula, a cost, or a layer with its input."""
    if isinstance(target, Layer):
        target = sf.cost(target, assume=told.get("assume", ()))
    elif isinstance(target, tuple):
        target = sf.cost(*target, assume=told.get("assume", ()))
    if not isinstance(target, sf.Cost):
        return target
    cost = target.under(told.get("convention") or "exact").at(told.get("at") or {})
    if quantity == "receptive_field":
        (size,) = set(cost.receptive_field.size)
        return size
    if quantity == "model_size":
        return cost.model_size()
    return cost.metric(quantity)
