"""Tells one metric of one cost that is a count: from the layers to the total, to one token, to numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.conventions import ADDS, MACS, MULTS
from symflops.derivations import outputs
from symflops.derivations.composition import Composer
from symflops.derivations.derivation import Derivation
from symflops.derivations.folding import folded
from symflops.derivations.layers import Work
from symflops.derivations.lines import Line, Passage, hold, reason, verified
from symflops.derivations.memory import BYTES, Activations, Kept, in_bytes
from symflops.derivations.numbers import in_symbols, with_values
from symflops.derivations.opening import opening
from symflops.derivations.quantities import LETTERS
from symflops.derivations.sizes import Names, names_of
from symflops.derivations.ties import Ties
from symflops.derivations.weights import Weights
from symflops.exprs import ONE
from symflops.facts import Facts
from symflops.symbols import exact
from symflops.typeset.forms import Named, Quotient, value
from symflops.typeset.writer import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.costs import Cost
    from symflops.derivations.quantities import Quantity
    from symflops.typeset.forms import Form

TABLES = {"macs": MACS, "mults": MULTS, "adds": ADDS}
OF_WEIGHTS = ("params", "active_params")
WEIGHTS = (*OF_WEIGHTS, "model_size")  # which no portion divides


class Teller:
    """Tells one metric of one cost."""

    def __init__(
        self, cost: Cost, metric: str, detail: str, lang: str, *, named_sizes: bool = True
    ) -> None:
        self.cost, self.metric, self.detail, self.lang = cost, metric, detail, lang
        self.shown = in_symbols(cost, metric) or cost  # what is told before numbers are put in
        self.names = names_of(self.shown) if named_sizes else Names()

    def derivation(self) -> Derivation:
        """Return the derivation, once every line of it is verified.

        Raises:
            UnverifiedError: a line is not provably equal to the one before.
        """
        result, where = exact(self.cost.metric(self.metric)), self.names.where
        facts = facts_of(self.shown)
        told = tuple(
            verified(passage, facts).naming(where)
            for passage in folded(self.verified(), self.detail)
        )
        hold(told[-1].expr, result, facts_of(self.cost))
        order = tuple(map(self.names.put, self.shown.order))
        told = (opening(self.cost, self.shown, self.metric, self.lang), *told)
        return Derivation(
            self.cost, self.metric, result, told, self.where(), order, self.detail, self.lang
        )

    def where(self) -> tuple[tuple[Form, Form], ...]:
        """Return what the names of sizes stand for: from the window, where it has symbols."""
        given = self.names.where
        if all(len(size.free_symbols) == 1 for _, size in given):
            return given
        slid = outputs.sizes(self.shown, facts_of(self.shown), self.names.put)
        return tuple((name, slid.get(size, size)) for name, size in given)

    def verified(self) -> tuple[Passage, ...]:
        """Return all passages, line by line equal, from the first step to the metric.

        Raises:
            UnverifiedError: a line is not provably equal to the one before.
        """
        facts, where = facts_of(self.shown), self.names.where
        told = tuple(verified(passage, facts) for passage in self.passages())
        hold(told[-1].naming(where).expr, exact(self.shown.metric(self.metric)), facts)
        if self.shown is self.cost or not told[-1].expr.free_symbols:
            return told
        return (*told, self.in_numbers(told[-1]))

    def in_numbers(self, last: Passage) -> Passage:
        """Return the passage that puts numbers into the formula that was derived."""
        values = dict(self.cost.setup.values)
        sizes = {name: expr.xreplace(values) for name, expr in self.names.where}
        result = exact(self.cost.metric(self.metric))
        portion = "" if self.metric in WEIGHTS else self.shown.setup.portion.words
        name = Named(LETTERS[self.metric], portion, result)
        shown, order = value(last.lines[-1].form), Order(self.shown.order)
        return verified(
            with_values(name, shown, result, {**values, **sizes}, order), facts_of(self.cost)
        )

    def passages(self) -> Iterator[Passage]:
        """Yield what is told of the metric in symbols."""
        metric, cost = self.metric, self.shown
        elements, _ = BYTES.get(metric, (metric, ""))
        whole = list(self.composed(elements))
        yield from whole
        portion = cost.setup.portion
        if portion.count is not ONE and elements not in OF_WEIGHTS:
            whole.append(self.portioned(elements, whole[-1]))
            yield whole[-1]
        if metric in BYTES:
            yield in_bytes(metric, whole[-1], self.names.put(exact(cost.metric(metric))))

    def composed(self, metric: str) -> tuple[Passage, ...]:
        """Return what is told of the whole network."""
        ties = Ties(self.shown.root, counted=metric in OF_WEIGHTS)
        composer = Composer(self.quantity(metric), self.names, self.detail, ties)
        portion = self.shown.setup.portion.count
        result = exact(self.shown.metric(metric))
        whole = result if metric in OF_WEIGHTS else result * portion
        return composer.whole(self.shown.root, self.names.put(whole))

    def portioned(self, metric: str, whole: Passage) -> Passage:
        """Return the passage from the whole to one token, sample or pixel."""
        portion = self.shown.setup.portion
        result = self.names.put(exact(self.shown.metric(metric)))
        name = Named(LETTERS[metric], portion.words, result)
        count = self.names.put(portion.count)
        above = whole.chains[-1][0].name
        lines = (Line(Quotient(above, count), name=name), Line(result))
        return Passage(lines, (reason("portion", unit=portion.unit, count=count),))

    def quantity(self, metric: str) -> Quantity:
        """Return how a metric is told."""
        put, convention = self.names.put, self.shown.convention
        if metric in OF_WEIGHTS:
            return Weights(metric, put, metric == "active_params")
        if metric == "activations":
            return Activations(metric, put)
        if metric == "kv_cache":
            return Kept(metric, put)
        table: dict[Any, sympy.Rational] = TABLES.get(metric, convention.table)
        return Work(metric, put, table, metric == "flops" and convention.dense)


def facts_of(cost: Cost) -> Facts:
    """Return what may be taken to be true of a cost's sizes."""
    return Facts(tuple(c.relation for c in cost.conditions if c.kind != "rounded"))
