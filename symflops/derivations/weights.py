"""What weights a layer has, as it is told: a filter times the filters, a bias each, γ and β."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symflops.derivations.factors import grouped, parted
from symflops.derivations.layers import renamed
from symflops.derivations.lines import reason
from symflops.derivations.quantities import Quantity, Told
from symflops.derivations.steps import accounts
from symflops.exprs import product
from symflops.trace import Group, Step
from symflops.typeset.forms import Product, Total, value

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.derivations.lines import Reason
    from symflops.trace import Sum, Times, Weight
    from symflops.typeset.forms import Form


@dataclass(frozen=True)
class Weights(Quantity):
    """Elements of weights, those tied by a name once; ``active`` are those that an input meets."""

    active: bool = False

    def of(self, item: Group | Step) -> Told | None:
        """Tell the weights of a layer, one after the other."""
        steps = [item] if isinstance(item, Step) else [step for _, step in item.children]
        told = [one for step in steps for one in told_weights(step)]  # type: ignore[arg-type]
        if not told:
            return None
        forms = tuple(renamed(form, self.put) for form, _ in told)
        said = tuple(dict.fromkeys(said for _, said in told))
        return Told(forms[0] if len(forms) == 1 else Total(forms), said)

    def often(self, depth: Times | Sum) -> sympy.Expr:
        """Return how many sets of weights there are, or an input meets."""
        return depth.active if self.active else depth.copies  # type: ignore[union-attr]


def told_weights(step: Step) -> Iterator[tuple[Form, Reason]]:
    """Yield each weight of a step as a form, with the sentence that says what it is."""
    weights = [weight for weight in step.weights if weight.elements != 0]
    if step.rule == "elementwise" and len(weights) > 1 and _are_alike(weights):
        names = tuple(weight.name for weight in weights)
        for weight in weights:
            yield weight.elements, reason("weights_each", names=names, elements=weight.elements)
        return
    for weight in weights:
        yield _told(step, weight)


def _are_alike(weights: list[Weight]) -> bool:
    return len({weight.elements for weight in weights}) == 1


def _told(step: Step, weight: Weight) -> tuple[Form, Reason]:
    elements = weight.elements
    if step.rule == "contract" and (found := _kernel(step, elements)):
        terms, filters = found
        role = next(role for (_, role), _ in step.counts)
        key = "filters" if role == "dot.conv" else "matrix"
        form = (
            terms
            if filters == 1
            else filters
            if terms == 1
            else Product((terms, filters), sign="·")
        )
        return form, reason(key, terms=terms, outputs=filters)
    if step.rule == "bias_add":
        return elements, reason("biases", elements=elements)
    if step.rule == "lookup" and step.order and step.order[-1] != 1:
        columns = step.order[-1]
        rows = elements / columns
        return Product((rows, columns)), reason("table", rows=rows, columns=columns)
    found_ = parted(step.order, elements)
    form = grouped(found_[0]) if found_ else elements
    return form, reason("weight", name=weight.name, elements=form)


def _kernel(step: Step, elements: sympy.Expr) -> tuple[Form, Form] | None:
    """Return how many weights an output has, and how many outputs have weights of their own."""
    (account, *others) = accounts(step) or (None,)
    if others or account is None or account.key != "dot":
        return None
    terms = dict(account.parts)["terms"]
    found = parted(account.units, elements / value(terms))
    return (terms, grouped(found[0])) if found and product(found[0]) else None
