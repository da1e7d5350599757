"""What symflops prints is read back, and every published formula is read."""

import json
from pathlib import Path

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational

import symflops as sf
from symflops.exprs import gcd, log2, minimum
from symflops.symbols import index

CLAIMS = Path(__file__).parent / "claims" / "claims.json"
D, H, L, M, N, W = sf.dims("D H L M N W")
a, b, k, n, s = sf.dims("a b k n s")
C_in, C_out = sf.dims("C_in C_out")
FAMILY, l = sf.family("C"), index("l")  # noqa: E741 - as in the formulas

NAMES = ["N", "D", "k", "h", "C_in", "C_out", "d_model", "alpha", "K", "n_1", "H_out", "d_ff"]


@st.composite
def polynomials(draw):
    """Polynomials and quotients with floors, over names of one letter and a subscript."""
    symbols = [sf.dim(name) for name in NAMES]
    monomials = st.builds(
        lambda number, powers: (
            Integer(number) * sympy.Mul(*(s**p for s, p in zip(symbols, powers, strict=True)))
        ),
        st.integers(-2000, 2000),
        st.lists(
            st.sampled_from([0, 0, 0, 1, 1, 2, 3, -1]), min_size=len(NAMES), max_size=len(NAMES)
        ),
    )
    terms = draw(st.lists(monomials, min_size=1, max_size=5))
    expr = sympy.Add(*terms)
    if draw(st.booleans()):
        expr = expr * draw(st.sampled_from(symbols)) + draw(monomials)
    return expr


@settings(deadline=None)
@given(polynomials())
def test_what_symflops_prints_is_read_as_what_it_is(expr):
    formula = sf.display(expr)
    for text in (formula.latex, str(formula), str(expr), sympy.latex(expr)):
        assert sympy.expand(sf.parse(text) - expr) == 0, text


@pytest.mark.parametrize(
    "expr",
    [
        sympy.floor((H - k) / s) + 1,
        sf.parse(r"\lceil H/s\rceil"),
        minimum(N, W) * D,
        gcd(a, b),
        log2(n) * n,
        2**n,
        n ** sf.dim("L"),
        sympy.Sum(FAMILY[l] * FAMILY[l - 1], (l, 1, L)) * M**2,
        sympy.Product(FAMILY[l] + 1, (l, 1, L)),
        sympy.sqrt(n + 1) * D / (N + 1),
        Rational(3, 4) * D - 1,
    ],
)
def test_other_formulas_that_symflops_prints(expr):
    formula = sf.display(expr)
    for text in (formula.latex, str(formula)):
        assert sympy.expand(sf.parse(text) - expr) == 0, text


def test_formulas_of_layers_are_read_back():
    layer = sf.Conv2d(C_in, C_out, k, stride=s, padding=1)
    flops = sf.cost(layer, (C_in, H, W)).flops
    for text in (sf.display(flops).latex, str(sf.display(flops)), str(flops)):
        assert sympy.expand(sf.parse(text) - flops) == 0


# Published formulas

CLAIMED = json.loads(CLAIMS.read_text(encoding="utf-8")) if CLAIMS.exists() else []


def sides(value):
    if isinstance(value, sf.Relation):
        return [side for side in value.sides if side is not None]
    return [getattr(value, "expr", value)]


#: Claims whose two texts have the same letters (or none) and do not say the same, and why.
OTHERWISE = {
    "CS-7": "the formula against the 72 MB that are printed",
    "CV-9": "in MiB against bytes",
    "CV-10": "the formula against the 81 M that are printed",
    "MB-6": "the formula against the number that is printed",
    "NT-5": "in MB against bytes",
    "NT-6": "in MB against bytes",
    "GP-12": "per token against all tokens",
    "LL-5": "the rounded number against its sum",
}


@pytest.mark.parametrize("claim", CLAIMED, ids=lambda claim: claim["id"])
def test_published_formulas_are_read(claim):
    """Both texts of a claim are read; with the same letters and numbers, they are equal."""
    latex, python = sides(sf.parse(claim["latex"])), sf.parse(claim["python"])
    letters = {symbol.name for symbol in python.free_symbols}
    assert letters == {*claim["symbols"]} & letters
    same = [side for side in latex if getattr(side, "free_symbols", None) == python.free_symbols]
    equal = any(sympy.expand(side - python) == 0 for side in same)
    assert equal is (claim["id"] not in OTHERWISE) or not same
