"""Receptive fields with the wrong strides: each layer's own, one too few, one too many, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.claims.verdicts import Miss
from symflops.exprs import ONE, product
from symflops.trace import Group, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sympy

    from symflops.claims.misses import Case
    from symflops.trace import Node

MOST_LAYERS = 200


def strides(case: Case) -> Iterator[Miss]:
    """The sizes of windows with other strides than the product of those before them."""
    if case.candidate.quantity != "receptive_field":
        return
    chain = list(windows(case.cost.root))
    before = [product(s for _, s in chain[:i]) for i in range(len(chain))]
    if not chain or _field(chain, before) != case.exact.expand():
        return
    own = [s for _, s in chain]
    wrong: dict[str, tuple[list[sympy.Expr], str, str]] = {
        "own stride": (own, "each layer's own stride stands where the product of the strides before it belongs", "每层用了自身的步幅，而应为它之前各层步幅的乘积"),
        "own stride as well": ([b * s for b, s in zip(before, own, strict=True)], "the product of strides takes in the layer's own, and must end before it", "步幅的乘积包含了本层的步幅，而应只到前一层"),
        "one stride short": ([ONE, *before[:-1]], "the product of strides ends one layer too early", "步幅的乘积少算了一层"),
        "last stride": ([ONE, *own[:-1]], "the stride of the layer before stands where the product of all strides before belongs", "只用了前一层的步幅，而应为之前各层步幅的乘积"),
        "no strides": ([ONE] * len(own), "the strides are ignored", "忽略了步幅"),
    }  # fmt: skip
    for name, (factors, en, zh) in wrong.items():
        value = _field(chain, factors)
        if value != case.exact and case.is_claim(value):
            yield Miss(name, en, zh, (), value)
            return


def _field(chain: list[tuple[Any, Any]], factors: list[Any]) -> Any:
    return sum(((k - 1) * f for (k, _), f in zip(chain, factors, strict=True)), ONE).expand()


def windows(node: Node) -> Iterator[tuple[Any, Any]]:
    """Yield the extent and the stride of every window of a plain chain of layers, in order."""
    if isinstance(node, Times):
        if node.n.is_Integer and node.n <= MOST_LAYERS:
            for _ in range(int(node.n)):
                yield from windows(node.child)
    elif isinstance(node, Group):
        size = getattr(node.layer, "kernel_size", None)
        if size is None:
            for _, child in node.children:
                yield from windows(child)
        else:
            step = getattr(node.layer, "stride", None)
            spread = _first(getattr(node.layer, "dilation", ONE))
            yield spread * (_first(size) - 1) + 1, _first(size if step is None else step)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, tuple) else value
