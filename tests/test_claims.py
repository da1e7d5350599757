"""Published claims about costs: each is read, held against layers, and judged as it was by hand."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
import sympy
from claims import latex, reasons
from claims.held import made
from sympy.parsing.sympy_parser import parse_expr

import symflops as sf
from symflops.exprs import log2

FOLDER = Path(__file__).parent / "claims"
CLAIMS = {claim["id"]: claim for claim in json.loads((FOLDER / "claims.json").read_text())}
FORMULAS = ("python", "exact", "difference_exact_minus_claim", "exact_strict")
HELD = {}
for topic in sorted(FOLDER.glob("*.py")):
    for name, entry in getattr(import_module(f"claims.{topic.stem}"), "CLAIMS", {}).items():
        assert name in CLAIMS, f"{topic.name}: there is no claim {name}"
        assert name not in HELD, f"{topic.name}: {name} is held elsewhere as well"
        HELD[name] = entry
FUNCTIONS = {
    name: getattr(sympy, name)
    for name in [
        "Integer",
        "Rational",
        "Max",
        "Min",
        "ceiling",
        "exp",
        "floor",
        "log",
        "sqrt",
        "Sum",
    ]
} | {"max": sympy.Max, "min": sympy.Min, "log2": lambda x: sympy.log(x, 2)}


def plainly(text):
    """A formula of the file by sympy's reader, which evaluates it; its letters are those of the package."""
    names = set(re.findall(r"[A-Za-z_]\w*", str(text))) - set(FUNCTIONS)
    return parse_expr(
        str(text), local_dict={n: sf.dim(n) for n in names}, global_dict=dict(FUNCTIONS)
    )


def same(a, b):
    """Whether two formulas are equal, after their letters have the same facts."""
    rest = sympy.sympify(a) - sympy.sympify(b)
    rest = rest.replace(log2, lambda x: sympy.log(x, 2))
    positive = {s: sympy.Symbol(s.name, positive=True) for s in rest.free_symbols}
    rest = sympy.expand(rest.xreplace(positive))
    return rest == 0 or sympy.cancel(rest) == 0 or sympy.simplify(rest) == 0


@pytest.mark.parametrize("name", CLAIMS)
def test_formulas_are_read(name):
    claim = CLAIMS[name]
    texts = {key: claim[key] for key in FORMULAS if key in claim} | claim.get("alternatives", {})
    for key, text in texts.items():
        if "exp(" not in str(text):
            assert same(sf.parse(str(text)), plainly(text)), key


@pytest.mark.parametrize("name", CLAIMS)
def test_latex_says_the_same_as_the_plain_text(name):
    claim = CLAIMS[name]
    found = sf.parse(claim["latex"])
    if name in latex.OTHERWISE:
        assert str(found) == latex.OTHERWISE[name]
        return
    sides = getattr(found, "sides", (found,))
    sides = [getattr(side, "expr", side) for side in sides]  # of an order of growth
    letters = {sf.dim(k): sf.parse(v) for k, v in latex.LETTERS.get(name, {}).items()}
    assert any(same(side.xreplace(letters), plainly(claim["python"])) for side in sides)


@pytest.mark.parametrize("name", [n for n, c in CLAIMS.items() if c.get("numbers")])
def test_numbers_put_in_give_what_they_should(name):
    claim = CLAIMS[name]
    numbers = claim["numbers"]
    at = {sf.dim(k): sympy.Rational(str(v)) for k, v in numbers.get("substitution", {}).items()}
    for key, stated in (("python", "claim"), ("exact", "exact"), ("exact_strict", "exact_strict")):
        if key in claim and f"{stated}_value" in numbers:
            found = plainly(claim[key]).xreplace(at)
            assert float(found) == pytest.approx(float(numbers[f"{stated}_value"]), rel=1e-9)


def stated(name, text):
    """A formula of the file, in the letters of what it is held against."""
    given = HELD[name].told.get("symbols", {})
    return plainly(text).xreplace({sf.dim(letter): value for letter, value in given.items()})


@pytest.mark.parametrize("name", [n for n, held in HELD.items() if held.by_layers])
def test_layers_make_the_exact_formula(name):
    claim, held = CLAIMS[name], HELD[name]
    assert same(held.value, stated(name, claim["exact"]))
    difference = held.value - stated(name, claim["python"])
    assert same(difference, stated(name, claim["difference_exact_minus_claim"]))
    if held.strict is not None:
        assert same(made(held.strict), stated(name, claim["exact_strict"]))
    for label, formula in held.others.items():
        assert same(formula, stated(name, claim["alternatives"][label])), label


def test_every_claim_is_held_and_most_against_layers():
    assert set(HELD) == set(CLAIMS)
    assert sum(held.by_layers for held in HELD.values()) >= 190
    assert sum(held.verdict is not None for held in HELD.values()) <= 25


def test_layers_make_what_the_five_articles_count():
    articles = [name for name in CLAIMS if re.match(r"S[0-4]-", name)]
    assert len(articles) == 47
    assert not [name for name in articles if name not in HELD or not HELD[name].by_layers]


def judged(name, text, **more):
    held = HELD[name]
    target = held.target if held.against is not None else plainly(CLAIMS[name]["exact"])
    return sf.check(text, target, held.quantity, **(held.told | more))


@pytest.mark.parametrize("name", HELD)
def test_claims_are_judged_as_they_were_by_hand(name):
    claim, held = CLAIMS[name], HELD[name]
    found = judged(name, claim.get(held.text, held.text))
    assert found.verdict == (held.verdict or claim["verdict"]), found
    assert bool(held.verdict) == bool(held.why), "another verdict has its reason, and only another"
    assert held.verdict != claim["verdict"]
    if found.holds:
        assert all(step.holds for step in found.steps), found
    if found.difference is not None:
        difference = held.difference
        if difference is None:
            difference = claim["difference_exact_minus_claim"]
        assert same(found.difference, stated(name, difference))


@pytest.mark.parametrize("name", reasons.MISSES)
def test_what_is_wrong_is_said(name):
    assert CLAIMS[name]["verdict"] in ("wrong", "approximation")
    found = judged(name, CLAIMS[name][HELD[name].text])
    assert reasons.MISSES[name] in [miss.name for miss in found.misses], found


AS_WRITTEN = [n for n, held in HELD.items() if held.text == "python" and n not in latex.OTHERWISE]


@pytest.mark.parametrize("name", AS_WRITTEN)
def test_the_latex_is_judged_the_same(name):
    claim, held = CLAIMS[name], HELD[name]
    letters, given = latex.LETTERS.get(name, {}), held.told.get("symbols", {})
    symbols = {k: v for k, v in given.items() if k not in letters.values()}
    symbols |= {k: given.get(v, v) for k, v in letters.items()}
    found = judged(name, claim["latex"], symbols=symbols)
    assert found.verdict == (held.verdict or claim["verdict"]), found
