"""What one step takes, as it is told: so many outputs, and so much for each of them.

A step knows its counts alone; the primitive that made it says how they come about. Every telling is held
against the counts, and a step that cannot be told so is told as it stands.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sympy

from symflops.derivations.accounting import account_of, but_ones
from symflops.derivations.entries import (
    FOLLOWING,
    LOG_SOFTMAX,
    MEAN,
    REDUCED,
    SHARES,
    SOFTMAX,
    UNIT_LENGTH,
    elementwise,
    ragged,
    rows_of,
    standardize,
)
from symflops.derivations.factors import grouped, less, shared_out, times
from symflops.exprs import ONE, ZERO, over_one_line, product, spread
from symflops.typeset.forms import Total, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symflops.derivations.accounting import Account, Counts
    from symflops.tally import Operation, Role, Tally
    from symflops.trace import Step


def accounts(
    step: Step, counts: Tally | None = None, *, uneven: bool = False
) -> tuple[Account, ...]:
    """Return what a step takes, in one account or several that add up to its counts.

    ``uneven`` outputs differ in how many entries they have, even if their average is whole.

    >>> from symflops import contract, dims
    >>> k, C, D, H = dims("k C D H")
    >>> (account,) = accounts(contract((C, k, D, H), (D, H)))
    >>> account.units, [(operation, value(form)) for operation, form in account.each]
    ((D, H), [('mul', C*k), ('add', C*k - 1)])
    """
    found: list[Account] = []
    tally = step.counts if counts is None else counts
    for role in dict.fromkeys(role for (_, role), _ in tally):
        own = {operation: count for (operation, known), count in tally if known == role}
        # what says why itself, as an order of a contraction does, explains more than its rule
        told = _own if step.why else TOLD.get(step.rule, elementwise)
        if uneven and not step.why:
            told = UNEVEN.get(step.rule, told)
        try:
            part = tuple(told(step, own, role))
        except (KeyError, ValueError):  # a step of one's own that bears the name of a primitive
            part = ()
        found += part if _adds_up(part, own) else _as_it_stands(step, own, role)
    return tuple(found)


def _adds_up(found: tuple[Account, ...], counts: Mapping[Operation, sympy.Expr]) -> bool:
    """Say whether accounts are what was counted, operation by operation."""
    left = dict(counts)
    for account in found:
        for operation, form in account.each:
            left[operation] = left.get(operation, ZERO) - value(form) * product(account.units)
    return all(rest == 0 or spread(rest) == 0 for rest in left.values())


def _contract(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell dot products: of n terms each, n products and n - 1 sums."""
    products, sums, taken = (counts.get(op, ZERO) for op in ("mul", "add", "sub"))
    outputs = products - sums if taken == 0 else taken - sums
    if taken != 0:  # the real part of complex products
        products = taken
    found = None
    if outputs != 0:  # N/4 + 1 terms are no average, unless under a mask
        below = over_one_line(sympy.cancel(products / outputs))[1]
        whole = bool(step.dense or below.free_symbols)
        found = shared_out(step.order, outputs, products, whole=whole)
    if found is None:
        yield from _added_up(step, counts, role)
        return
    units, terms = found
    if taken != 0:
        each = (("mul", times(sympy.Integer(2), terms)), ("sub", terms), ("add", less(terms)))
        yield account_of("dot_real", units, each, role, terms=terms)
    elif terms == 1:
        yield account_of("product", units, (("mul", ONE),), role)
    else:
        yield account_of("dot", units, (("mul", terms), ("add", less(terms))), role, terms=terms)


