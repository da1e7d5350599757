"""An expression arranged as its reader wants it: by powers of a symbol, behind its leading term, like an author's.

The value never changes; what a form cannot say of an expression is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Add, Integer, Mul

from symflops import exprs
from symflops.analysis.asymptotics import leading
from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import ONE, joined, tidy
from symflops.printed import Formula
from symflops.symbols import Symbol, by_name, exact
from symflops.typeset.forms import (
    Minus,
    Parenthesis,
    Plain,
    Product,
    Total,
    Where,
    leaves,
    mapped,
)
from symflops.typeset.naming import named
from symflops.typeset.scribe import opened, write
from symflops.typeset.writer import Order, is_minus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.exprs import Terms
    from symflops.typeset.forms import Form


def display(
    expr: Any,
    order: Iterable[Any] | str | None = None,
    *,
    like: str | None = None,
    collect: Any = None,
    lead: Any = None,
    where: bool = False,
) -> Formula:
    r"""Return any expression in the form of a paper; ``order`` lists its factors from left to right, or their names.

    Common factors stand in front, unless one of these says otherwise: ``collect`` sorts by powers of a symbol,
    or of several; ``lead`` puts the leading term in front, which is the term that is given or what leads as
    the symbols given grow; ``like`` takes over the shape of another's formula, with the spelling of its
    symbols, and fills in other numbers where it must. ``where`` gives names to rounded sizes and to what is
    repeated, and says behind the formula what they are.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> mixing = 4*N**2*D + 24*N*D**2
    >>> sf.display(mixing, order=(N, D))
    4 N D (N + 6 D)
    >>> sf.display(mixing, collect="N")
    4 N² D + (24 D²) N
    >>> sf.display(mixing, lead="D", order=(N, D))
    24 N D² (1 + N/(6 D))
    >>> B, L, s, h = sf.dims("B L s h")
    >>> print(sf.display(24*B*L*s*h**2 + 4*B*L*h*s**2, like=r"96BLsh^2(1+\frac{s}{6h})").latex)
    24 B L s h^{2} \left(1 + \frac{s}{6 h}\right)
    >>> conv = sf.cost(sf.Conv1d(3, D, 9, stride=s, bias=False), (3, L))
    >>> sf.display(conv.macs, conv.order, where=True)
    27 D L_1, where L_1 = ⌊(L − 9)/s⌋ + 1

    Raises:
        ArgumentError: no formula; a shape that the expression does not have; two of these at once.
        ReadError: a formula to be like that cannot be read.
        UnknownNameError: a symbol that the expression does not have.
    """
    expr = exact(expr)
    wanted = order.replace(",", " ").split() if isinstance(order, str) else order or ()
    factors = tuple(_symbols(f, expr)[0] if isinstance(f, str) else exact(f) for f in wanted)
    asked = {"like": like, "collect": collect, "lead": lead}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) > 1:
        message = f"{' and '.join(given)} ask for different forms; give one of them"
        raise ArgumentError(message)
    if like is not None:
        from symflops.likeness import alike  # noqa: PLC0415 - the reader of formulas is loaded when it reads

        formula = alike(expr, like, factors)
    elif collect is not None:
        symbols = _symbols(collect, expr)
        factors = tuple(dict.fromkeys((*symbols, *factors)))
        formula = Formula(expr, factors, form=collected(expr, symbols, Order(factors)))
    elif lead is not None:
        formula = Formula(expr, factors, form=led(expr, _leader(lead, expr), Order(factors)))
    else:
        formula = Formula(expr, factors)
    return with_names(formula) if where else formula


def _symbols(names: Any, expr: sympy.Expr) -> tuple[Symbol, ...]:
    """Return symbols of an expression, given as they are, by their names, or several."""
    if isinstance(names, str):
        names = names.replace(",", " ").split()
    elif isinstance(names, sympy.Basic) or not hasattr(names, "__iter__"):
        names = (names,)
    known = by_name(expr.free_symbols)
    found = []
    for name in names:
        text = str(name)
        if text not in known:
            raise UnknownNameError("symbol", text, known)
        found.append(known[text])
    if not found:
        message = "no symbol is given; write its name, 'N'"
        raise ArgumentError(message)
    return tuple(dict.fromkeys(found))


# by powers


def collected(expr: sympy.Expr, symbols: tuple[Symbol, ...], order: Order) -> Form:
    """Return a sum by powers of symbols, the highest first: 4 N² D + (24 D²) N.

    What stands before a lower power is its coefficient, in parentheses unless it is one number or symbol.
    """
    groups: dict[sympy.Expr, Terms] = {}
    for monomial, number in _terms(expr).items():
        power = Mul(*(f for f in Mul.make_args(monomial) if _base(f) in symbols))
        groups.setdefault(power, {})[monomial / power] = number
    powers = sorted(groups, key=order.of_term)
    terms: list[Form] = []
    for power in powers:
        coefficient = joined(groups[power])
        if power == ONE:
            form = opened(coefficient, order)
            terms += form.terms if isinstance(form, Total) else [form]
            continue
        minus = is_minus(coefficient) and not coefficient.is_Add
        coefficient = -coefficient if minus else coefficient
        form = _times(coefficient, power, order, first=not terms)
        terms.append(Minus(form) if minus else form)
    return Total(tuple(terms))


def _base(factor: sympy.Expr) -> sympy.Expr:
    return factor.base if factor.is_Pow and factor.exp.is_Rational else factor


def _times(coefficient: sympy.Expr, power: sympy.Expr, order: Order, *, first: bool) -> Form:
    if coefficient.is_Rational or (first and not coefficient.has(Add)):
        return Plain(coefficient * power)
    if coefficient.is_Mul and not coefficient.has(Add):
        return Product((Parenthesis(Plain(coefficient)), *_factors(power, order)))
    return Product((*_factors(coefficient, order), *_factors(power, order)))


def _factors(monomial: sympy.Expr, order: Order) -> tuple[Form, ...]:
    """Return the factors of a product one by one, so that no dot parts them from what stands beside."""
    form = opened(monomial, order)
    return form.factors if isinstance(form, Product) else (Plain(monomial),)


# behind the leading term


def _leader(lead: Any, expr: sympy.Expr) -> sympy.Expr:
    """Return the leading term: as it is given, or of what leads as symbols grow."""
    named = [lead] if isinstance(lead, str | Symbol) else list(_several(lead))
    names = [word for name in named for word in str(name).replace(",", " ").split()]
    known = by_name(expr.free_symbols)
    if all(name in known for name in names):
        return _leading_terms(expr, tuple(known[name] for name in names))
    if isinstance(lead, str):
        from symflops.reading.formulas import parse  # noqa: PLC0415 - loaded when it reads

        return exact(parse(lead, known))
    return exact(lead)


def _leading_terms(expr: sympy.Expr, symbols: tuple[Symbol, ...]) -> sympy.Expr:
    """Return the terms that lead as symbols grow, as they are: ⌊N/2⌋ where N/2 leads."""
    front = _terms(leading(expr, symbols).expr)
    found = [Mul(number, monomial) for monomial, number in _terms(expr).items()]
    return Add(*(t for t in found if _terms(leading(t, symbols).expr).keys() <= front.keys()))


def _terms(expr: sympy.Expr) -> Terms:
    return exprs.expanded(exprs.collect(exprs.terms(expr)))


def _several(lead: Any) -> Iterable[Any]:
    return lead if isinstance(lead, tuple | list | set) else (lead,)


def led(expr: sympy.Expr, leader: sympy.Expr, order: Order) -> Form:
    """Return an expression behind its leading term: 24 B L s h² (1 + s/(6 h)).

    Raises:
        ArgumentError: a term that the expression does not have.
    """
    whole, front = _terms(expr), _terms(leader)
    ratios = {whole.get(monomial, Integer(0)) / number for monomial, number in front.items()}
    if len(ratios) != 1 or 0 in ratios:
        message = f"{leader} is no term of {expr}, so that it cannot stand in front"
        raise ArgumentError(message)
    leader = tidy(ratios.pop() * leader)
    rest = [Mul(number, monomial) for monomial, number in whole.items() if monomial not in front]
    rest.sort(key=order.of_term)
    if not rest:
        return opened(leader, order)
    quotients = [_over(term, leader) for term in rest]
    added: list[Form] = [Minus(Plain(-q)) if is_minus(q) else Plain(q) for q in quotients]
    minus = leader.as_coeff_Mul()[0] < 0
    form = Product((*_factors(-leader if minus else leader, order), Total((ONE, *added))))
    return Minus(form) if minus else form


def _over(term: sympy.Expr, leader: sympy.Expr) -> sympy.Expr:
    above, below = exprs.cancelled(term, leader).as_numer_denom()
    return tidy(above) / tidy(below)


# names


def with_names(formula: Formula) -> Formula:
    """Return a formula with names for its rounded sizes and repeated parts, and what they are behind it."""
    form = tidy(formula.expr) if formula.form is None else formula.form
    order = Order(formula.order)
    text = write(form, "text", order)
    swaps, names = named(leaves(form), lambda size: text.find(write(size, "text", order)))
    if not names:
        return formula
    body = mapped(form, lambda expr: _swapped(expr, swaps))
    factors = tuple(_swapped(factor, swaps) for factor in formula.order)
    return replace(formula, form=Where(body, tuple(names)), order=factors)


def _swapped(expr: sympy.Expr, swaps: dict[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    for old, new in swaps.items():
        expr = expr.xreplace({old: new})
    return expr
