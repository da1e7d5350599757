"""``derive()``: how a metric comes about, told step by step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symflops.comparison import ratio
from symflops.costs import METRICS, Cost
from symflops.derivations import fields, outputs, ratios
from symflops.derivations.derivation import Derivation
from symflops.derivations.ending import ending
from symflops.derivations.folding import folded
from symflops.derivations.lines import verified
from symflops.derivations.opening import opening, opening_of_ratio
from symflops.derivations.reasons import SENTENCES
from symflops.derivations.telling import Teller, facts_of
from symflops.errors import ArgumentError, UnknownNameError
from symflops.symbols import exact

if TYPE_CHECKING:
    from symflops.derivations.lines import Passage

DETAILS = ("short", "normal", "full")
#: What is derived besides the metrics that are counts.
SHAPES = {"output": outputs.passages, "receptive_field": fields.passages}
TWO = 2  # costs have a ratio


def derive(
    cost: Cost | Mapping[str, Cost] | tuple[Cost, Cost],
    metric: str = "flops",
    detail: str = "normal",
    to: Any = None,
    lang: str = "en",
) -> Derivation:
    """Return how a metric of a cost comes about, line by line; every line is verified.

    What one output needs, how many outputs there are, the sum over layers, blocks and depth, the
    simplification, and the numbers where the cost has values. ``metric`` is one of a cost's metrics,
    ``"output"`` or ``"receptive_field"``; of two costs, ``{"ours": a, "theirs": b}``, their ratio is
    derived. ``detail`` is ``"short"`` (the sum alone), ``"normal"`` (as much as can be read) or ``"full"``
    (every step). ``to``, LaTeX, text or an expression, is what the last line is to be; in LaTeX symbols are
    spelled as there.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    >>> for line in sf.derive(sf.cost(conv, (C_in, H, W))).steps:
    ...     print(line.expr)
    C_out*H*W*(2*C_in*k**2 - 1)
    C_out*H*W*(2*C_in*k**2 - 1)

    Raises:
        UnknownNameError: no metric, detail or language has this name.
        ArgumentError: what is no cost, or more than two; ``to`` is not equal to what is derived.
        ReadError: ``to`` cannot be read.
        UnverifiedError: a line is not provably equal to the one before; nothing is shown then.
    """
    if detail not in DETAILS:
        raise UnknownNameError("detail", str(detail), DETAILS)
    if metric not in (*METRICS, *SHAPES):
        raise UnknownNameError("metric", str(metric), (*METRICS, *SHAPES))
    if lang not in SENTENCES:
        raise UnknownNameError("language", str(lang), SENTENCES)
    costs = _costs(cost)
    if len(costs) > 1:
        found = _ratio(costs, metric, detail, lang)
    else:
        found = _one(costs[""], metric, detail, lang)
    return found if to is None else ending(found, to, ratios.facts_of_both(tuple(costs.values())))


def _costs(given: Any) -> dict[str, Cost]:
    """Return one cost, or two by their names."""
    if isinstance(given, Cost):
        return {"": given}
    if isinstance(given, tuple | list):
        given = {str(number): cost for number, cost in enumerate(given, 1)}
    if (
        isinstance(given, Mapping)
        and len(given) == TWO
        and all(isinstance(c, Cost) for c in given.values())
    ):
        return {str(name): cost for name, cost in given.items()}
    several = isinstance(given, Mapping) and all(isinstance(c, Cost) for c in given.values())
    message = (
        "derive() needs a cost, such as cost(Linear(64, 10), (64,)), or two costs by their names, "
        f"{{'ours': a, 'theirs': b}}; got {f'{len(given)} of them' if several else f'{given!r:.60}'}"
    )
    raise ArgumentError(message)


def _one(cost: Cost, metric: str, detail: str, lang: str) -> Derivation:
    if metric not in SHAPES:
        return Teller(cost, metric, detail, lang).derivation()
    facts = facts_of(cost)
    lines = tuple(verified(passage, facts) for passage in SHAPES[metric](cost, facts))
    found = (opening(cost, cost, metric, lang), *lines)
    result = cost.output if metric == "output" else cost.receptive_field.size
    return Derivation(cost, metric, result, found, (), cost.order, detail, lang)


def _ratio(costs: dict[str, Cost], metric: str, detail: str, lang: str) -> Derivation:
    """Derive both costs, and one over the other."""
    if metric in SHAPES:
        message = f"the ratio of two {metric}s is none; derive each of them"
        raise ArgumentError(message)
    told: dict[str, tuple[Passage, ...]] = {}
    for name, cost in costs.items():
        teller = Teller(cost, metric, detail, lang, named_sizes=False)
        told[name] = ratios.of(name, folded(teller.verified(), detail))
    both = tuple(costs.values())
    result = exact(ratio(both[0], both[1], metric))
    last = verified(ratios.over(told, result), ratios.facts_of_both(both))
    first = opening_of_ratio(costs, metric, lang)
    passages = (first, *(passage for found in told.values() for passage in found), last)
    order = ratios.order_of_both(both)
    return Derivation(both[0], metric, last.expr, passages, (), order, detail, lang)
