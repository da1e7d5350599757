"""Linear recurrences: what a state takes from one position to the next, and what is read from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.primitives.core import elementwise, masked, sized, step_of

if TYPE_CHECKING:
    from symflops.primitives.core import Size
    from symflops.tally import Operation, Role
    from symflops.trace import Step, Weight


def discretize(states: Size, weights: tuple[Weight, ...] = ()) -> Step:
    """Return exp(Δ·A) and Δ·B for every entry of a state: 2 products and an exponential.

    Source: Gu and Dao 2023, algorithm 2, line 5, with Δ·B for the input as the authors compute it.

    >>> from symflops import dims
    >>> dict(discretize(dims("T D N")).counts)
    {('mul', 'other'): 2*D*N*T, ('exp', 'other'): D*N*T}
    """
    return elementwise({"mul": 2, "exp": 1}, states, weights=weights)


def decay(entries: Size, weights: tuple[Weight, ...] = ()) -> Step:
    """Return exp(Δ·A): a product and an exponential for each.

    >>> from symflops import dims
    >>> dict(decay(dims("T h")).counts)
    {('mul', 'other'): T*h, ('exp', 'other'): T*h}
    """
    return elementwise({"mul": 1, "exp": 1}, entries, weights=weights)


def multiply_add(elements: Size, weights: tuple[Weight, ...] = ()) -> Step:
    """Return y + a·x for every element: a product and an addition.

    >>> from symflops import dims
    >>> dict(multiply_add(dims("T D")).counts)
    {('mul', 'other'): D*T, ('add', 'other'): D*T}
    """
    return elementwise({"mul": 1, "add": 1}, elements, weights=weights)


def recurrence(states: Size, kept: Size) -> Step:
    """Return h = a·h + b·x for every entry of a state: 2 products and an addition.

    The first state is one that was handed over, so that every position takes the same. ``kept`` are the
    entries of one state, which the next position needs.

    >>> from symflops import dims
    >>> T, D, N = dims("T D N")
    >>> step = recurrence((T, D, N), (D, N))
    >>> dict(step.counts), step.cached
    ({('mul', 'other'): 2*D*N*T, ('add', 'other'): D*N*T}, D*N)
    """
    return replace(elementwise({"mul": 2, "add": 1}, states), cached=sized(kept)[0])


def complex_recurrence(states: Size, kept: Size, weights: tuple[Weight, ...] = ()) -> Step:
    """Return h = a·h + x for complex a and h and real x: 4 products, 2 additions and a subtraction.

    ``states`` and ``kept`` count complex numbers; of ``kept`` each is two elements.

    >>> from symflops import dims
    >>> T, D, n = dims("T D n")
    >>> step = complex_recurrence((T, D, n), (D, n))
    >>> sum(count for _, count in step.counts), step.cached
    (7*D*T*n, 2*D*n)
    """
    step = elementwise({"mul": 4, "sub": 1, "add": 2}, states, weights=weights)
    return replace(step, cached=2 * sized(kept)[0])


def real_contract(products: Size, outputs: Size, role: Role = "dot.other") -> Step:
    """Return the real part of dot products of complex numbers: 2 products and a subtraction each.

    Counts besides: ``products - outputs`` additions.

    >>> from symflops import dims
    >>> n, D = dims("n D")
    >>> dict(real_contract((n, D), D).counts)[("add", "dot.other")]
    D*n - D
    """
    products, order = sized(products)
    outputs, _ = sized(outputs)
    return step_of("contract", role, order, mul=2 * products, sub=products, add=products - outputs)


def decay_between(pairs: Size, every_pair: Size) -> Step:
    """Return c_ij·exp(s_i - s_j) for ``pairs`` of positions: a subtraction, an exponential and a product each.

    ``every_pair`` are those that are there with nothing skipped, also where j comes after i.
    Source: Dao and Gu 2024, listing 1, step 1 (L = exp(segsum(A)), and its product with C Bᵀ).

    >>> from symflops import dim
    >>> Q = dim("Q")
    >>> step = decay_between(Q * (Q + 1) / 2, Q**2)
    >>> [sum(count for _, count in counts) for counts in (step.counts, step.dense)]
    [3*Q*(Q + 1)/2, 3*Q**2]
    """
    each: dict[Operation, int] = {"sub": 1, "exp": 1, "mul": 1}
    return masked(elementwise(each, pairs), elementwise(each, every_pair))


def decay_from(positions: Size) -> Step:
    """Return exp(s_Q - s_j) for every position: a subtraction and an exponential.

    >>> from symflops import dims
    >>> sum(count for _, count in decay_from(dims("c Q")).counts)
    2*Q*c
    """
    return elementwise({"sub": 1, "exp": 1}, positions)


def state_passing(states: Size, chunks: Size, kept: Size) -> Step:
    """Return h = exp(s_Q)·h + u from chunk to chunk: an exponential a chunk, a product and an addition an entry.

    Source: Dao and Gu 2024, listing 1, step 3, done one chunk after the other.

    >>> from symflops import dims
    >>> c, N, P = dims("c N P")
    >>> step = state_passing((N, P, c), c, (N, P))
    >>> sum(count for _, count in step.counts), step.cached
    (2*N*P*c + c, N*P)
    """
    states, order = sized(states)
    chunks, _ = sized(chunks)
    step = step_of("state_passing", "other", order, exp=chunks, mul=states, add=states)
    return replace(step, cached=sized(kept)[0])
