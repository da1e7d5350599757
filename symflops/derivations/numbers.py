"""Numbers put into a formula: the formula in symbols, the numbers in their places, the result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.columns import each
from symflops.costs import answer
from symflops.derivations.lines import Line, Passage, reason
from symflops.errors import SymflopsError
from symflops.exprs import tidy
from symflops.extents import put_in
from symflops.facts import equal
from symflops.symbols import exact
from symflops.typeset.forms import Called, Minus, Power, Product, Quotient, Total
from symflops.typeset.styles import STYLES
from symflops.typeset.writer import Order, Writer, fraction, is_minus, is_series, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.costs import Cost
    from symflops.typeset.forms import Form, Named

Values = "Mapping[sympy.Expr, sympy.Expr]"
MOST_PLACES = 12  # terms and factors of a formula in which numbers are shown in place


def in_symbols(cost: Cost, metric: str) -> Cost | None:
    """Return the cost before values were put in, if its metric with them is that of the cost."""
    general = cost.setup.general
    if general is None:
        return None
    unit = cost.setup.portion.unit
    try:
        found = answer(replace(general, edits=cost.setup.edits), cost.convention)
        if unit and not general.portion.unit:
            found = found.per(unit)
        there = put_in(exact(found.metric(metric)), dict(cost.setup.values))
    except SymflopsError:
        return None
    difference = there - exact(cost.metric(metric))
    return found if sympy.expand(difference) == 0 else None


def with_values(
    name: Named, shown: sympy.Expr, result: sympy.Expr, values: Any, order: Order
) -> Passage:
    """Return the passage that puts numbers into a formula; ``shown`` may have names for sizes."""
    seen = {symbol: value for symbol, value in values.items() if symbol in shown.free_symbols}
    lines = [Line(result, reason("values"), name)]
    if _places(shown) <= MOST_PLACES:
        lines = [Line(placed(tidy(shown), seen, order), reason("values"), name), Line(result)]
    relations = tuple(equal(*pair) for pair in each(seen))
    return Passage(tuple(lines), (reason("with_values", values=relations),))


def _places(expr: sympy.Expr) -> int:
    return sum(1 for part in sympy.preorder_traversal(expr) if part.is_Symbol)


def placed(expr: sympy.Expr, values: Mapping[Any, Any], order: Order) -> Form:
    """Return an expression as it is printed, with numbers in the places of symbols.

    >>> from symflops import dims
    >>> from symflops.typeset.scribe import write
    >>> k, C, H = dims("k C H")
    >>> write(placed((2 * k**2 * C - 1) * H, {k: exact(3), C: exact(64)}, Order((C, k, H))), "text")
    '(2 · 64 · 3² − 1) · H'
    >>> write(placed(sympy.floor((H + 1) / 2), {H: exact(224)}, Order()), "text")
    '⌈224/2⌉'
    """
    writer = Writer(STYLES["text"], order)
    if expr.is_Symbol:
        return values.get(expr, expr)
    if expr.is_Add:
        parts = ((is_minus(term), term) for term in writer.terms(expr))
        return Total(
            tuple(
                Minus(placed(-term, values, order)) if minus else placed(term, values, order)
                for minus, term in parts
            )
        )
    if expr.is_Mul or (expr.is_Pow and is_minus(expr.exp)):
        above, below = fraction(expr)
        over = _product(above, values, order)
        return Quotient(over, _product(below, values, order)) if below else over
    if expr.is_Pow:
        return Power(placed(expr.base, values, order), placed(expr.exp, values, order))
    if isinstance(expr, sympy.floor):
        function, dividend, divisor = rounded(expr)
        over = placed(dividend, values, order)
        return Called(function, (over if divisor == 1 else Quotient(over, divisor, inline=True),))
    return put_in(expr, values)


def _product(factors: list[sympy.Expr], values: Mapping[Any, Any], order: Order) -> Form:
    factors = sorted(factors, key=lambda f: (not f.is_Rational, is_series(f), order.of(f)))
    forms = tuple(placed(factor, values, order) for factor in factors)
    return forms[0] if len(forms) == 1 else Product(forms, sign="·")
