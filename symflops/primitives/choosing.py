"""Choosing: the greatest of several entries, and the shares of what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.exprs import spread
from symflops.primitives.core import op, sized, step_of

if TYPE_CHECKING:
    import sympy

    from symflops.primitives.core import Size
    from symflops.tally import Role
    from symflops.trace import Step


def top_k(rows: Size, entries: sympy.Expr, k: sympy.Expr) -> Step:
    """Return the choice of the k greatest of n entries in each row, by k passes of selection.

    Pass i compares the n - i + 1 entries that are left, n - i comparisons: k·n - k(k + 1)/2 a row.

    >>> from symflops import dims
    >>> N, n, k = dims("N n k")
    >>> dict(top_k(N, n, k).counts)[("cmp", "other")].subs({N: 1, n: 8, k: 2})
    13
    """
    rows, _ = sized(rows)
    each = k * entries - k * (k + 1) / 2
    why = f"k = {k} passes of selection over n = {entries} entries, n - i comparisons in pass i"
    return op("top_k", cmp=spread(rows * each), why=why, source="Knuth 1998, algorithm 5.2.3S")


def shares(entries: Size, rows: Size, role: Role = "other") -> Step:
    """Return entries divided by their sum, row by row: n - 1 additions and n divisions a row of n.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> dict(shares((N, n), N).counts)
    {('add', 'other'): N*n - N, ('div', 'other'): N*n}
    """
    entries, order = sized(entries)
    rows, _ = sized(rows)
    return step_of("shares", role, order, add=entries - rows, div=entries)
