"""Which pairs of a query and a key a mask leaves, counted query by query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy

from symflops.derivations.lines import reason
from symflops.exprs import ONE, minimum
from symflops.facts import Relation
from symflops.layers.scores import SCORES, OverPairs
from symflops.primitives.attention import pairs
from symflops.symbols import unused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.derivations.lines import Reason
    from symflops.trace import Group


def masks(group: Group, put: Callable[[sympy.Expr], sympy.Expr]) -> Iterator[Reason]:
    """Yield how many keys query i sees under the mask of a layer, and what that is together."""
    layer = group.layer
    if not isinstance(layer, OverPairs) or not (layer.causal or layer.window is not None):
        return
    scores = next((s for s in (*group.outputs, *group.inputs) if len(s) == SCORES), None)
    if scores is None:
        return
    queries, keys = scores[2:]
    extra = layer.extra
    among = pairs(queries, keys, causal=layer.causal, window=layer.window, extra=extra)
    i = unused(queries, keys)
    before = keys - extra - queries + i  # what query i sees without a window, itself included
    seen = before if layer.window is None else minimum(before, layer.window)
    series = sympy.Sum(put(seen + extra), (i, ONE, put(queries)))
    whole = Relation(series, "=", put(among.seen))
    yield reason("mask", index=i, keys=put(seen + extra), sum=whole)
