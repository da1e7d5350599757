"""Rows of entries, each of which takes the same: sums, means, softmax, normalisation by its definition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.derivations.accounting import account_of, but_ones
from symflops.derivations.factors import grouped, less, shared_out
from symflops.exprs import ONE, ZERO, product
from symflops.symbols import unused
from symflops.typeset.forms import Total, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import sympy

    from symflops.derivations.accounting import Account, Counts
    from symflops.tally import Role
    from symflops.trace import Step
    from symflops.typeset.forms import Form

#: Operations of a row of n entries: for each entry, for each entry but the first, or for the row.
ENTRY, FOLLOWING, ROW = range(3)


Taken = dict[str, tuple[int, ...]]
MEAN: Taken = {"add": (FOLLOWING,), "div": (ROW,)}
SOFTMAX: Taken = {
    "cmp": (FOLLOWING,),
    "sub": (ENTRY,),
    "exp": (ENTRY,),
    "add": (FOLLOWING,),
    "div": (ENTRY,),
}
LOG_SOFTMAX: Taken = {
    "cmp": (FOLLOWING,),
    "exp": (ENTRY,),
    "add": (FOLLOWING,),
    "log": (ROW,),
    "sub": (ENTRY, ENTRY),
}
UNIT_LENGTH: Taken = {
    "mul": (ENTRY,),
    "add": (FOLLOWING,),
    "sqrt": (ROW,),
    "cmp": (ROW,),
    "div": (ENTRY,),
}
SHARES: Taken = {"add": (FOLLOWING,), "div": (ENTRY,)}
REDUCED: Taken = {"add": (FOLLOWING,), "cmp": (FOLLOWING,)}


def ragged(
    step: Step, counts: Counts, role: Role, rows: sympy.Expr, taken: Mapping[str, tuple[int, ...]]
) -> Iterator[Account]:
    """Tell rows that differ in how many entries they have: what one of n takes, and how many they have in all."""
    entries = grouped(step.order)
    n = unused(rows, value(entries), name="n")
    all_of = {ENTRY: entries, FOLLOWING: less(entries, rows), ROW: rows}
    each = tuple(
        (op, forms[0] if len(forms) == 1 else Total(forms))
        for op in counts
        for forms in [tuple(all_of[kind] for kind in taken[op])]
    )
    row = tuple((op, _taken(taken[op], n)) for op in counts)
    key = "ragged_windows" if role == "pool" else "ragged"
    told = account_of(key, (), each, role, n=n, outputs=rows, entries=entries)
    yield replace(told, row=row)


def rows_of(
    key: str,
    of: Callable[[Counts], sympy.Expr],
    each: Mapping[str, tuple[int, ...]],
    *,
    whole: bool = True,
) -> Callable[[Step, Counts, Role], Iterator[Account]]:
    """Return the telling of rows, of which ``of`` says from the counts how many there are.

    Unless ``whole``, those of a mask or at an edge, they are equally long, whatever the quotient looks like.
    """

    def told(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
        try:
            rows = of(counts)
        except KeyError:
            return
        of_entries = ((op, count) for op, count in counts.items() if each.get(op, (ROW,))[0] != ROW)
        op, count = next(of_entries, ("", rows))
        entries = count + (rows if op and each[op][0] == FOLLOWING else ZERO)
        found = shared_out(step.order, rows, entries, whole=whole)
        if found is None:
            yield from ragged(step, counts, role, rows, each)
            return
        units, n = found
        taken = [(op, _taken(each[op], n)) for op in counts if op in each]
        yield account_of(key, units, taken, role, entries=n)

    return told


def _taken(kinds: tuple[int, ...], n: Form) -> Form:
    """Return what a row of n entries takes of an operation."""
    parts = {ENTRY: n, FOLLOWING: less(n), ROW: ONE}
    forms = [parts[kind] for kind in kinds if parts[kind] != 0]
    return forms[0] if len(forms) == 1 else Total(tuple(forms))


def elementwise(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell the same few operations on every element."""
    elements = product(step.order)
    each = tuple((op, count / elements) for op, count in counts.items())
    if all(number.is_Rational for _, number in each):
        yield account_of("each", but_ones(step.order), each, role)


def standardize(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell the mean, the variance or the scale of rows; deviations are told by their elements."""
    if set(counts) == {"sub"}:
        for told in elementwise(step, counts, role):
            yield replace(told, key="norm_difference")
    elif "sqrt" in counts:
        yield from NORM_ROOT(step, counts, role)
    else:
        yield from (NORM_SQUARES if "mul" in counts else NORM_MEAN)(step, counts, role)


NORM_MEAN = rows_of("norm_mean", lambda c: c["div"], MEAN, whole=False)
NORM_SQUARES = rows_of("norm_squares", lambda c: c["div"], {**MEAN, "mul": (ENTRY,)}, whole=False)
NORM_ROOT = rows_of(
    "norm_root", lambda c: c["sqrt"], {"add": (ROW,), "sqrt": (ROW,), "div": (ENTRY,)}, whole=False
)
