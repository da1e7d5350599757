"""Attention: how many pairs of a query and a key there are, and what each of them takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.exprs import ONE, ZERO, minimum
from symflops.primitives.core import contract, elementwise, masked
from symflops.primitives.normalization import softmax
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Callable

    import sympy

    from symflops.tally import Operation, Role
    from symflops.trace import Step, Weight

Factors = tuple[Any, ...]


@dataclass(frozen=True)
class Pairs:
    """Pairs of a query and a key: ``seen`` of them count, of ``queries`` times ``keys``."""

    queries: sympy.Expr
    keys: sympy.Expr
    seen: sympy.Expr

    @property
    def is_full(self) -> bool:
        """Whether every query sees every key."""
        return bool(self.seen == self.queries * self.keys)

    def step(self, make: Callable[[Factors], Step]) -> Step:
        """Return the step over the pairs that are seen, which knows what it takes over all of them."""
        full = make((self.queries, self.keys))
        return full if self.is_full else masked(make((self.seen,)), full)


def pairs(
    queries: Any, keys: Any, *, causal: bool = False, window: Any = None, extra: Any = 0
) -> Pairs:
    """Return which keys the queries see; the last query stands beside the last key.

    Causal: a query sees its own position and all before it, S + 1, S + 2, …, S + N keys of S + N: together
    N·S + N(N + 1)/2. With a window of w it sees the last w of them: of n positions from the first on, these
    are m·n - m(m - 1)/2 pairs with m = min(n, w). ``extra`` keys are seen by every query.

    >>> from symflops import dims
    >>> N, S, w = dims("N S w")
    >>> pairs(N, N).seen, pairs(N, N, causal=True).seen
    (N**2, N*(N + 1)/2)
    >>> pairs(N, S + N, causal=True).seen
    N*S + N*(N + 1)/2
    >>> pairs(N, N, causal=True, window=w).seen
    N*minimum(N, w) - (minimum(N, w) - 1)*minimum(N, w)/2
    """
    queries, keys, extra = map(exact, (queries, keys, extra))
    if window is None and not causal:
        return Pairs(queries, keys, queries * keys)
    shared = keys - extra
    if window is None:
        seen = queries * (shared - queries) + queries * (queries + 1) / 2
    else:
        seen = _in_window(queries, shared, exact(window))
    return Pairs(queries, keys, seen + queries * extra)


def _in_window(queries: sympy.Expr, keys: sympy.Expr, window: sympy.Expr) -> sympy.Expr:
    if queries == 1:
        return minimum(keys, window)
    return _from_the_first(keys, window) - _from_the_first(keys - queries, window)


def _from_the_first(positions: sympy.Expr, window: sympy.Expr) -> sympy.Expr:
    """Return Σ min(i, w) for i = 1 … n."""
    if positions == 0:
        return ZERO
    most = minimum(positions, window)
    return most * positions - most * (most - ONE) / 2


def scores(width: Any, among: Pairs, others: Factors) -> Step:
    """Return q·k for every pair: d multiplications and d - 1 additions, ``others`` times (heads, batch).

    Source: Vaswani et al. 2017, equation 1.

    >>> from symflops import dims
    >>> N, d, h = dims("N d h")
    >>> dict(scores(d, pairs(N, N), (h,)).counts)[("mul", "dot.attention")]
    N**2*d*h
    """
    return among.step(
        lambda count: contract((*others, *count, width), (*others, *count), "dot.attention")
    )


def weighted_values(width: Any, among: Pairs, others: Factors) -> Step:
    """Return Σ a·v over the keys that a query sees, n products and n - 1 additions for each of d entries.

    >>> from symflops import dims
    >>> N, d, h = dims("N d h")
    >>> step = weighted_values(d, pairs(N, N, causal=True), (h,))
    >>> dict(step.counts)[("mul", "dot.attention")], dict(step.dense)[("mul", "dot.attention")]
    (N*d*h*(N + 1)/2, N**2*d*h)
    """
    outputs = (*others, among.queries, width)
    return among.step(lambda count: contract((*others, *count, width), outputs, "dot.attention"))


def attention_softmax(among: Pairs, others: Factors) -> Step:
    """Return a softmax a query over the keys that it sees: 5n - 2 for n of them.

    >>> from symflops import dims
    >>> N, h = dims("N h")
    >>> dict(attention_softmax(pairs(N, N, causal=True), (h,)).counts)[("exp", "softmax")]
    N*h*(N + 1)/2
    """
    rows = (*others, among.queries)
    return among.step(lambda count: softmax((*others, *count), rows))


def on_scores(
    operation: Operation,
    among: Pairs,
    others: Factors,
    role: Role = "other",
    weights: tuple[Weight, ...] = (),
) -> Step:
    """Return one operation on the score of every pair: the division by √d, the addition of a bias.

    >>> from symflops import dims
    >>> N, h = dims("N h")
    >>> dict(on_scores("div", pairs(N, N), (h,)).counts)
    {('div', 'other'): N**2*h}
    """
    return among.step(lambda count: elementwise(operation, (*others, *count), role, weights))


def rotate(elements: Any) -> Step:
    """Return pairs of entries turned by an angle, (x·cos - y·sin, y·cos + x·sin).

    An entry takes 2 multiplications, and an addition or a subtraction; cosines and sines are known before the
    input is, and are not counted. Source: Su et al. 2021, equation 34.

    >>> from symflops import dims
    >>> dict(rotate(dims("N d")).counts)
    {('mul', 'other'): 2*N*d, ('sub', 'other'): N*d/2, ('add', 'other'): N*d/2}
    """
    elements = tuple(map(exact, elements))
    couples = (elements[0] / 2, *elements[1:])
    return elementwise({"mul": 4, "sub": 1, "add": 1}, couples)
