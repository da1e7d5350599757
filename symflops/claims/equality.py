"""Whether a claimed formula is an exact one: proved, refuted by numbers, or left open with what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.proofs import proof
from symflops.claims.witnesses import Witness, sought
from symflops.errors import ArgumentError
from symflops.exprs import MOST_DIVIDED, ZERO, cancelled, minimum, over_one_line, tidy
from symflops.extents import extent, put_in
from symflops.facts import Facts, Relation
from symflops.symbols import Symbol, exact

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_PLACES = 8  # that are tried before a proof by cases


@dataclass(frozen=True)
class Decision:
    """What was decided of two formulas.

    ``equal`` is True for a proof, False where the ``witness`` refutes it, and None where neither was found;
    ``missing`` then says what stands in the way. ``difference`` is the second less the first.
    """

    equal: bool | None
    difference: sympy.Expr
    witness: Witness | None = None
    missing: str = ""


def decide(a: Any, b: Any, facts: Facts | Iterable[Relation] = ()) -> Decision:
    """Decide whether two formulas are equal wherever both are defined and the facts hold.

    Decided are quotients of polynomials, roots, logarithms, powers, closed sums; minima and maxima by cases; and
    floors by rules, then by remainders. What was equal at some numbers is never taken to be equal.

    >>> from symflops import dims
    >>> from symflops.facts import divides
    >>> N, D, h = dims("N D h")
    >>> decide(3*N*D**2 + 2*N**2*D, 4*N*D**2 + 2*N**2*D)
    Decision(equal=False, difference=D**2*N, witness=Witness(sizes={D: 2, N: 3}, claimed=72, actual=84), missing='')
    >>> decide((N**2 - 1)/(N - 1), N + 1).equal
    True
    >>> floors = sympy.floor(N/2) + sympy.floor(N/2 + sympy.Rational(1, 2))
    >>> decide(floors, N).equal
    True
    >>> decide(sympy.floor(D/h) * h, D, [divides(h, D)]).equal
    True

    Raises:
        ArgumentError: one is not finite, or no formula.
    """
    a, b = taken(a), taken(b)
    facts = known(facts)
    equalities = _substitutions(facts)
    if witness := _at_once(a, b, facts):
        return Decision(equal=False, difference=difference(a, b, facts), witness=witness)
    left, right = (_put_in(side, equalities) for side in (a, b))
    rest = Facts(tuple(r for r in facts.relations if r.sign != "=")) if equalities else facts
    found = proof(left, right, rest)
    if found.holds:
        return Decision(equal=True, difference=ZERO)
    witness = sought(a, b, facts, found.hints)
    if witness is not None:
        return Decision(equal=False, difference=difference(a, b, facts), witness=witness)
    return Decision(None, difference(a, b, facts), missing=found.missing)


def _at_once(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> Witness | None:
    """Look for a witness at a few places where a proof would have to go case by case."""
    by_cases = (sympy.floor, sympy.ceiling, minimum, sympy.Min, sympy.Max, sympy.Abs)  # noqa: TID251 - of strangers
    return sought(a, b, facts, most=FIRST_PLACES) if a.has(*by_cases) or b.has(*by_cases) else None


def known(facts: Facts | Iterable[Relation]) -> Facts:
    """Return what is known of sizes, from relations or as it is."""
    return facts if isinstance(facts, Facts) else Facts(tuple(facts))


def taken(value: Any) -> sympy.Expr:
    """Return a formula as an expression over symflops' own symbols; a number may be a root or a logarithm.

    Raises:
        ArgumentError: it is not finite, or no formula.
    """
    if not isinstance(value, sympy.Expr) or not value.is_number:
        value = exact(value)
    if value.has(sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
        message = f"{value} is not finite"
        raise ArgumentError(message)
    return value


def difference(a: sympy.Expr, b: sympy.Expr, facts: Facts) -> sympy.Expr:
    """Return b - a in print: over one line, with common factors in front."""
    between = b - a
    try:
        between = facts.canonical(between)
        if extent(between) * (1 + len(between.free_symbols)) > MOST_DIVIDED:
            return tidy(between)
        above, below = over_one_line(between)
        return tidy(sympy.expand(above)) if below == 1 else sympy.factor(cancelled(above, below))
    except (ArgumentError, sympy.PolynomialError, RecursionError):
        return between


def _substitutions(facts: Facts) -> list[tuple[Symbol, sympy.Expr]]:
    """Return what stated equalities say of symbols: D is h·d where h·d = D, or D/d for h."""
    found: list[tuple[Symbol, sympy.Expr]] = []
    for relation in facts.relations:
        if relation.sign != "=":
            continue
        left, right = (_put_in(side, found) for side in (relation.left, relation.right))
        swap = next(_solved(left, right), None)
        if swap is not None:
            found = [(symbol, _put_in(value, [swap])) for symbol, value in found]
            found.append(swap)
    return found


def _solved(left: sympy.Expr, right: sympy.Expr) -> Any:
    """Yield (symbol, value) for an equation that gives a symbol; one that stands alone on a side first."""
    for target, other in ((left, right), (right, left)):
        if target.is_Symbol and not other.has(target):
            yield target, other
    between = sympy.expand(left - right)
    for symbol in sorted(between.free_symbols, key=str):
        if between.is_polynomial(symbol) and sympy.degree(between, symbol) == 1:
            number, rest = between.coeff(symbol, 1), between.coeff(symbol, 0)
            yield symbol, cancelled(-rest, number)


def _put_in(expr: sympy.Expr, swaps: list[tuple[Symbol, sympy.Expr]]) -> sympy.Expr:
    for symbol, value in swaps:
        expr = put_in(expr, {symbol: value})
    return expr
