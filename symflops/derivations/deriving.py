"""``derive()``: how a metric comes about, told step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.conventions import ADDS, MACS, MULTS
from symflops.derivations.composition import Composer, Ties
from symflops.derivations.derivation import Derivation
from symflops.derivations.layers import Work
from symflops.derivations.lines import hold, verified
from symflops.derivations.sizes import names_of
from symflops.errors import UnknownNameError
from symflops.facts import Facts
from symflops.symbols import exact

if TYPE_CHECKING:
    from symflops.costs import Cost

DETAILS = ("short", "normal", "full")


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
    if detail not in DETAILS:
        raise UnknownNameError("detail", str(detail), DETAILS)
    names = names_of(cost)
    tables = {"macs": MACS, "mults": MULTS, "adds": ADDS, "flops": cost.convention.table}
    dense = metric == "flops" and cost.convention.dense
    quantity = Work(metric, names.put, tables[metric], dense)
    result = exact(cost.metric(metric))
    facts = facts_of(cost)
    composer = Composer(quantity, names, detail, Ties(cost.root, counted=False))
    passages = composer.whole(cost.root, names.put(result))
    told = tuple(verified(passage, facts).naming(names.where) for passage in passages)
    hold(told[-1].expr, result, facts)
    return Derivation(cost, metric, result, told, names.where, cost.order, detail, lang)


def facts_of(cost: Cost) -> Facts:
    """Return what may be taken to be true of a cost's sizes."""
    return Facts(tuple(c.relation for c in cost.conditions if c.kind != "rounded"))