def _added_up(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell sums that differ in how many products they have, as under a mask: so many in all, and less by the sums."""
    entries = grouped(step.order)
    sums = counts["mul"] - counts.get("add", ZERO)
    each = [("mul", entries), ("add", less(entries, sums))]
    yield account_of("added_up", (), each, role, entries=entries, sums=sums)


def _complex(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell dot products of complex numbers: a product takes 4 multiplications and 2 sums, a sum 2."""
    terms = counts["sub"]
    outputs = spread((3 * terms - counts["add"]) / 2)
    found = shared_out(step.order, outputs, terms)
    if found is None:
        return
    units, n = found
    sums = n if n == ONE else Total((n, times(sympy.Integer(2), less(n))))
    each = (("mul", times(sympy.Integer(4), n)), ("sub", n), ("add", sums))
    yield account_of("dot_complex", units, each, role, terms=n)


def _bias(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    yield account_of("bias", but_ones(step.order), tuple((op, ONE) for op in counts), role)


def _reduce(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell n entries that become one, with n - 1 operations."""
    ((operation, count),) = counts.items()
    entries = product(step.order)
    rows = entries - count
    found = shared_out(step.order, rows, entries)
    if found is None:
        yield from ragged(step, counts, role, rows, {operation: (FOLLOWING,)})
        return
    units, n = found
    yield account_of("reduced", units, ((operation, less(n)),), role, entries=n)


def _transform(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    for told in elementwise(step, counts, role):
        yield replace(told, key="tiles")


def _local_response(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell what an element takes, and the squares of all windows, which are cut at the first and the last channel."""
    elements, rest = counts["div"], dict(counts)
    squares = rest.pop("add")
    each = tuple((operation, count / elements) for operation, count in rest.items())
    yield account_of("each", but_ones(step.order[1:]), each, role)
    yield account_of("local_sums", (), (("add", squares),), role, entries=squares)


def _fourier(_: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell butterflies: 4 multiplications and 6 sums each."""
    butterflies = counts["mul"] / 4
    each = tuple((op, count / butterflies) for op, count in counts.items())
    yield account_of("butterfly", (butterflies,), each, role)


def _state_passing(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell an exponential a chunk, and a product and a sum an entry."""
    rest = dict(counts)
    chunks = rest.pop("exp", ZERO)
    if chunks != 0:
        yield account_of("each", sympy.Mul.make_args(chunks), (("exp", ONE),), role)
    yield from elementwise(step, rest, role)


def _own(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell counts of one's own, which say why."""
    each = tuple(counts.items())
    yield account_of("own", (), each, role, why=step.why, source=step.source)


def _as_it_stands(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell counts as they stand: those of every element together, each of the others by itself."""
    elements = product(step.order)
    alike = {op: count / elements for op, count in counts.items()}
    even = tuple((op, share) for op, share in alike.items() if share.is_Rational)
    if even:
        yield account_of("each", but_ones(step.order), even, role)
    rest = tuple((op, count) for op, count in counts.items() if not alike[op].is_Rational)
    if rest:
        yield account_of("own" if step.why else "taken", (), rest, role, why=step.why)


TOLD: dict[str, Callable[[Step, Counts, Role], Iterator[Account]]] = {
    "contract": _contract,
    "lookup": _contract,  # as a product with one-hot vectors, where that is counted
    "complex_contract": _complex,
    "bias_add": _bias,
    "elementwise": elementwise,
    "transform": _transform,
    "local_response": _local_response,
    "reduce": _reduce,
    "mean": rows_of("mean", lambda c: c["div"], MEAN),
    "softmax": rows_of("softmax", lambda c: c["sub"] - c.get("cmp", ZERO), SOFTMAX),
    "log_softmax": rows_of("row", lambda c: c["log"], LOG_SOFTMAX),
    "unit_length": rows_of("row", lambda c: c["sqrt"], UNIT_LENGTH, whole=False),
    "shares": rows_of("row", lambda c: c["div"] - c.get("add", ZERO), SHARES),
    "standardize": standardize,
    "fourier": _fourier,
    "state_passing": _state_passing,
}

#: The telling of outputs that are known to differ in how many entries they have.
UNEVEN: dict[str, Callable[[Step, Counts, Role], Iterator[Account]]] = {
    "contract": _added_up,
    "softmax": lambda s, c, role: ragged(s, c, role, c["sub"] - c.get("cmp", ZERO), SOFTMAX),
    "mean": lambda s, c, role: ragged(s, c, role, c["div"], MEAN),
    "reduce": lambda s, c, role: ragged(
        s, c, role, product(s.order) - next(iter(c.values())), REDUCED
    ),
}
