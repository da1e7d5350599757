"""What one step takes, as it is told: so many outputs, and so much for each of them.

A step knows its counts alone; the primitive that made it says how they come about. Every telling is held
against the counts, and a step that cannot be told so is told as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.derivations.factors import grouped, less, shared_out, times
from symflops.derivations.lines import Reason
from symflops.exprs import ONE, ZERO, product, spread
from symflops.forms import Total, value
from symflops.symbols import unused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symflops.derivations.factors import Factors
    from symflops.forms import Form
    from symflops.tally import Key, Operation, Role, Tally
    from symflops.trace import Step


@dataclass(frozen=True)
class Account:
    """What a step takes: ``units``, each of which takes ``each`` of some operations.

    ``units`` are factors in the order in which a paper prints them; without any, the counts are those of all.
    ``key`` is the sentence that says it, with ``parts`` of its own. Of rows that are not equally long, ``row``
    is what one of n entries takes.
    """

    key: str
    units: Factors
    each: tuple[tuple[Operation, Form], ...]
    role: Role
    parts: tuple[tuple[str, Any], ...] = ()
    row: tuple[tuple[Operation, Form], ...] = ()

    def counted(self, weigh: Mapping[Key, sympy.Rational]) -> Account:
        """Return the account of what is worth something."""
        each, row = (
            tuple((op, form) for op, form in counts if weigh.get((op, self.role)))
            for counts in (self.each, self.row)
        )
        return replace(self, each=each, row=row)

    def worth(self, weigh: Mapping[Key, sympy.Rational]) -> list[Form]:
        """Return what a unit takes, each operation at its weight."""
        found = []
        for operation, count in self.each:
            weight = weigh[(operation, self.role)]
            found.append(count if weight == 1 else times(weight, count))
        return found

    @property
    def sentence(self) -> Reason:
        """The sentence that says what a unit takes."""
        units = (("outputs", grouped(self.units)),) if self.units else ()
        row = (("row", self.row),) if self.row else ()
        return Reason(self.key, (*units, *self.parts, *row, ("counts", self.each)))


def accounts(step: Step, counts: Tally | None = None) -> tuple[Account, ...]:
    """Return what a step takes, in one account or several that add up to its counts.

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
        told = _own if step.why else TOLD.get(step.rule, _elementwise)
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


Counts = dict["Operation", sympy.Expr]
Told = "Iterator[Account]"


