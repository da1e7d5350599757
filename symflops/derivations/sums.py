"""Sums of what layers have: so many of each, over an index, collected."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import sympy

from symflops.derivations.lines import Line, closed, reason
from symflops.exprs import ONE, collect, expanded, joined, terms
from symflops.facts import Relation
from symflops.tally import total
from symflops.typeset.forms import Named, Product, Series, Total, value
from symflops.typeset.scribe import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.derivations.lines import Passage, Reason
    from symflops.typeset.forms import Form


def spelled_out(form: Form) -> Form:
    """Return a sum with what a block has in place of its name, under a sum over an index."""
    match form:
        case Total(summed):
            return Total(tuple(map(spelled_out, summed)))
        case Product(factors):
            return replace(form, factors=tuple(map(spelled_out, factors)))
        case Series(body=Named(of=inner)):
            return replace(form, body=inner)
        case Series(body=body):
            return replace(form, body=spelled_out(body))
        case _:
            return form


def closings(summed: Iterable[Form]) -> Iterator[Reason]:
    """Yield what sums of powers come to, 0 + 1 + … + (L − 1) = L(L − 1)/2, where a sum over an index has them."""
    for form in summed:
        series = form.factors[-1] if isinstance(form, Product) else form
        if not isinstance(series, Series):
            continue
        limits = (series.index, series.first, series.last)
        powers = {
            part
            for term in sympy.Add.make_args(sympy.expand(closed(value(series.body))))
            if (part := term.as_independent(series.index, as_Add=False)[1]) != 1
        }
        plain = [
            p
            for p in powers
            if p.as_base_exp()[0] == series.index and p.as_base_exp()[1].is_Integer
        ]
        sums = [sympy.Sum(power, limits) for power in sorted(plain, key=sympy.degree)]
        found = tuple(Relation(whole, "=", sympy.factor(closed(whole))) for whole in sums)
        if found:
            yield reason("sums_of_powers", sums=found)


def several(number: int, form: Form) -> Form:
    """Return a form so many times."""
    if number == 1:
        return form
    if isinstance(form, Product):
        return Product((ONE * number, *form.factors))
    return Product((ONE * number, form))


def simplest(summed: Iterable[sympy.Expr]) -> sympy.Expr:
    """Return a sum with like terms collected, multiplied out if that is no longer."""
    pairs = total((ONE, collect(terms(term))) for term in summed)
    collected, multiplied = joined(pairs), joined(expanded(pairs))
    return min(multiplied, collected, key=_hard_to_read)


def _hard_to_read(expr: sympy.Expr) -> tuple[bool, bool, int]:
    """Return how hard a sum is to read: with symbols below a stroke, with sums in sums, by its length."""
    divides = any(power.exp.could_extract_minus_sign() for power in expr.atoms(sympy.Pow))
    nested = any(part.atoms(sympy.Add) for whole in expr.atoms(sympy.Add) for part in whole.args)
    return divides, nested, len(write(expr, "text"))


def simplified(form: Form, result: sympy.Expr) -> Reason | None:
    """Return why a form is its value where that is more than a product or a number: like terms are collected."""
    if result.is_Rational or not _has_sum(form):
        return None
    return reason("collected")


def _has_sum(form: Form) -> bool:
    if isinstance(form, Product):
        return any(map(_has_sum, form.factors))
    return isinstance(form, Total) or (not isinstance(form, Named) and _adds(value(form)))


def _adds(expr: sympy.Expr) -> bool:
    """Say whether there is a sum in an expression that is not an exponent alone."""
    return expr.is_Add or any(map(_adds, expr.args[:1] if expr.is_Pow else expr.args))


def looks_alike(form: Form, result: sympy.Expr) -> bool:
    """Say whether a form reads as its value does, but for dots between factors."""
    one, other = (write(f, "text").replace(" · ", " ") for f in (form, result))
    return sorted(one.split(" ")) == sorted(other.split(" "))


def ending_in(passage: Passage, result: sympy.Expr) -> Passage:
    """Return a passage that ends in the metric as it is printed elsewhere, if that is no longer."""
    *lines, last = passage.lines
    shown, printed = (write(form, "text") for form in (last.form, result))
    if shown == printed or len(printed) > len(shown) or looks_alike(last.form, result):
        return passage
    why = last.why if last.name is None else None
    ending = Line(result, why or reason("collected"))
    return replace(
        passage, lines=(*lines, ending) if last.name is None else (*passage.lines, ending)
    )
