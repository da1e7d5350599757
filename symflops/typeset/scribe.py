"""How forms are written: their factors and terms as they are given, plain expressions as everywhere else."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

import sympy

from symflops.exprs import tidy
from symflops.typeset.forms import (
    Braced,
    Called,
    Minus,
    Named,
    Parenthesis,
    Plain,
    Power,
    Product,
    Quotient,
    Series,
    Total,
    Where,
)
from symflops.typeset.styles import STYLES, respelled
from symflops.typeset.writer import (
    ATOM,
    POWER,
    PRODUCT,
    SUM,
    Medium,
    Order,
    Writer,
    fraction,
    is_minus,
    is_power_of_number,
    is_series,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.typeset.forms import Form
    from symflops.typeset.styles import Style


def opened(expr: sympy.Expr, order: Order) -> Form:
    """Return an expression as the form that it is written in, taken apart once.

    >>> from symflops import dims
    >>> C, H, W = dims("C H W")
    >>> opened(C * H - W, Order((C,)))
    Total(terms=(Plain(expr=C*H), Minus(form=Plain(expr=W))))
    """
    writer = Writer(STYLES["text"], order)
    if expr.is_Add and len(terms := writer.terms(expr)) > 1:
        return Total(tuple(Minus(Plain(-t)) if is_minus(t) else Plain(t) for t in terms))
    if expr.is_Mul or (expr.is_Pow and expr.exp.could_extract_minus_sign()):
        if expr.as_coeff_Mul()[0] < 0:
            return Minus(Plain(-expr))
        above, below = (
            Product(tuple(map(Plain, writer.side_by_side(factors)))) for factors in fraction(expr)
        )
        return Quotient(above, below) if below.factors else above
    if is_series(expr) and len(expr.limits) == 1:
        index, first, last = expr.limits[0]
        sign: Literal["Σ", "Π"] = "Σ" if isinstance(expr, sympy.Sum) else "Π"
        return Series(sign, index, Plain(first), Plain(last), Plain(expr.function))
    if expr.is_Pow and expr.base.is_Add and expr.exp != sympy.Rational(1, 2):
        return Power(Plain(expr.base), Plain(expr.exp))
    return Plain(expr)


def write(
    form: Form, medium: Medium, order: Order | None = None, spelled: Mapping[str, str] | None = None
) -> str:
    """Write a form in a medium; symbols that are ``spelled`` have that LaTeX in place of their own.

    >>> from symflops import dims
    >>> k, C, D, H = dims("k C D H")
    >>> one = Total((C * k**2, Minus(sympy.Integer(1))))
    >>> write(Product((one, D * H)), "text"), write(Total((C * k**2, one)), "text")
    ('(C k² − 1) · D H', 'C k² + (C k² − 1)')
    """
    style = respelled(medium, spelled) if spelled else STYLES[medium]
    return Scribe(style, order or Order()).form(form)[0]


class Scribe:
    """Writes forms in one style; each method returns the text and how tightly it holds."""

    def __init__(self, style: Style, order: Order) -> None:
        self.style, self.writer = style, Writer(style, order)

    def form(self, form: Form) -> tuple[str, int]:  # noqa: C901, PLR0912 - a case for every form
        """Write any form."""
        style = self.style
        match form:
            case Plain(expr):
                return self.writer.piece(expr)
            case Product(factors, sign):
                return self.product(factors, sign)
            case Total(terms):
                return self.total(terms)
            case Minus(inner):
                return style.negative(self.within(inner, PRODUCT)), SUM
            case Quotient():
                return self.quotient(form), PRODUCT
            case Power(base, exponent):
                return style.power(self.within(base, ATOM), self.form(exponent)[0]), POWER
            case Series(sign, index, first, last, body):
                below, start, end = (self.form(part)[0] for part in (index, first, last))
                return style.series(sign, below, start, end, self.within(body, PRODUCT)), PRODUCT
            case Called(function, arguments):
                return self.called(function, arguments)
            case Named(letter, label, _):
                return style.named(letter, label), ATOM
            case Parenthesis(inner):
                return style.parenthesis(self.form(inner)[0]), ATOM
            case Braced(inner, label):
                return style.braced(self.form(inner)[0], label), ATOM
            case Where(inner, names):
                said = [(self.form(name)[0], self.form(meant)[0]) for name, meant in names]
                return style.where(self.form(inner)[0], said), SUM
            case _:
                return self.writer.piece(tidy(form))

    def within(self, form: Form, level: int) -> str:
        """Write a form, in parentheses if it holds less tightly than ``level``."""
        text, holds = self.form(form)
        return text if holds >= level else self.style.parenthesis(text)

    def product(self, factors: tuple[Form, ...], sign: str) -> tuple[str, int]:
        """Write factors side by side; with dots where two groups, or two numbers, would run together."""
        if len(factors) == 1:
            return self.form(factors[0])
        texts = [self.within(f, self.level(factors, i)) for i, f in enumerate(factors)]
        if sign == "beside":
            return self.side_by_side(factors, texts), PRODUCT
        if sign or _is_parted(factors):
            return self.style.dotted(texts, sign or "·"), PRODUCT
        return self.style.product(texts), PRODUCT

    def side_by_side(self, factors: tuple[Form, ...], texts: list[str]) -> str:
        """Join factors, with a dot before a number, and beside what is written with a slash."""
        starts = []
        for i, (before, factor) in enumerate(itertools.pairwise(factors), 1):
            mixed = _is_number(before) and isinstance(factor, Quotient)  # 2 1/2 would be 2.5
            if mixed or _is_number(factor) or self.slashed(before) or self.slashed(factor):
                starts.append(i)
        return self.style.joined(texts, starts)

    def slashed(self, factor: Form) -> bool:
        """Say whether a factor is a quotient on the line."""
        inline = isinstance(factor, Quotient) and factor.inline
        return inline or (not self.style.stacked and _is_group(factor))

    def level(self, factors: tuple[Form, ...], i: int) -> int:
        """Return how tightly one of several factors must hold; a group, and a series at the end, need not much."""
        loose = _is_group(factors[i]) or (i == len(factors) - 1 and _is_open_series(factors[i]))
        return PRODUCT if loose else POWER

    def quotient(self, form: Quotient) -> str:
        """Write a quotient, with a line or on the line."""
        if form.inline:
            return self.style.slash(
                self.within(form.above, PRODUCT), self.within(form.below, POWER)
            )
        (over, wide), (under, deep) = map(self.form, (form.above, form.below))
        wide = wide if not _ends_open(form.above) else SUM
        return self.style.fraction(over, under, wide < PRODUCT, deep < POWER)

    def total(self, terms: tuple[Form, ...]) -> tuple[str, int]:
        """Write terms with their signs."""
        if len(terms) == 1:
            return self.form(terms[0])
        return self.style.sum([self.term(term) for term in terms]), SUM

    def term(self, term: Form) -> tuple[bool, str]:
        """Write a term, and say whether it is taken away."""
        minus, inner = _signed(term)
        return minus, self.within(inner, PRODUCT)

    def called(self, function: str, arguments: tuple[Form, ...]) -> tuple[str, int]:
        """Write a function."""
        style, texts = self.style, [self.form(argument)[0] for argument in arguments]
        brackets: dict[str, Any] = {
            "floor": style.floor,
            "ceiling": style.ceiling,
            "sqrt": style.root,
        }
        if function in brackets:
            return brackets[function](texts[0]), ATOM
        return style.function(function, texts), ATOM


def _signed(term: Form) -> tuple[bool, Form]:
    """Return whether a term of a sum is taken away, and what is."""
    minus, inner = (True, term.form) if isinstance(term, Minus) else (False, term)
    expr = inner.expr if isinstance(inner, Plain) else inner
    if isinstance(expr, sympy.Expr) and not expr.is_Add and is_minus(expr):
        return not minus, -expr
    return minus, inner


def _is_parted(factors: tuple[Form, ...]) -> bool:
    """Say whether dots stand between factors: where two groups, or two numbers, would run together."""
    return any(map(_is_group, factors)) or any(map(_is_number, factors[1:]))


def _is_group(form: Form) -> bool:
    """Say whether a form is a product itself, or a quotient, which a dot parts from its neighbours."""
    if isinstance(form, sympy.Expr):
        return bool(form.is_Mul)
    return isinstance(form, Product | Quotient)


def _is_number(form: Form) -> bool:
    """Say whether a form is a number, or begins with one: 2^L."""
    match form:
        case Plain(expr):
            return bool(expr.is_Rational) or is_power_of_number(expr)
        case Power(base, _):
            return _is_number(base)
        case Product((first, *_)):
            return _is_number(first)
    return isinstance(form, sympy.Expr) and _is_number(Plain(form))


def _is_open_series(form: Form) -> bool:
    """Say whether a form is a sum over an index, which takes in all that follows."""
    expr = form.expr if isinstance(form, Plain) else form
    return isinstance(form, Series) or is_series(expr)


def _ends_open(form: Form) -> bool:
    return _is_open_series(form.factors[-1] if isinstance(form, Product) else form)
