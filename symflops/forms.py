"""Forms: an expression as it is to be shown, neither multiplied out nor sorted.

A sympy expression puts its own factors and terms in order; a form keeps them as they are given, so that a
line of a derivation, or an author's own way of writing, can be said. Its value is exact, and a plain
expression inside is written as everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sympy

from symflops.exprs import minimum, tidy
from symflops.styles import STYLES
from symflops.typeset import ATOM, POWER, PRODUCT, SUM, Medium, Order, Writer

if TYPE_CHECKING:
    from symflops.styles import Style
    from symflops.symbols import Symbol

#: An expression, or one of the forms below (to the type checker sympy's expressions are anything).
Form = Any


@dataclass(frozen=True)
class Product:
    """Factors side by side, in this order; between groups of several stands a dot."""

    factors: tuple[Form, ...]


@dataclass(frozen=True)
class Total:
    """Terms one behind the other, in this order; a ``Minus`` is taken away."""

    terms: tuple[Form, ...]


@dataclass(frozen=True)
class Minus:
    """What is taken away."""

    form: Form


@dataclass(frozen=True)
class Quotient:
    """One form over another."""

    above: Form
    below: Form


@dataclass(frozen=True)
class Power:
    """A form to a power."""

    base: Form
    exponent: Form


@dataclass(frozen=True)
class Series:
    """A sum (``"Σ"``) or product (``"Π"``) over an index."""

    sign: Literal["Σ", "Π"]
    index: Symbol
    first: Form
    last: Form
    body: Form


@dataclass(frozen=True)
class Called:
    """A function of forms: ``"floor"``, ``"ceiling"``, ``"min"`` or ``"sqrt"``."""

    function: Literal["floor", "ceiling", "min", "sqrt"]
    arguments: tuple[Form, ...]


@dataclass(frozen=True)
class Named:
    """A quantity by its name, with what it belongs to below: FLOPs of conv1.

    ``letter`` is a word (``"FLOPs"``) or the name of a symbol (``"H"``), ``label`` a path or a number.
    """

    letter: str
    label: str
    of: Form


@dataclass(frozen=True)
class Braced:
    """A form with a brace below that says what it is."""

    form: Form
    label: str


FUNCTIONS = {
    "floor": sympy.floor,
    "ceiling": sympy.ceiling,
    "min": minimum,
    "sqrt": sympy.sqrt,
}


def value(form: Form) -> sympy.Expr:
    """Return the exact expression that a form stands for.

    >>> from symflops import dims
    >>> k, C, H = dims("k C H")
    >>> value(Product((Total((k**2 * C, Minus(sympy.Integer(1)))), H)))
    H*(C*k**2 - 1)
    """
    match form:
        case Product(factors):
            return sympy.Mul(*map(value, factors))
        case Total(terms):
            return sympy.Add(*map(value, terms))
        case Minus(inner):
            return -value(inner)
        case Quotient(above, below):
            return value(above) / value(below)
        case Power(base, exponent):
            return value(base) ** value(exponent)
        case Series(sign, index, first, last, body):
            series = sympy.Sum if sign == "Σ" else sympy.Product
            return series(value(body), (index, value(first), value(last)))
        case Called(function, arguments):
            return FUNCTIONS[function](*map(value, arguments))
        case Named(_, _, inner) | Braced(inner, _):
            return value(inner)
        case _:
            return form


def write(form: Form, medium: Medium, order: Order | None = None) -> str:
    """Write a form in a medium.

    >>> from symflops import dims
    >>> k, C, D, H = dims("k C D H")
    >>> one = Total((C * k**2, Minus(sympy.Integer(1))))
    >>> write(Product((one, D * H)), "text"), write(Total((C * k**2, one)), "text")
    ('(C k² − 1) · D H', 'C k² + (C k² − 1)')
    """
    return Scribe(STYLES[medium], order or Order()).form(form)[0]


class Scribe:
    """Writes forms in one style; each method returns the text and how tightly it holds."""

    def __init__(self, style: Style, order: Order) -> None:
        self.style, self.writer = style, Writer(style, order)

    def form(self, form: Form) -> tuple[str, int]:
        """Write any form."""
        style = self.style
        match form:
            case Product(factors):
                return self.product(factors)
            case Total(terms):
                return self.total(terms)
            case Minus(inner):
                return style.negative(self.within(inner, PRODUCT)), SUM
            case Quotient(above, below):
                wide, deep = (self.form(part)[1] for part in (above, below))
                over, under = (self.form(part)[0] for part in (above, below))
                return style.fraction(over, under, wide < PRODUCT, deep < POWER), PRODUCT
            case Power(base, exponent):
                return style.power(self.within(base, ATOM), self.form(exponent)[0]), POWER
            case Series(sign, index, first, last, body):
                below, start, end = (self.form(part)[0] for part in (index, first, last))
                return style.series(sign, below, start, end, self.within(body, PRODUCT)), PRODUCT
            case Called(function, arguments):
                return self.called(function, arguments)
            case Named(letter, label, _):
                return style.named(letter, label), ATOM
            case Braced(inner, label):
                return style.braced(self.form(inner)[0], label), ATOM
            case _:
                return self.writer.piece(tidy(form))

    def within(self, form: Form, level: int) -> str:
        """Write a form, in parentheses if it holds less tightly than ``level``."""
        text, holds = self.form(form)
        return text if holds >= level else self.style.parenthesis(text)

    def product(self, factors: tuple[Form, ...]) -> tuple[str, int]:
        """Write factors side by side; with dots where two groups, or two numbers, would run together."""
        if len(factors) == 1:
            return self.form(factors[0])
        last = len(factors) - 1
        written = [
            self.within(factor, PRODUCT if i == last and isinstance(factor, Series) else POWER)
            if not _is_group(factor)
            else self.form(factor)[0]
            for i, factor in enumerate(factors)
        ]
        parted = any(map(_is_group, factors)) or any(map(_is_number, factors[1:]))
        return (self.style.dotted if parted else self.style.product)(written), PRODUCT

    def total(self, terms: tuple[Form, ...]) -> tuple[str, int]:
        """Write terms with their signs."""
        if len(terms) == 1:
            return self.form(terms[0])
        return self.style.sum([self.term(term) for term in terms]), SUM

    def term(self, term: Form) -> tuple[bool, str]:
        """Write a term, and say whether it is taken away."""
        minus = isinstance(term, Minus)
        inner = term.form if isinstance(term, Minus) else term
        if isinstance(inner, sympy.Expr) and not inner.is_Add and inner.could_extract_minus_sign():
            minus, inner = not minus, -inner
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


def _is_group(form: Form) -> bool:
    """Say whether a form is a product itself, or a quotient, which a dot parts from its neighbours."""
    if isinstance(form, sympy.Expr):
        return bool(form.is_Mul)
    return isinstance(form, Product | Quotient)


def _is_number(form: Form) -> bool:
    return isinstance(form, sympy.Expr) and bool(form.is_Rational)
