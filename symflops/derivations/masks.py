"""What attention takes, pair by pair: which pairs of a query and a key a mask leaves, and what each of them takes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sympy

from symflops.derivations.lines import reason
from symflops.exprs import ONE, minimum
from symflops.facts import Relation
from symflops.geometry import adaptive_taps
from symflops.layers.pool import AdaptivePool
from symflops.layers.rotary import RotaryEmbedding
from symflops.layers.scores import SCORES, MaskedSoftmax, OverPairs, Scores, Weighting
from symflops.layers.transposed import TransposedConvolution
from symflops.primitives.attention import Pairs, pairs
from symflops.symbols import unused
from symflops.typeset.forms import value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.derivations.accounting import Account
    from symflops.derivations.lines import Reason
    from symflops.trace import Group, Step

    Put = Callable[[sympy.Expr], sympy.Expr]


def seen_by(group: Group) -> Pairs | None:
    """Return the pairs that the mask of a layer leaves; nothing where it has none."""
    layer = group.layer
    if not isinstance(layer, OverPairs) or not (layer.causal or layer.window is not None):
        return None
    scores = next((s for s in (*group.outputs, *group.inputs) if len(s) == SCORES), None)
    if scores is None:
        return None
    queries, keys = scores[2:]
    return pairs(queries, keys, causal=layer.causal, window=layer.window, extra=layer.extra)


def masks(group: Group, put: Put) -> Iterator[Reason]:
    """Yield how many keys query i sees under the mask of a layer, and what that is together."""
    among = seen_by(group)
    if among is None:
        return
    layer: OverPairs = group.layer  # type: ignore[assignment]
    queries, keys, extra = among.queries, among.keys, layer.extra
    i = unused(queries, keys)
    before = keys - extra - queries + i  # what query i sees without a window, itself included
    seen = before if layer.window is None else minimum(before, layer.window)
    if queries == ONE:
        yield reason("mask_alone", keys=put(among.seen))
        return
    series = sympy.Sum(put(seen + extra), (i, ONE, put(queries)))
    whole = Relation(series, "=", put(among.seen))
    yield reason("mask", index=i, keys=put(seen + extra), sum=whole)


def told_of(item: Group | Step, account: Account, put: Put) -> Iterator[Reason]:
    """Yield the sentences of an account, in the words of attention where it is of scores and of weighted values."""
    layer = getattr(item, "layer", None)
    key = WORDS.get((type(layer), account.key))
    if key:
        yield replace(account, key=key).sentence
    elif isinstance(layer, Weighting) and account.key == "added_up":
        yield from _weighted(item, account, put)  # type: ignore[arg-type]
    else:
        yield account.sentence


#: What some layers call what they do.
WORDS = {
    (Scores, "dot"): "scores",
    (Weighting, "dot"): "weighted",
    (RotaryEmbedding, "each"): "rotated",
}


def is_uneven(item: Group | Step, *, masked: bool) -> bool:
    """Say whether the outputs of a layer are known to differ in how many entries they have."""
    layer = getattr(item, "layer", None)
    if isinstance(layer, Weighting | MaskedSoftmax):
        among = seen_by(item) if masked else None  # type: ignore[arg-type]
        return among is not None and not among.is_full
    if isinstance(layer, TransposedConvolution):
        return any(window.kernel != window.stride for window in layer.windows())
    if isinstance(layer, AdaptivePool):
        sizes = zip(item.inputs[0][2:], item.outputs[0][2:], strict=True)  # type: ignore[union-attr]
        return any((adaptive_taps(n, m) / m).is_integer is False for n, m in sizes)
    return False


def _weighted(group: Group, account: Account, put: Put) -> Iterator[Reason]:
    """Yield what values take that are weighted under a mask: products pair by pair, sums output by output."""
    among, parts = seen_by(group), dict(account.parts)
    if among is None:
        yield account.sentence
        return
    counts = {operation: ((operation, form),) for operation, form in account.each}
    each = sympy.cancel(value(parts["entries"]) / put(among.seen))
    if "mul" in counts:
        yield reason("weighted_pairs", pairs=put(among.seen), each=each, counts=counts["mul"])
    if "add" in counts:
        yield reason("weighted_sums", outputs=parts["sums"], counts=counts["add"])
