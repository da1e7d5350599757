"""Recurrent cells: how gates make the next state from the last one, and what the next step needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.primitives.core import elementwise, sized
from symflops.tally import Tally
from symflops.trace import Step

if TYPE_CHECKING:
    from symflops.primitives.core import Size


def gated_sum(entries: Size) -> Step:
    """Return f·c + i·g for every entry: 2 products and an addition, such as an LSTM's new memory.

    >>> from symflops import dim
    >>> h = dim("h")
    >>> dict(gated_sum(h).counts)
    {('mul', 'other'): 2*h, ('add', 'other'): h}
    """
    return elementwise({"mul": 2, "add": 1}, entries)


def blend(entries: Size) -> Step:
    """Return (1 - z)·n + z·h for every entry: a subtraction, 2 products and an addition, such as a GRU's state.

    >>> from symflops import dim
    >>> h = dim("h")
    >>> dict(blend(h).counts)
    {('sub', 'other'): h, ('mul', 'other'): 2*h, ('add', 'other'): h}
    """
    return elementwise({"sub": 1, "mul": 2, "add": 1}, entries)


def gated_addition(entries: Size) -> Step:
    """Return a + r·b for every entry: a product and an addition, such as what a GRU's reset gate lets through.

    >>> from symflops import dim
    >>> h = dim("h")
    >>> dict(gated_addition(h).counts)
    {('mul', 'other'): h, ('add', 'other'): h}
    """
    return elementwise({"mul": 1, "add": 1}, entries)


def kept_state(entries: Size) -> Step:
    """Return what is kept of a state for the next step: no operation; its ``entries`` stand in ``step.cached``.

    >>> from symflops import dim
    >>> step = kept_state(dim("h"))
    >>> dict(step.counts), step.cached
    ({}, h)
    """
    elements, order = sized(entries)
    return Step("keep", Tally(), (), order, cached=elements)
