"""Evaluates forms and expressions with Python's own numbers, and holds the lines of a derivation against it.

Nothing of symflops' own arithmetic is used: what a line is worth is computed anew from how it is written.
"""

import math
from fractions import Fraction
from itertools import pairwise

import sympy

from symflops.exprs import gcd, log2, minimum
from symflops.symbols import Member
from symflops.typeset import forms


class OpenError(Exception):
    """A logarithm of what is no power of 2, say: these numbers check nothing."""


def worth(form, at):  # noqa: C901 - a case for every form
    """Return what a form is worth where symbols have these numbers."""
    match form:
        case forms.Product():
            return math.prod(worth(factor, at) for factor in form.factors)
        case forms.Total():
            return sum(worth(term, at) for term in form.terms)
        case forms.Minus():
            return -worth(form.form, at)
        case forms.Quotient():
            return Fraction(worth(form.above, at)) / worth(form.below, at)
        case forms.Power():
            return power(worth(form.base, at), worth(form.exponent, at))
        case forms.Series(sign, index, first, last, body):
            places = range(int(worth(first, at)), int(worth(last, at)) + 1)
            values = [worth(body, {**at, index: i}) for i in places]
            return sum(values) if sign == "Σ" else math.prod(values)
        case forms.Called(function, arguments):
            values = [worth(argument, at) for argument in arguments]
            return {"floor": math.floor, "ceiling": math.ceil, "min": min}[function](*values)
        case forms.Named():
            return worth(form.of, at)
        case forms.Braced() | forms.Parenthesis():
            return worth(form.form, at)
        case forms.Plain():
            return number(form.expr, at)
        case _:
            return number(form, at)


def power(base, exponent):
    if Fraction(exponent).denominator != 1:
        root = math.isqrt(int(base))
        if exponent != Fraction(1, 2) or root * root != base:
            raise OpenError
        return root
    return Fraction(base) ** int(exponent)


def number(expr, at):  # noqa: C901 - a case for every kind
    """Return what an expression is worth, walking it as it stands."""
    if isinstance(expr, int | Fraction):
        return expr
    if expr.is_Rational:
        return Fraction(int(expr.p), int(expr.q))
    if expr.is_Symbol:
        return at[expr]
    if isinstance(expr, sympy.Sum):
        ((index, first, last),) = expr.limits
        places = range(int(number(first, at)), int(number(last, at)) + 1)
        return sum(number(expr.function, {**at, index: i}) for i in places)
    if isinstance(expr, Member):
        family, place = expr.args
        return at[family][int(number(place, at))]
    values = [number(arg, at) for arg in expr.args]
    if expr.is_Add:
        return sum(values)
    if expr.is_Mul:
        return math.prod(values)
    if expr.is_Pow:
        return power(*values)
    if isinstance(expr, log2):
        n = Fraction(values[0])
        if n.denominator != 1 or n.numerator & (n.numerator - 1):
            raise OpenError
        return n.numerator.bit_length() - 1
    known = {sympy.floor: math.floor, sympy.ceiling: math.ceil, gcd: math.gcd, minimum: min}
    if expr.func in known:
        whole = expr.func is gcd
        return known[expr.func](*(map(int, values) if whole else values))
    if str(expr.func).startswith("c_"):  # what nobody has counted: any function of the sizes
        return 1 + sum(i * v for i, v in enumerate(values, 2))
    raise NotImplementedError(expr)


def check(derivation, at):
    """Hold every line against the one before, and the last against the metric, at these numbers."""
    at = dict(at)
    for name, expr in derivation.where:
        at[name] = worth(expr, at)
    for passage in derivation.passages:
        for chain in passage.chains:
            sides = [line.form for line in chain]
            sides = sides if chain[0].name is None else [chain[0].name, *sides]
            # a block of a sum has its index: any will do
            free = {s for side in sides for s in symbols_of(side)} - at.keys()
            for i in (1, 2) if free else (1,):
                here = {**at, **dict.fromkeys(free, i)}
                values = [worth(side, here) for side in sides]
                for before, after in pairwise(values):
                    assert before == after, (passage.title, chain, values)
    return worth(derivation.steps[-1].form, at)


def symbols_of(form):
    """Return the symbols that a form leaves open."""
    if isinstance(form, sympy.Basic):
        return form.free_symbols
    if isinstance(form, forms.Series):
        inside = symbols_of(form.body) - {form.index}
        return inside | symbols_of(form.first) | symbols_of(form.last)
    parts = (
        [
            value
            for value in vars(form).values()
            if isinstance(value, tuple) or hasattr(value, "args")
        ]
        if hasattr(form, "__dataclass_fields__")
        else []
    )
    nested = [p for value in parts for p in (value if type(value) is tuple else (value,))]
    if isinstance(form, forms.Named):
        nested = [form.of]
    if isinstance(form, forms.Minus | forms.Braced | forms.Parenthesis):
        nested = [form.form]
    if isinstance(form, forms.Quotient):
        nested = [form.above, form.below]
    if isinstance(form, forms.Power):
        nested = [form.base, form.exponent]
    return set().union(*map(symbols_of, nested)) if nested else set()
