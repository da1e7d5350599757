"""The first sentences of a derivation: what is derived, of what, on which input, and how it is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.columns import each
from symflops.conventions import EXACT
from symflops.derivations.lines import Passage, reason
from symflops.facts import equal
from symflops.statements import sentence_of
from symflops.symbols import exact
from symflops.typeset.forms import Product
from symflops.zoo.published import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.costs import Cost
    from symflops.derivations.lines import Reason

NOTHING = ""
LONGEST = 64  # characters of a layer that is named with its arguments
#: Metrics that weights alone decide, whatever the input is.
OF_WEIGHTS = ("params", "active_params", "model_size")


def opening(cost: Cost, shown: Cost, metric: str, lang: str) -> Passage:
    """Return the passage that says what is derived of a cost; ``shown`` is it before numbers were put in."""
    portion = cost.setup.portion.unit
    work = metric not in (*OF_WEIGHTS, "output", "receptive_field")
    values = tuple(equal(*pair) for pair in each(dict(cost.setup.values)))
    if metric in OF_WEIGHTS:  # what is put in for the input alone changes nothing
        inside = exact(shown.metric(metric)).free_symbols
        values = tuple(value for value in values if value.symbols & inside)
    first = reason(
        "opening",
        metric=f"metric_{metric}",
        of=called(shown),
        on=NOTHING if metric in OF_WEIGHTS else on(shown),
        per=reason("per", unit=portion) if portion and work else NOTHING,
        values=reason("at_values", values=values) if values and shown is not cost else NOTHING,
        end=counted_by(cost, metric, lang),
    )
    return Passage((), (first, *conditions(shown, metric)))


def opening_of_ratio(costs: Mapping[str, Cost], metric: str, lang: str) -> Passage:
    """Return the passage that says which ratio is derived."""
    above, below = costs.values()
    names = dict(zip(("above", "below"), costs, strict=True))
    of = {"above_of": called(above), "below_of": called(below)}
    end = counted_by(above, metric, lang)
    if metric == "flops" and above.convention != below.convention:
        one, other = above.convention.name, below.convention.name
        end = reason("counted_by_each", **names, one=one, other=other)
    return Passage(
        (), (reason("opening_of_ratio", metric=f"metric_{metric}", **names, **of, end=end),)
    )


def called(cost: Cost) -> Reason:
    """Return what is counted: a model by its name, a layer as it is written, and which part of it."""
    layer = cost.setup.layer
    written = repr(layer)
    if isinstance(layer, Model):
        found = reason("named", name=layer.name)
    else:
        short = len(written) <= LONGEST and "\n" not in written and "<" not in written
        found = reason("coded", name=written if short else type(layer).__name__)
    for verb, path in cost.setup.edits:
        found = reason(verb, path=path, of=found)
    return found


def on(cost: Cost) -> Reason:
    """Return the shapes of the inputs."""
    shapes = [shape.written(batched=cost.batched) for shape in cost.root.inputs]
    if len(shapes) == 1 and len(shapes[0]) == 1:
        return reason("on_entries", size=shapes[0][0])
    return reason("on_input", shapes=tuple(Product(tuple(shape), "×") for shape in shapes))


def counted_by(cost: Cost, metric: str, lang: str) -> Reason:
    """Return how FLOPs are counted; what else is derived is the same however they are."""
    convention = cost.convention
    if metric != "flops":
        return reason("stop")
    if convention == EXACT:
        return reason("counted_exactly")
    return reason("counted_by", name=convention.name, sentence=sentence_of(convention, lang))


def conditions(cost: Cost, metric: str) -> tuple[Reason, ...]:
    """Return the sentence that says for which sizes the formulas hold, if not for all; of weights, for which of theirs."""
    found = [c for c in cost.conditions if c.kind != "rounded"]
    if metric in OF_WEIGHTS:
        inside = exact(cost.metric(metric)).free_symbols
        sizes = {symbol for shape in cost.root.inputs for n in shape for symbol in n.free_symbols}
        found = [c for c in found if c.relation.symbols & inside]  # an input has any size
        found = [c for c in found if not c.relation.symbols & sizes - inside]
    rests_on: tuple[Any, ...] = tuple(c.note or c.relation for c in found)
    return (reason("holds", conditions=rests_on),) if rests_on else ()
