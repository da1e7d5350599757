"""Published formulas that are right stay so in other words, and wrong ones made of them are refuted."""

from itertools import islice, pairwise

import pytest
import sympy
from test_claims import CLAIMS, HELD, plainly, same, stated

import symflops as sf

MOST = 3  # of a kind for each formula


def formula(name):
    return stated(name, CLAIMS[name]["python"])


RIGHT = [
    name
    for name, held in HELD.items()
    if held.by_layers
    and CLAIMS[name]["verdict"] in ("correct", "correct_under_convention")
    and held.text == "python"
    and plainly(CLAIMS[name]["python"]).free_symbols
]


def renamed(expr):
    letters = sorted(expr.free_symbols, key=str)
    return expr.xreplace({letter: sf.dim(f"z_{n}") for n, letter in enumerate(letters)})


def backwards(expr):
    """A formula as text, its terms and factors the other way round."""
    if isinstance(expr, sympy.Add | sympy.Mul):
        sign = " + " if expr.is_Add else "*"
        return "(" + sign.join(backwards(arg) for arg in reversed(expr.args)) + ")"
    return f"({expr})"


FORMS = {
    "expanded": sympy.expand,
    "factored": sympy.factor,
    "backwards": backwards,
    "typeset": sympy.latex,
    "renamed": renamed,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", RIGHT)
def test_other_forms_stay_right(name, form):
    found = sf.check(FORMS[form](formula(name)), HELD[name].value)
    assert found.verdict == "correct", found


def factor(expr):
    yield 2 * expr
    yield expr * sympy.Rational(1, 3)


def term(expr):
    for part in sympy.Add.make_args(sympy.expand(expr)):
        yield expr - part  # left out
        yield expr - 2 * part  # with another sign
        yield expr + part  # twice


def power(expr):
    for symbol in sorted(expr.free_symbols, key=str):
        yield expr.xreplace({symbol: symbol**2})
        yield expr.xreplace({symbol: symbol + 1})


def swap(expr):
    letters = sorted(expr.free_symbols, key=str)
    for a, b in pairwise(letters):
        yield expr.xreplace({a: b, b: a})


@pytest.mark.parametrize("change", [factor, term, power, swap], ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", RIGHT)
def test_what_was_made_wrong_is_refuted(name, change):
    right = HELD[name].value
    for wrong in [other for other in islice(change(formula(name)), MOST) if not same(other, right)]:
        found = sf.check(wrong, right)
        assert found.holds is False, (wrong, found)
        assert found.verdict in ("wrong", "approximation"), (wrong, found)
        witness = found.witness
        assert found.claim.xreplace(witness.sizes) == witness.claimed
        assert right.xreplace(witness.sizes) == witness.actual
        assert witness.claimed != witness.actual
