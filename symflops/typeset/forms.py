"""Forms: an expression as it is to be shown, neither multiplied out nor sorted.

A sympy expression puts its own factors and terms in order; a form keeps them as they are given, so that a
line of a derivation, or an author's own way of writing, can be said. Its value is exact, and a plain
expression inside is written as everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import sympy

from symflops.exprs import minimum
from symflops.floors import whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.symbols import Symbol

#: An expression, or one of the forms below (to the type checker sympy's expressions are anything).
Form = Any


@dataclass(frozen=True)
class Plain:
    """An expression that is written as it stands: nothing is factored out before."""

    expr: sympy.Expr


@dataclass(frozen=True)
class Parenthesis:
    """A form in parentheses, whether it needs them or not: (24 D²) N."""

    form: Form


@dataclass(frozen=True)
class Product:
    """Factors side by side, in this order; between groups of several stands a dot.

    A ``sign`` stands between all; ``"beside"`` is none, also not beside a fraction.
    """

    factors: tuple[Form, ...]
    sign: Literal["", "beside", "·", "×"] = ""


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
    """One form over another, or on the line: a/b."""

    above: Form
    below: Form
    inline: bool = False


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


@dataclass(frozen=True)
class Where:
    """A form in which symbols stand for other forms, said behind it: 9 H_1, where H_1 = ⌊H/2⌋.

    What a name stands for may hold the names before it.
    """

    form: Form
    names: tuple[tuple[Symbol, Form], ...]


FUNCTIONS = {
    "floor": whole,
    "ceiling": lambda form: -whole(-form),
    "min": minimum,
    "sqrt": sympy.sqrt,
}


def value(form: Form) -> sympy.Expr:  # noqa: C901 - a case for every form
    """Return the exact expression that a form stands for.

    >>> from symflops import dims
    >>> k, C, H = dims("k C H")
    >>> value(Product((Total((k**2 * C, Minus(sympy.Integer(1)))), H)))
    H*(C*k**2 - 1)
    """
    match form:
        case Plain(expr):
            return expr
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
        case Named(_, _, inner) | Braced(inner, _) | Parenthesis(inner):
            return value(inner)
        case Where(inner, names):
            expr = value(inner)
            for name, meant in reversed(names):
                expr = expr.xreplace({name: value(meant)})
            return expr
        case _:
            return form


def mapped(form: Form, change: Callable[[sympy.Expr], sympy.Expr]) -> Form:
    """Return a form with all expressions inside changed."""
    if isinstance(form, sympy.Expr):
        return change(form)
    if isinstance(form, tuple):
        return tuple(mapped(part, change) for part in form)
    if not is_dataclass(form):
        return form  # a label, a sign
    parts = {field.name: mapped(getattr(form, field.name), change) for field in fields(form)}
    return replace(form, **parts)  # type: ignore[type-var]


def leaves(form: Form) -> tuple[sympy.Expr, ...]:
    """Return the expressions in a form."""
    found: list[sympy.Expr] = []

    def kept(expr: sympy.Expr) -> sympy.Expr:
        found.append(expr)
        return expr

    mapped(form, kept)
    return tuple(found)