def _contract(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell dot products: of n terms each, n products and n - 1 sums."""
    products, sums, taken = (counts.get(op, ZERO) for op in ("mul", "add", "sub"))
    outputs = products - sums if taken == 0 else taken - sums
    if taken != 0:  # the real part of complex products
        products = taken
    found = shared_out(step.order, outputs, products) if outputs != 0 else None
    if found is None:
        yield from _added_up(step, counts, role)
        return
    units, terms = found
    if taken != 0:
        each = (("mul", times(sympy.Integer(2), terms)), ("sub", terms), ("add", less(terms)))
        yield _account("dot_real", units, each, role, terms=terms)
    elif terms == 1:
        yield _account("product", units, (("mul", ONE),), role)
    else:
        yield _account("dot", units, (("mul", terms), ("add", less(terms))), role, terms=terms)


def _added_up(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell sums that differ in how many products they have, as under a mask: so many in all, and less by the sums."""
    entries = grouped(step.order)
    sums = counts["mul"] - counts.get("add", ZERO)
    each = [("mul", entries), ("add", less(entries, sums))]
    yield _account("added_up", (), each, role, entries=entries, sums=sums)


def _ragged(
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
    told = _account(key, (), each, role, n=n, outputs=rows, entries=entries)
    yield replace(told, row=row)


def _account(key: str, units: Factors, each: Any, role: Role, **parts: Any) -> Account:
    return Account(key, units, tuple(e for e in each if e[1] != 0), role, tuple(parts.items()))


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
    yield _account("dot_complex", units, each, role, terms=n)


def _bias(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    yield _account("bias", _factors(step.order), tuple((op, ONE) for op in counts), role)


def _factors(order: Factors) -> Factors:
    return tuple(factor for factor in order if factor != 1)


def _elementwise(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell the same few operations on every element."""
    elements = product(step.order)
    each = tuple((op, count / elements) for op, count in counts.items())
    if all(number.is_Rational for _, number in each):
        yield _account("each", _factors(step.order), each, role)


def _reduce(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell n entries that become one, with n - 1 operations."""
    ((operation, count),) = counts.items()
    entries = product(step.order)
    rows = entries - count
    found = shared_out(step.order, rows, entries)
    if found is None:
        yield from _ragged(step, counts, role, rows, {operation: (FOLLOWING,)})
        return
    units, n = found
    yield _account("reduced", units, ((operation, less(n)),), role, entries=n)


#: Operations of a row of n entries: for each entry, for each entry but the first, or for the row.
ENTRY, FOLLOWING, ROW = range(3)


def _rows(
    key: str, of: Callable[[Counts], sympy.Expr], *, whole: bool = True, **each: tuple[int, ...]
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
            yield from _ragged(step, counts, role, rows, each)
            return
        units, n = found
        taken = [(op, _taken(each[op], n)) for op in counts if op in each]
        yield _account(key, units, taken, role, entries=n)

    return told


def _taken(kinds: tuple[int, ...], n: Form) -> Form:
    """Return what a row of n entries takes of an operation."""
    parts = {ENTRY: n, FOLLOWING: less(n), ROW: ONE}
    forms = [parts[kind] for kind in kinds if parts[kind] != 0]
    return forms[0] if len(forms) == 1 else Total(tuple(forms))


def _standardize(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell the mean, the variance or the scale of rows; deviations are told by their elements."""
    if set(counts) == {"sub"}:
        for account in _elementwise(step, counts, role):
            yield replace(account, key="norm_difference")
    elif "sqrt" in counts:
        yield from NORM_ROOT(step, counts, role)
    else:
        yield from (NORM_SQUARES if "mul" in counts else NORM_MEAN)(step, counts, role)


NORM_MEAN = _rows("norm_mean", lambda c: c["div"], whole=False, add=(FOLLOWING,), div=(ROW,))
NORM_SQUARES = _rows(
    "norm_squares", lambda c: c["div"], whole=False, mul=(ENTRY,), add=(FOLLOWING,), div=(ROW,)
)
NORM_ROOT = _rows(
    "norm_root", lambda c: c["sqrt"], whole=False, add=(ROW,), sqrt=(ROW,), div=(ENTRY,)
)


def _fourier(_: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell butterflies: 4 multiplications and 6 sums each."""
    butterflies = counts["mul"] / 4
    each = tuple((op, count / butterflies) for op, count in counts.items())
    yield _account("butterfly", (butterflies,), each, role)


def _state_passing(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell an exponential a chunk, and a product and a sum an entry."""
    rest = dict(counts)
    chunks = rest.pop("exp", ZERO)
    if chunks != 0:
        yield _account("each", sympy.Mul.make_args(chunks), (("exp", ONE),), role)
    yield from _elementwise(step, rest, role)


def _own(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell counts of one's own, which say why."""
    each = tuple(counts.items())
    yield _account("own", (), each, role, why=step.why, source=step.source)


def _as_it_stands(step: Step, counts: Counts, role: Role) -> Iterator[Account]:
    """Tell counts as they stand: those of every element together, each of the others by itself."""
    elements = product(step.order)
    alike = {op: count / elements for op, count in counts.items()}
    even = tuple((op, share) for op, share in alike.items() if share.is_Rational)
    if even:
        yield _account("each", _factors(step.order), even, role)
    rest = tuple((op, count) for op, count in counts.items() if not alike[op].is_Rational)
    if rest:
        yield _account("own" if step.why else "taken", (), rest, role, why=step.why)


TOLD: dict[str, Callable[[Step, Counts, Role], Iterator[Account]]] = {
    "contract": _contract,
    "lookup": _contract,  # as a product with one-hot vectors, where that is counted
    "complex_contract": _complex,
    "bias_add": _bias,
    "elementwise": _elementwise,
    "transform": _elementwise,
    "reduce": _reduce,
    "mean": _rows("mean", lambda c: c["div"], add=(FOLLOWING,), div=(ROW,)),
    "softmax": _rows(
        "softmax",
        lambda c: c["sub"] - c.get("cmp", ZERO),
        cmp=(FOLLOWING,),
        sub=(ENTRY,),
        exp=(ENTRY,),
        add=(FOLLOWING,),
        div=(ENTRY,),
    ),
    "log_softmax": _rows(
        "row",
        lambda c: c["log"],
        cmp=(FOLLOWING,),
        exp=(ENTRY,),
        add=(FOLLOWING,),
        log=(ROW,),
        sub=(ENTRY, ENTRY),
    ),
    "unit_length": _rows(
        "row",
        lambda c: c["sqrt"],
        whole=False,
        mul=(ENTRY,),
        add=(FOLLOWING,),
        sqrt=(ROW,),
        cmp=(ROW,),
        div=(ENTRY,),
    ),
    "shares": _rows("row", lambda c: c["div"] - c.get("add", ZERO), add=(FOLLOWING,), div=(ENTRY,)),
    "standardize": _standardize,
    "fourier": _fourier,
    "state_passing": _state_passing,
}
