"""Whatever text comes, it is read or refused with an error of ours: soon, in little memory, nothing executed."""

import builtins
import re
import tracemalloc
from fractions import Fraction

import pytest
import sympy
from bombs import BOMBS
from deadline import cpu_limit
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.reading.formulas import read

FRAGMENTS = r"""
\frac \frac{ \sqrt \sqrt[ \left( \right) \text{ \mathrm{ \cdot \times \sum \sum_{ \prod \log_2 \max( \min\{
\lfloor \rfloor \underbrace{ }_{ \hat \ell \alpha \Theta( \mathcal{O}( \begin{align} \end{align}
\begin{cases} \end{cases} & \\ \newcommand \def\a \a #1 \, \! \over { } ( ) [ ] | _ ^ _{ ^{ ' ** * + - / // =
≈ <= , . ; : ! ? % $ ~ @ \ .. ⌊ ⌋ √ ∑ Σ_( ½ ² ₁ · × − 亿 万 参数 α 𝑁 a b C_in k h_1 x 0 1 2 64 1,000 3.5 1e9
10^9 2K 4.1G MACs FLOPs GiB ms O( log max( Max( Rational( floor( Sum( C[ i=1 }^{L} C_{l-1}
"""
PIECES = [*FRAGMENTS.split(), " ", "\n", "\0", "\u202e", "\ud800"]
fuzzed = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def tried(text, **options):
    """Read a text; what it is refused with must be an error of ours, with a place in a text."""
    refused = None
    try:
        reading = read(text, **options)
    except sf.SymflopsError as error:
        refused = error
    if refused is not None:
        assert isinstance(refused, sf.ReadError)
        assert 0 <= refused.position <= len(refused.text)
        assert str(refused)
        return None
    assert str(reading.value)
    for side in getattr(reading.value, "sides", (reading.value,)):
        expr = getattr(side, "expr", side)
        assert expr is None or isinstance(expr, sympy.Expr)
        assert expr is None or not expr.has(sympy.zoo, sympy.nan, sympy.oo, sympy.Float)
    return reading


@fuzzed
@given(st.text(max_size=60), st.booleans())
@example("1/(a-a)", False)  # noqa: FBT003
def test_any_text(text, pasted):
    tried(text, pasted=pasted)


@fuzzed
@given(st.binary(max_size=80))
def test_random_bytes(data):
    tried(data.decode("latin-1"))
    tried(data.decode("utf-8", errors="replace"))


@fuzzed
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), st.booleans())
def test_fragments_of_formulas(text, pasted):
    tried(text, pasted=pasted)


@fuzzed
@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join), st.dictionaries(st.sampled_from("abk"), st.text(max_size=10)))  # fmt: skip
def test_fragments_with_macros(text, macros):
    tried(text, macros=macros)


# Every sum of products that Python reads, is read like Python does.

operands = st.sampled_from(["a", "b", "c_1", "2", "3", "10", "1.5", "0.25"])
VALUES = {"a": Fraction(7), "b": Fraction(11), "c_1": Fraction(13)}


def compound(inner):
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", " + ", " * "]), inner).map("".join)
    power = st.tuples(inner, st.sampled_from(["**2", "**3", "**-1", "**1"])).map(
        lambda p: f"({p[0]}){p[1]}"
    )
    return st.one_of(
        pair, power, pair.map(lambda text: f"({text})"), inner.map(lambda t: f"-({t})")
    )


@fuzzed
@given(st.recursive(operands, compound, max_leaves=8).map(lambda text: f"1*{text}"))
def test_python_reads_it_alike(text):
    exact = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)", r"F('\1')", text)
    try:
        expected = eval(exact, {"__builtins__": {}}, {**VALUES, "F": Fraction})  # noqa: S307
    except ZeroDivisionError:
        return
    reading = tried(text)
    if reading is not None:
        values = {
            sf.dim(name): sympy.Rational(v.numerator, v.denominator) for name, v in VALUES.items()
        }
        found = reading.value.subs(values)
        assert found == sympy.Rational(expected.numerator, expected.denominator)


# Bombs


@pytest.mark.parametrize("pasted", [False, True])
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_do_not_go_off(name, pasted):
    """Each takes a fifth of a second at most: ``python tests/benchmarks/run.py formulas``."""
    with cpu_limit(30):
        tried(BOMBS[name], pasted=pasted)


def test_memory_is_bounded():
    sf.parse("a")
    tracemalloc.start()
    try:
        for text in (BOMBS["5 MB of sums"], BOMBS["as long as is read"], BOMBS["macros of macros"]):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            tried(text)
            assert tracemalloc.get_traced_memory()[1] - before < 20_000_000
    finally:
        tracemalloc.stop()


INJECTIONS = [
    "__import__('os').system('touch owned')",
    "open('owned', 'w')",
    "().__class__.__bases__[0].__subclasses__()",
    "exec(\"open('owned','w')\")",
    "eval(compile('open(1)', '', 'eval'))",
    "lambda: open('owned', 'w')",
    "[open('owned', 'w') for x in (1,)]",
    "{open('owned')}",
    r"\input{owned}",
    r"\write18{touch owned}",
    r"\immediate\write18{touch owned}",
    r"\def\a{\input{owned}}\a",
    "f'{open(1)}'",
    "a if open('owned', 'w') else b",
    "sympify('open(1)')",
    "S(1).func.__globals__",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_is_executed(text, tmp_path, monkeypatch):
    def refuse(*_, **__):
        message = "text was executed"
        raise AssertionError(message)

    sf.parse("a")
    monkeypatch.chdir(tmp_path)
    for name in ("eval", "exec", "compile", "open"):
        monkeypatch.setattr(builtins, name, refuse)
    tried(text)
    monkeypatch.undo()
    assert not list(tmp_path.iterdir())
