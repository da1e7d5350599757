"""What makes a formula an approximation: digits that were left out, or terms that others outgrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add

from symflops.analysis.growth import Growth
from symflops.claims.leads import right_to_leading_order
from symflops.claims.rounding import explained, off_by
from symflops.errors import NotClosedError, SymflopsError
from symflops.exprs import over_one_line, spread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.reading.readings import Printed
    from symflops.symbols import Symbol

MOST_TERMS = 60


def rounded(claim: sympy.Expr, value: sympy.Expr, printed: Iterable[Printed]) -> str | None:
    """Say how a printed number comes of an exact one, if it does: "rounded" or "truncated".

    Of a formula the numbers before its terms are compared, each as it was printed: 2.67·n² for 8·n²/3.
    """
    if not claim.is_Rational:
        return _rounded_terms(claim, value, printed)
    if not value.is_Rational:
        return None
    for number in printed:
        how = explained(number, value, value=claim if claim != number.value else None)
        if how is not None:
            return how
    return None


def _rounded_terms(claim: sympy.Expr, value: sympy.Expr, printed: Iterable[Printed]) -> str | None:
    if claim.free_symbols != value.free_symbols:
        return None
    try:
        shown, exact = (_numbers(side) for side in (claim, value))
    except SymflopsError:
        return None
    if shown.keys() != exact.keys():
        return None
    for rest, number in shown.items():
        alike = [p for p in printed if p.value == number]
        if number != exact[rest] and rounded(number, exact[rest], alike) != "rounded":
            return None
    return "rounded"


def _numbers(expr: sympy.Expr) -> dict[sympy.Expr, sympy.Rational]:
    """Return the numbers before the terms of a formula."""
    terms = (term.as_coeff_Mul() for term in Add.make_args(spread(expr)))
    return {rest: number for number, rest in terms}


def near(claim: sympy.Expr, value: sympy.Expr) -> sympy.Rational | None:
    """Return by how much a number is off, relative to the exact one; None for formulas."""
    if not (claim.is_Rational and value.is_Rational):
        return None
    return off_by(claim, value)


def omission(claim: sympy.Expr, value: sympy.Expr) -> tuple[sympy.Expr, tuple[Symbol, ...]] | None:
    """Return the terms that a claim leaves out and what must grow for that, if it is else as it should be.

    Whole terms are left out, and those that stay outgrow them: as all symbols grow alike, or one of them.
    None stays that one of those outgrows, as b² of (a + b)² for a² + b². A term with another factor is no
    omission. Quotients of sums are right if their ratio tends to 1.

    >>> from symflops import dims
    >>> N, D, s = dims("N D s")
    >>> omission(12*D**2, D*(12*D + 13)), omission(3*D**2, 4*D**2), omission(2*N**2*D, 2*N**2*D + 4*N*D**2)
    ((13*D, (D,)), None, (4*D**2*N, (N,)))
    >>> omission(N, N*(1 - 1/s**2)), omission(N/(N + 1), N/(N + s))
    ((-N/s**2, (s,)), (-N*(s - 1)/((N + 1)*(N + s)), (N,)))
    """
    if not claim.free_symbols:
        return None
    try:
        claimed, exact = (Add.make_args(spread(side)) for side in (claim, value))
    except SymflopsError:
        return None
    if len(exact) > MOST_TERMS:
        return None
    if not set(claimed) < set(exact):
        return _near_in_the_limit(claim, value)
    rest = [term for term in exact if term not in claimed]
    shared, every = claim.free_symbols & value.free_symbols, value.free_symbols
    if _outgrow(claimed, rest, shared):
        return Add(*rest), _sorted(shared)
    for symbol in _sorted(every):
        if _outgrown(Add(*rest), claim, symbol) and not _keeps_less(claimed, rest, symbol):
            return Add(*rest), (symbol,)
    return (Add(*rest), _sorted(every)) if _outgrow(claimed, rest, every) else None


def _near_in_the_limit(
    claim: sympy.Expr, value: sympy.Expr
) -> tuple[sympy.Expr, tuple[Symbol, ...]] | None:
    """Compare quotients of sums, which have no terms to leave out, in the limit of some of their symbols."""
    if not any(over_one_line(side)[1].is_Add for side in (claim, value)):
        return None
    found = right_to_leading_order(claim, value)
    return None if found is None else (found.left_out, found.growing)


def _sorted(symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
    return tuple(sorted(symbols, key=str))


def _outgrow(
    great: Iterable[sympy.Expr], small: Iterable[sympy.Expr], growing: Iterable[Symbol]
) -> bool:
    """Say whether all terms of one kind have a greater degree than all of another, in what grows alike."""
    high, low = ([_degree(term, growing) for term in terms] for terms in (great, small))
    return None not in (*high, *low) and bool(max(low) < min(high))


def _keeps_less(kept: Iterable[sympy.Expr], left_out: Iterable[sympy.Expr], symbol: Symbol) -> bool:
    """Say whether a term that stays is of lower order than one that is left out: b² of a² + 2·a·b + b²."""
    high, low = ([_degree(term, (symbol,)) for term in terms] for terms in (kept, left_out))
    return None not in (*high, *low) and bool(min(high) < max(low))


def _degree(term: sympy.Expr, growing: Iterable[Symbol]) -> Any:
    """Return the degree of a term in some symbols together; None where it is no monomial."""
    powers = term.as_powers_dict()
    known = all(
        base.is_Rational or (base.is_Symbol and power.is_Rational) for base, power in powers.items()
    )
    return sum(p for b, p in powers.items() if b in growing) if known else None


def _outgrown(small: sympy.Expr, great: sympy.Expr, symbol: Symbol) -> bool:
    """Say whether small/great goes to 0 as a symbol grows."""
    grown = Growth((symbol,))
    try:
        terms, _ = grown.leading(great + small)
        return bool(spread(grown.written(terms) - grown.written(grown.leading(great)[0])) == 0)
    except (NotClosedError, SymflopsError):
        return False
