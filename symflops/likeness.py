r"""The shape of an author's formula, taken over for another expression: ``24BLsh^2(1+\frac{s}{6h})``.

If both are equal, the author's formula is shown as it is. If not, its numbers are taken for blanks: the same
factors stand in front, the same terms follow each other, and the expression says how often each is there.
What is filled in is proved to be the expression, or refused with sizes at which the two differ.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import sympy
from sympy import Add, Integer

from symflops import exprs
from symflops.claims.equality import decide
from symflops.errors import ArgumentError
from symflops.exprs import ONE, cancelled
from symflops.facts import Facts
from symflops.printed import Formula
from symflops.reading.shapes import read_shape
from symflops.symbols import Family, by_name
from symflops.typeset.forms import (
    Braced,
    Minus,
    Parenthesis,
    Plain,
    Product,
    Quotient,
    Total,
    value,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.exprs import Terms
    from symflops.typeset.forms import Form


class _UnfitError(Exception):
    """Why a shape is not that of an expression."""


def alike(expr: sympy.Expr, like: str, order: tuple[sympy.Expr, ...] = ()) -> Formula:
    """Return an expression in the shape of an author's formula, its symbols spelled as there.

    >>> from symflops import dims
    >>> N, D = dims("N D")
    >>> alike(6*N*D**2 + 4*N**2*D, r"12ND^2 + 2N^2D")
    6 N D² + 4 N² D

    Raises:
        ReadError: a formula that cannot be read.
        ArgumentError: it has another shape, or is not provably equal.
    """
    known = by_name(s for s in expr.free_symbols if not isinstance(s, Family))
    shape = read_shape(like, known)
    decision = decide(value(shape.form), expr)
    form, reason = shape.form, ""
    if not decision.equal:
        try:
            form = _filled(shape.form, _terms(Facts().canonical(expr)))
        except _UnfitError as error:
            reason = str(error)
        if reason or not decide(value(form), expr).equal:
            apart = f"; with {decision.witness}" if decision.witness else ""
            message = (
                f"{like!r} is not the shape of {expr}: {reason or 'they are not equal'}{apart}"
            )
            raise ArgumentError(message)
    seen = tuple(known[name] for name in shape.spelled if name in known)
    factors = tuple(dict.fromkeys((*order, *seen)))
    return Formula(expr, factors, form=form, spelled=tuple(shape.spelled.items()))


def _terms(expr: sympy.Expr) -> Terms:
    return exprs.expanded(exprs.collect(exprs.terms(expr)))


def _filled(form: Form, target: Terms) -> Form:
    """Return a form with other numbers, so that its terms are those of the target."""
    if isinstance(form, Total):
        return _total(form.terms, target)
    own = _terms(value(form))
    ratios = {target.get(monomial, Integer(0)) / number for monomial, number in own.items()}
    if len(ratios) == 1 and own.keys() == target.keys():
        return _scaled(form, ratios.pop())
    match form:
        case Minus(inner):
            return _negative(_filled(inner, _times(target, Integer(-1))))
        case Braced() | Parenthesis():
            return replace(form, form=_filled(form.form, target))
        case Quotient(above, below, _):
            over = cancelled(Add(*(n * m for m, n in target.items())) * value(below), ONE)
            return replace(form, above=_filled(above, _terms(over)))
        case Product(factors, _):
            return _product(form, factors, target)
    raise _UnfitError(_difference(own, target))


def _total(terms: tuple[Form, ...], target: Terms) -> Form:
    """Fill the terms of a sum, each with what is its own."""
    owns = [_terms(value(term)) for term in terms]
    if sum(map(len, owns)) > len(set().union(*owns)):
        return _shared(terms, owns, target)
    left, filled = dict(target), []
    for term, own in zip(terms, owns, strict=True):
        mine = {monomial: left.pop(monomial) for monomial in own if monomial in left}
        if not mine:
            raise _UnfitError(_difference(own, {}))
        filled.append(_filled(term, mine))
    if left:
        raise _UnfitError(_difference({}, left))
    return Total(tuple(filled))


def _shared(terms: tuple[Form, ...], owns: list[Terms], target: Terms) -> Form:
    """Fill terms that have a monomial in common: each is taken so often that their sum is the target."""
    times = [sympy.Dummy() for _ in terms]
    rows = [
        Add(*(t * own.get(monomial, 0) for t, own in zip(times, owns, strict=True)), -number)
        for monomial, number in (dict.fromkeys(set().union(*owns), Integer(0)) | target).items()
    ]
    found = next(iter(sympy.linsolve(rows, times)), None)
    if found is None or not all(number.is_Rational and number for number in found):
        message = "its terms have factors in common, and no numbers before them give the expression"
        raise _UnfitError(message)
    return Total(tuple(_scaled(term, n) for term, n in zip(terms, found, strict=True)))


def _product(form: Product, factors: tuple[Form, ...], target: Terms) -> Form:
    """Fill a product of which one factor is a sum, or several are."""
    sums = [i for i, factor in enumerate(factors) if len(_terms(value(factor))) > 1]
    plain = [factor for i, factor in enumerate(factors) if i not in sums]
    others = Product(tuple(plain)) if plain else Product((ONE,))
    ((monomial, number),) = _terms(value(others)).items()
    if not sums:
        raise _UnfitError(_difference({monomial: number}, target))
    inside = {m / monomial: n for m, n in target.items()}
    if len(sums) == 1:
        (i,) = sums
        front = _front(factors[i], inside, has_number=_number(others) != ONE)
        found = {i: _filled(factors[i], _times(inside, 1 / front))}
    else:
        front, found = _factored(factors, sums, inside)
    replaced = tuple(found.get(i, factor) for i, factor in enumerate(factors))
    return _scaled(Product(replaced, form.sign), front / number)


def _front(form: Form, inside: Terms, *, has_number: bool) -> sympy.Rational:
    """Return the number in front of a sum: so that its 1 stays 1, or that no number divides its terms."""
    terms = form.terms if isinstance(form, Total) else (form,)
    ones = [value(term) == ONE for term in terms]
    if ones[0] or (has_number and any(ones)):
        if ONE not in inside:
            raise _UnfitError(_difference({ONE: ONE}, inside))
        return inside[ONE]
    if not has_number:
        return ONE
    content = reduce(sympy.gcd, inside.values())
    return content if next(iter(inside.values())) > 0 or len(inside) > 1 else -content


def _factored(
    factors: tuple[Form, ...], sums: list[int], inside: Terms
) -> tuple[sympy.Rational, dict[int, Form]]:
    """Fill several sums with the factors of an expression that have their terms."""
    front, parts = sympy.factor_list(Add(*(n * m for m, n in inside.items())))
    left = [_terms(part) for part, power in parts for _ in range(power)]
    found = {}
    for i in sums:
        own = _terms(value(factors[i]))
        mine = next((part for part in left if part.keys() == own.keys()), None)
        if mine is None:
            raise _UnfitError(_difference(own, inside))
        left.remove(mine)
        scale = _front(factors[i], mine, has_number=False)
        found[i] = _filled(factors[i], _times(mine, 1 / scale))
        front *= scale
    if left:
        raise _UnfitError(_difference({}, left[0]))
    return front, found


def _difference(own: Terms, target: Terms) -> str:
    missing = ["no symbol" if m == ONE else str(m) for m in target if m not in own]
    if missing:
        return f"it has no place for a term in {missing[0]}"
    extra = next(("no symbol" if m == ONE else str(m) for m in own if m not in target), "")
    return (
        f"it has a term in {extra}, and the expression has none" if extra else "its factors differ"
    )


def _times(terms: Terms, factor: sympy.Rational) -> Terms:
    return {monomial: number * factor for monomial, number in terms.items()}


# numbers of a form


def _scaled(form: Form, ratio: sympy.Rational) -> Form:
    """Return a form times a number, written where the form has its number, or in front."""
    if ratio == ONE:
        return form
    if isinstance(form, Minus):
        return _negative(_scaled(form.form, ratio))
    number = _number(form) * ratio
    found = _with_number(form, abs(number))
    return _negative(found) if number < 0 else found


def _negative(form: Form) -> Form:
    return form.form if isinstance(form, Minus) else Minus(form)


def _number(form: Form) -> sympy.Rational:
    """Return the number of a product or a quotient."""
    expr = form.expr if isinstance(form, Plain) else form
    match form:
        case Product(factors):
            return reduce(lambda a, b: a * b, map(_number, factors), ONE)
        case Quotient(above, below):
            return _number(above) / _number(below)
        case Parenthesis(inner):
            return _number(inner)
    return expr if isinstance(expr, sympy.Expr) and expr.is_Rational else ONE


def _with_number(form: Form, number: sympy.Rational) -> Form:
    """Return a product or a quotient with another number where its own stands."""
    if isinstance(form, Parenthesis):
        return replace(form, form=_with_number(form.form, number))
    if isinstance(form, Quotient):
        above, below = (
            _with_number(part, Integer(n))
            for part, n in ((form.above, number.p), (form.below, number.q))
        )
        return above if value(below) == ONE else replace(form, above=above, below=below)
    if not number.is_Integer:
        quotients = form.factors if isinstance(form, Product) else ()
        if not any(isinstance(factor, Quotient) for factor in quotients):
            return Quotient(_with_number(form, Integer(number.p)), Integer(number.q))
    if isinstance(form, Product):
        return _product_with_number(form, number)
    if _number(form) != ONE or value(form) == ONE:
        return number
    return form if number == ONE else Product((number, form), "beside")


def _product_with_number(form: Product, number: sympy.Rational) -> Form:
    holds: Callable[[Form], bool] = lambda factor: _number(factor) != ONE  # noqa: E731
    if not number.is_Integer:
        holds = lambda factor: isinstance(factor, Quotient)  # noqa: E731
    place = next((i for i, factor in enumerate(form.factors) if holds(factor)), None)
    factors = [
        _with_number(factor, number if i == place else ONE)
        if i == place or _number(factor) != ONE
        else factor
        for i, factor in enumerate(form.factors)
    ]
    if place is None and number != ONE:
        factors.insert(0, number)
    kept = tuple(factor for factor in factors if value(factor) != ONE) or (ONE,)
    return Product(kept, form.sign) if len(kept) > 1 else kept[0]
