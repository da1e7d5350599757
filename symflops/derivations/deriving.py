"""``derive()``: how a metric comes about, told step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.conventions import ADDS, MACS, MULTS
from symflops.derivations.composition import Composer, Ties
from symflops.derivations.derivation import Derivation
from symflops.derivations.folding import folded
from symflops.derivations.layers import Work
from symflops.derivations.lines import Line, Passage, hold, reason, verified
from symflops.derivations.memory import BYTES, Activations, Kept, in_bytes
from symflops.derivations.numbers import in_symbols, with_values
from symflops.derivations.quantities import LETTERS
from symflops.derivations.sizes import names_of
from symflops.derivations.weights import Weights
from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import ONE
from symflops.facts import Facts
from symflops.forms import Named, Quotient
from symflops.symbols import exact
from symflops.typeset import Order

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.costs import Cost
    from symflops.derivations.quantities import Quantity
    from symflops.derivations.sizes import Names

DETAILS = ("short", "normal", "full")
TABLES = {"macs": MACS, "mults": MULTS, "adds": ADDS}
OF_WEIGHTS = ("params", "active_params")


def derive(
    cost: Cost, metric: str = "flops", detail: str = "normal", to: Any = None, lang: str = "en"
) -> Derivation:
    """Return how a metric of a cost comes about, line by line, each line verified.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    >>> sf.derive(sf.cost(conv, (C_in, H, W))).expr
    C_out*H*W*(2*C_in*k**2 - 1)
    """
    from symflops.costs import Cost  # noqa: PLC0415

    if not isinstance(cost, Cost):
        message = f"derive() needs a cost, such as cost(Linear(64, 10), (64,)), got {cost!r}"
        raise ArgumentError(message)
    if detail not in DETAILS:
        raise UnknownNameError("detail", str(detail), DETAILS)
    if metric not in LETTERS:
        raise UnknownNameError("metric", str(metric), LETTERS)
    return Teller(cost, metric, detail, lang).derivation()


class Teller:
    """Tells one metric of one cost."""

    def __init__(self, cost: Cost, metric: str, detail: str, lang: str) -> None:
        self.cost, self.metric, self.detail, self.lang = cost, metric, detail, lang
        self.shown = in_symbols(cost, metric) or cost  # what is told before numbers are put in
        self.names = names_of(self.shown)

    def derivation(self) -> Derivation:
        """Return the derivation, once every line of it is verified.

        Raises:
            UnverifiedError: a line is not provably equal to the one before.
        """
        cost, shown, names = self.cost, self.shown, self.names
        facts = facts_of(shown)
        result = exact(cost.metric(self.metric))
        whole = tuple(verified(passage, facts) for passage in self.passages())
        told = tuple(
            verified(passage, facts).naming(names.where) for passage in folded(whole, self.detail)
        )
        hold(told[-1].expr, exact(shown.metric(self.metric)), facts)
        if shown is not cost:
            values = dict(cost.setup.values)
            numbers = {**values, **{n: e.xreplace(values) for n, e in names.where}}
            name = Named(LETTERS[self.metric], "", result)
            last = told[-1].lines[-1].form
            put = with_values(name, last, result, numbers, Order(shown.order))
            told = (*told, verified(put, facts_of(cost)))
            hold(told[-1].expr, result, facts_of(cost))
        return Derivation(
            cost, self.metric, result, told, names.where, shown.order, self.detail, self.lang
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
        return composer.whole(self.shown.root, self.names.put(exact(self.shown.metric(metric))))

    def portioned(self, metric: str, whole: Passage) -> Passage:
        """Return the passage from the whole to one token, sample or pixel."""
        portion = self.shown.setup.portion
        result = self.names.put(exact(self.shown.metric(metric)))
        name = Named(LETTERS[metric], portion.words, result)
        count = self.names.put(portion.count)
        above = whole.chains[-1][0].name
        lines = (Line(Quotient(above, count), name=name), Line(result, reason("collected")))
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
