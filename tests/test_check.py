"""Claims held against costs and formulas: the verdict, under which conventions, in which letters, in which words."""

import subprocess
import sys

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.claims.notations import NOTATIONS
from symflops.claims.phrases import NAMES, PHRASES, QUANTITIES
from symflops.reading.readings import Growth, Relation

k, C_in, C_out, H, W, N, D, h, L, B, g, s = sf.dims("k C_in C_out H W N D h L B g s")
MAP = (C_in, H, W)
BARE = (sf.Conv2d(C_in, C_out, k, padding="same", bias=False), MAP)
BIASED = (sf.Conv2d(C_in, C_out, k, padding="same"), MAP)
ATTENTION = (sf.MultiheadAttention(D, h), (N, D))
ALEXNET = sf.zoo.alexnet_original()

#: Claim, what it is held against, quantity, what is told; the verdict, and what is said with it.
VERDICTS = [
    # conventions
    (r"(2C_{in}k^2-1)HWC_{out}", BARE, "flops", {}, "correct", {"conventions": ("exact",)}),
    (r"2C_{in}k^2HWC_{out}", BARE, "flops", {}, "correct_under_convention", {"conventions": ("2mac", "2mac+bias", "2mac+2bias", "chinchilla")}),
    (r"2C_{in}k^2HWC_{out}", BIASED, "flops", {}, "correct", {"conventions": ("exact", "2mac", "chinchilla")}),
    (r"2HW(C_{in}k^2+1)C_{out}", BIASED, "flops", {}, "correct_under_convention", {"conventions": ("2mac+2bias",)}),
    (r"2HW(C_{in}k^2+1)C_{out}", BIASED, "flops", {"convention": "exact"}, "wrong", {}),
    (r"C_{in}k^2HWC_{out}", BARE, "flops", {"convention": "2mac"}, "wrong", {}),
    (r"2C_{in}k^2HWC_{out}", BARE, "flops", {"convention": "2mac"}, "correct", {}),
    ("FLOPs = 2 C_in k^2 H W C_out", BIASED, None, {}, "correct", {"quantities": ("flops",)}),
    ("4N^2D + h N(5N - 2)", sf.cost(*ATTENTION).without("Linear"), "flops", {}, "correct_under_convention", {"conventions": ("2mac+softmax", "2mac+bias+softmax", "2mac+2bias+softmax")}),
    ("4N^2D + h N(5N - 3)", sf.cost(*ATTENTION).without("Linear"), "flops", {}, "wrong", {}),
    # quantities
    ("C_in*k^2*H*W*C_out", BARE, None, {}, "correct", {"quantities": ("flops", "macs", "mults")}),
    ("C_in*k^2*H*W*C_out", BARE, "macs", {}, "correct", {"quantities": ("macs",)}),
    ("C_in*k^2*H*W*C_out", BARE, ("macs", "mults"), {}, "correct", {}),
    ("C_in*k^2*H*W*C_out", BARE, ("macs", "flops"), {}, "ambiguous", {"holds": None}),
    ("(C_in*k^2-1)*H*W*C_out", BARE, None, {}, "correct", {"quantities": ("adds",)}),
    ("C_out*H*W", BARE, None, {}, "correct", {"quantities": ("activations",)}),
    ("4*C_out*C_in*k^2", BARE, None, {}, "correct", {"quantities": ("model_size",)}),
    ("2*C_out*C_in*k^2", BARE, "bytes", {}, "correct", {"quantities": ("model_size",)}),
    ("k", BARE, None, {}, "correct", {"quantities": ("receptive_field",)}),
    ("k", BARE, "receptive field", {}, "correct", {}),
    ("2*N*D", (sf.MultiheadAttention(D, h, causal=True), (N, D)), "kv_cache", {}, "correct", {}),
    ("4*N*D", (sf.MultiheadAttention(D, h, causal=True), (N, D)), "kv_cache_size", {}, "correct", {}),
    # variants of the layer
    ("C_out*C_in*k^2", BIASED, "params", {}, "correct_under_convention", {"variant": "without bias"}),
    ("C_out*(C_in*k^2+1)", BARE, "params", {}, "correct_under_convention", {"variant": "with bias"}),
    ("4D^2", ATTENTION, "params", {}, "correct_under_convention", {"variant": "without bias"}),
    ("4*(d*h+h^2+h)", (sf.LSTM(sf.dim("d"), h), (N, sf.dim("d"))), "params", {}, "correct_under_convention", {"variant": "with one bias vector"}),
    ("12D^2", (sf.TransformerEncoderLayer(D, h, 4 * D), (N, D)), "params", {}, "approximation", {"how": "leading", "holds": False}),
    ("D^2+4D", (sf.Sequential(sf.Linear(D, D, bias=False), sf.LayerNorm(D), sf.LayerNorm(D)), (N, D)), "params", {}, "correct", {}),
    ("4D^2+2ND", ATTENTION, None, {}, "correct_under_convention", {"variant": "per token"}),
    ("4D^2+2ND", ATTENTION, "macs", {}, "wrong", {}),
    # letters
    (r"2 c K^2 h w o", BARE, "flops", {"convention": "2mac"}, "correct", {"searched": {"K": k, "c": C_in, "h": H, "o": C_out, "w": W}}),
    ("q*d^2", (sf.Linear(D, D, bias=False), (N, D)), "macs", {}, "correct", {"searched": {"q": N, "d": D}}),
    ("a*b^2", (sf.Linear(D, D, bias=False), (N, D)), "macs", {"symbols": {"a": "N", "b": "D"}}, "correct", {}),
    ("a*b^2", (sf.Linear(D, D, bias=False), (N, D)), "macs", {"symbols": {"a": D, "b": N}}, "wrong", {}),
    ("12*s*h^2 + 2*s^2*h", (sf.TransformerEncoderLayer(D, 8, 4 * D), (N, D)), "macs", {"notation": "megatron"}, "correct", {}),
    ("a*D^2", (sf.Linear(D, D, bias=False), (2 * N, D)), "macs", {"symbols": {"a": "2*N"}}, "correct", {}),
    ("D_K^2 M D_F^2", (BARE[0], (C_in, H, H)), "macs", {}, "wrong", {"searched": {"D_K": k, "M": C_in, "D_F": H}}),
    # formulas
    ("3ND^2 + 2N^2D", "4ND^2 + 2N^2D", None, {}, "wrong", {"holds": False}),
    ("3*17", 51, None, {}, "correct", {}),
    ("D h", "D", None, {"at": {"h": 1}}, "correct", {}),
    (r"\max(n - w, 0) + \min(n, w)", "n", None, {}, "correct", {}),
    ("D/h", "floor(D/h)", None, {"assume": "h | D"}, "correct", {}),
    ("D/h", "floor(D/h)", None, {}, "wrong", {}),
    # numbers
    ("60M", ALEXNET, "params", {}, "approximation", {"how": "truncated", "holds": True}),
    ("61M", ALEXNET, "params", {}, "approximation", {"how": "rounded", "holds": True}),
    ("61.3M", ALEXNET, "params", {}, "approximation", {"how": "near", "holds": False}),
    ("67M", ALEXNET, "params", {}, "wrong", {}),
    ("60965224", ALEXNET, "params", {}, "correct", {}),
    ("60965223", ALEXNET, "params", {}, "wrong", {}),
    ("243.9 MB", ALEXNET, None, {}, "approximation", {"quantities": ("model_size",)}),
    ("1950887168 bits", ALEXNET, None, {}, "correct", {}),
    ("8.2 GFLOPs", sf.zoo.resnet50(), None, {"at": {"H": 224, "W": 224}}, "approximation", {"how": "rounded"}),
    ("4.1 GFLOPs", sf.zoo.resnet50(), None, {"at": {"H": 224, "W": 224}}, "approximation", {"conventions": ("mac", "mac+bias")}),
    ("4.1 GFLOPs", sf.zoo.resnet50(), None, {}, "approximation", {"how": "rounded", "conventions": ("mac", "mac+bias")}),
    ("22.4 GFLOPs", sf.zoo.bert_base(), None, {}, "undecided", {"holds": None}),
    ("2.67n^2 + n", "8n^2/3 + n", None, {}, "approximation", {"how": "rounded", "holds": True}),
    ("2.5n^2 + n", "8n^2/3 + n", None, {}, "wrong", {}),
    ("2.67n^2 + 2n", "8n^2/3 + n", None, {}, "wrong", {}),
    ("9.5k", (sf.Conv2d(3, 64, 7), (3, H, W)), "params", {}, "approximation", {"how": "rounded"}),
    ("9.5k", (sf.Conv2d(3, 64, k), (3, H, W)), "params", {}, "wrong", {}),
    # rounding to leading terms
    ("24LND^2 + 4LN^2D", sf.zoo.gpt(), "flops", {}, "approximation", {"conventions": ("2mac",)}),
    ("12lh^2", "l*(12h^2+13h)+2h", "params", {}, "approximation", {"how": "leading"}),
    (r"P \approx 12lh^2", "l*(12h^2+13h)+2h", "params", {}, "approximation", {"holds": True}),
    ("11lh^2", "l*(12h^2+13h)+2h", "params", {}, "wrong", {}),
    ("2N^2D + N D", "2N^2D + 4N D", None, {}, "wrong", {}),
    # orders of growth
    (r"\mathcal{O}(N^2D)", "2N^2D + N", None, {}, "correct", {}),
    (r"O(N^2D)", ATTENTION, "macs", {"constants": ["D"]}, "correct", {}),
    (r"O(ND)", ATTENTION, "macs", {"growing": ["N"]}, "wrong", {}),
    (r"O(ND)", "2N^2D/b", None, {}, "ambiguous", {"holds": None}),
    ("O(a^2)", "b*min(a, b)", None, {}, "undecided", {"explanation": "What is missing: which of a and b is smaller in the end is not known; state it as a fact, assume='…'."}),
    # chains
    (r"17\times 9 = 153 = 150 + 3", None, None, {}, "correct", {}),
    (r"17\times 9 = 153 = 150 + 4", None, None, {}, "wrong", {}),
    (r"2^{10} \approx 1000", None, None, {}, "approximation", {"holds": True}),
    (r"2^{10} \approx 1200", None, None, {}, "wrong", {}),
    ("N^2 + N >= N", None, None, {}, "correct", {}),
    ("N > N + 1", None, None, {}, "wrong", {}),
    ("MACs = k^2 C_in C_out H W", BARE, None, {}, "correct", {}),
    ("FLOPs = 2 MACs", BIASED, None, {}, "correct", {}),
    ("FLOPs = 2 MACs", BARE, None, {}, "approximation", {"difference": -C_out * H * W}),
    ("FLOPs = 2 MACs", BARE, None, {"convention": "2mac"}, "correct", {}),
    ("FLOPs = MACs = k^2 C_in C_out H W", BARE, None, {}, "correct_under_convention", {"conventions": ("mac", "mac+bias")}),
    ("FLOPs = 3 MACs", BARE, None, {}, "wrong", {}),
    ("(a+b)^2 = a^2 + b^2", None, None, {}, "wrong", {}),
    ("P = D^2 + D = D(D + 1)", (sf.Linear(D, D), (D,)), "params", {}, "correct", {}),
    ("P = D^2 + D = D(D + 2)", (sf.Linear(D, D), (D,)), "params", {}, "wrong", {}),
    # pasted text
    ("4n2d", "4 N**2 D", None, {"pasted": True}, "correct", {}),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "against", "quantity", "told", "verdict", "said"), VERDICTS)
def test_verdicts(claim, against, quantity, told, verdict, said):
    found = sf.check(claim, against, quantity, **told)
    assert found.verdict == verdict, found
    said = dict(said)
    for letter, symbol in said.pop("searched", {}).items():
        assert found.mapping[sf.dim(letter)] == symbol
    for name, value in said.items():
        assert getattr(found, name) == value
    assert found.holds == said.get("holds", {"wrong": False}.get(verdict, found.holds))
    for lang in ("en", "zh"):
        text = str(found.in_language(lang))
        assert text.startswith(NAMES[lang][verdict])
        assert "{" not in text
        assert found.in_language(lang).to_markdown()


@pytest.mark.parametrize(("claim", "against", "quantity", "told", "verdict", "said"), VERDICTS)
def test_witnesses_can_be_redone(claim, against, quantity, told, verdict, said):  # noqa: ARG001
    found = sf.check(claim, against, quantity, **told)
    if verdict == "wrong" and found.witness is not None and not found.steps:
        at = found.witness.sizes
        assert sympy.sympify(found.claim).xreplace(at) == found.witness.claimed
        assert sympy.sympify(found.actual).xreplace(at) == found.witness.actual
        assert found.witness.claimed != found.witness.actual
        assert sympy.expand(found.actual - found.claim - found.difference) == 0


def test_a_paragraph_says_it_all():
    found = sf.check("2C_{in}k^2HWC_{out}", BARE, "flops")
    assert str(found) == (
        "Correct under a convention. The FLOPs of Conv2d(C_in, C_out, k, padding='same', bias=False) on "
        "(C_in, H, W) are 2 C_in k² C_out H W, counted by 2mac, 2mac+bias, 2mac+2bias and chinchilla. "
        "Counted by exact they are (2 C_in k² − 1) C_out H W."
    )
    assert str(sf.check("3D^2", ATTENTION, "params", lang="zh")) == (
        "错误。所称为 3 D²；MultiheadAttention(D, h)（输入 (N, D)） 的参数量为 4 D (D + 1)。取 D = 2，所称的值为 12，"
        "实际值为 24。不含偏置：漏掉了 q_proj、k_proj、v_proj 或 out_proj。不含偏置：因子 4 被写成了 3。"
    )
    assert sf.check("N^2", "N^2").explanation == ""
    assert str(sf.check("17*9 = 154", None)) == (
        "Wrong. Step 1 of the chain does not hold: 153 = 154. The right side is 0.654 % too large."
    )
    assert "holds if b grows like N" in str(sf.check("O(ND)", "2N^2D/b"))


def test_letters_that_were_searched_for_are_reported():
    found = sf.check("4*x*y^2 + 2*x^2*y", "4 N D^2 + 2 N^2 D")
    assert found.mapping == {sf.dim("x"): N, sf.dim("y"): D}
    assert str(found).endswith("Read with x = N and y = D.")
    alike = sf.check("a*b*c", "C_in*H*W")
    assert alike.exchangeable
    assert "may be exchanged" in str(alike)


def test_letters_that_cancel_have_no_sizes():
    V, h, l = sf.dims("V h l")  # noqa: E741
    found = sf.check("8xh + 2h", V * (h + 1) + 4 * l * h + 2 * h - V * h - V)
    assert set(found.mapping) == {sf.dim("x")}
    assert set(found.witness.sizes) == {h, l}


def test_a_symbol_that_is_there_keeps_its_name():
    """A claim with two symbols exchanged is wrong, though other letters would make it right."""
    assert sf.check("4*D*N^2 + 2*D^2*N", "4 N D^2 + 2 N^2 D").verdict == "wrong"


def test_readings_of_the_words_that_disagree_are_ambiguous():
    found = sf.check("C_in*C_out*k^2", {"with bias": BIASED, "without bias": BARE}, "params")
    assert found.verdict == "ambiguous"
    assert [(name, v.verdict) for name, v in found.readings] == [
        ("with bias", "correct_under_convention"),
        ("without bias", "correct"),
    ]
    assert "Read as with bias: " in str(found)
    assert sf.check("D^2", {"a": "D**2", "b": "D*D"}).verdict == "correct"


@pytest.mark.parametrize(
    "found",
    [
        lambda: sf.check("4D^2", ATTENTION, "params"),
        lambda: sf.check("3ND^2", "4ND^2"),
        lambda: sf.check("60M", ALEXNET, "params"),
        lambda: sf.check("17*9 = 154"),
        lambda: sf.check("a*b^2", (sf.Linear(D, D), (N, D)), "macs", symbols={"a": N, "b": "D"}),
        lambda: sf.check("8.2G", sf.zoo.resnet50(), "flops", at={"H": 224, "W": 224}, lang="zh"),
        lambda: sf.check(
            "N D^2",
            sf.cost(sf.Sequential(sf.Linear(D, D), sf.ReLU()), (N, D)).without("ReLU"),
            "macs",
        ),
    ],
    ids=["layer", "formula", "model", "chain", "letters", "numbers", "edited"],
)
def test_three_lines_give_the_verdict_again(found):
    verdict = found()
    *_, code = verdict.to_markdown(reproduce=True).split("```")[:2]
    lines = code.strip().removeprefix("python\n").splitlines()
    assert len(lines) == 3
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=True, encoding="utf-8")  # fmt: skip
    assert done.stdout.strip().split("\n")[0].split(" ")[0] == str(verdict).split(" ")[0]


def test_costs_layers_formulas_and_expressions_are_targets():
    cost = sf.cost(*BARE)
    for against in (BARE, cost, cost.params, str(cost.params), cost.show("params")):
        assert sf.check("k^2 C_in C_out", against, "params").verdict == "correct"
    assert sf.check(cost.params, cost, "params").verdict == "correct"
    assert sf.check(Relation((cost.params, k**2 * C_in * C_out), ("=",))).verdict == "correct"
    assert sf.check(Growth("O", N**2), N**2 + N).verdict == "correct"
    assert (
        sf.check("N", sf.cost(sf.Embedding(8, D), (N,)).per("token"), "activations").holds is False
    )


@pytest.mark.parametrize(
    ("told", "error", "words"),
    [
        ({"quantity": "flop count"}, sf.UnknownNameError, "quantity"),
        ({"convention": "3mac"}, sf.UnknownNameError, "convention"),
        ({"notation": "meg"}, sf.UnknownNameError, "megatron"),
        ({"lang": "de"}, sf.UnknownNameError, "language"),
        ({"symbols": {"q": "N"}}, sf.SymbolError, "symbols maps q, which the claim does not have"),
        ({"against": None}, sf.ArgumentError, "claims nothing"),
        ({"against": None, "claim": "F = N D"}, sf.ArgumentError, "claims nothing"),
        ({"against": {}}, sf.ArgumentError, "nothing to hold"),
        ({"against": object()}, sf.ArgumentError, "a claim is held against"),
        ({"claim": "N +* D"}, sf.ReadError, "expected"),
        ({"against": "N +* D"}, sf.ReadError, "expected"),
    ],
)
def test_errors_say_what_is_wrong(told, error, words):
    asked = {"claim": "N D", "against": (sf.Linear(D, D), (N, D))} | told
    with pytest.raises(error, match=words):
        sf.check(asked.pop("claim"), asked.pop("against"), **asked)


def test_both_languages_say_the_same_things():
    for table in (NAMES, QUANTITIES, PHRASES):
        assert table["en"].keys() == table["zh"].keys()
    for letters in NOTATIONS.values():
        assert all(names for names in letters.values())


def test_of_families_and_bits_nothing_is_lost():
    assert sf.check("RF_i = RF_{i-1} + (k_i - 1)s_i", "k_1 + (k_2 - 1)*s_1").verdict in (
        "wrong",
        "undecided",
    )
    assert sf.check("4 N^2 D", ATTENTION, "flops", convention="2mac").verdict == "approximation"


# laws

EXACT = [
    sf.cost(*ATTENTION).macs,
    sf.cost(*BIASED).flops,
    sf.cost(sf.TransformerEncoderLayer(D, h, 4 * D), (N, D)).params,
    sf.cost(sf.Repeat(sf.MultiheadAttention(D, h), L), (B, N, D)).macs,
    sf.cost(sf.LSTM(D, h), (N, D)).params,
    sf.cost(sf.Conv2d(C_in, C_out, 3, stride=2, padding=1, bias=False), MAP).flops,
]
LETTERS = sf.dims("a b c d e f m n o p q r t u v w x y z")


@st.composite
def rewritten(draw):
    """A formula, and the same in another form."""
    exact = draw(st.sampled_from(EXACT))
    form = draw(st.sampled_from([sympy.expand, sympy.factor, lambda e: e, sympy.collect_const]))
    return exact, form(exact)


@given(rewritten())
@settings(max_examples=25, deadline=None)
def test_what_is_right_stays_right_in_another_form(pair):
    exact, other = pair
    for claim in (other, str(other)):
        assert sf.check(claim, exact).verdict == "correct"


@given(rewritten(), st.permutations(LETTERS))
@settings(max_examples=25, deadline=None)
def test_what_is_right_stays_right_in_other_letters(pair, letters):
    exact, other = pair
    symbols = sorted(exact.free_symbols, key=str)
    renamed = other.xreplace(dict(zip(symbols, letters, strict=False)))
    found = sf.check(renamed, exact)
    assert found.verdict == "correct"
    assert sympy.expand(renamed.xreplace(found.mapping) - exact) == 0


def mutated(expr, draw):
    """A formula with one thing changed: a factor, a sign, an exponent, a term, a symbol."""
    terms = list(sympy.Add.make_args(sympy.expand(expr)))
    place = draw(st.integers(0, len(terms) - 1))
    term, rest = terms[place], sympy.Add(*terms[:place], *terms[place + 1 :])
    symbols = sorted(term.free_symbols or expr.free_symbols, key=str)
    symbol = draw(st.sampled_from(symbols))
    other = draw(st.sampled_from(sorted(expr.free_symbols, key=str)))
    ways = {
        "factor": lambda: expr * draw(st.sampled_from([2, 3, sympy.Rational(1, 2)])),
        "coefficient": lambda: rest + 3 * term,
        "sign": lambda: rest - term,
        "exponent": lambda: rest + term * symbol,
        "dropped": lambda: rest,
        "swapped": lambda: expr.xreplace({symbol: other, other: symbol}),
        "replaced": lambda: rest + term.xreplace({symbol: other}),
    }
    return ways[draw(st.sampled_from(sorted(ways)))]()


@given(st.sampled_from(EXACT), st.data())
@settings(max_examples=60, deadline=None)
def test_what_was_changed_is_refuted_with_numbers(exact, data):
    claim = mutated(exact, data.draw)
    if sympy.expand(claim - exact) == 0 or claim == 0:
        return
    found = sf.check(claim, exact)
    assert found.verdict in ("wrong", "approximation"), found
    assert found.holds is False
    at = found.witness.sizes
    assert found.claim.xreplace(at) == found.witness.claimed
    assert found.actual.xreplace(at) == found.witness.actual
    assert found.witness.claimed != found.witness.actual
    assert sympy.expand(exact - claim - found.difference) == 0


def test_the_right_side_of_a_chain_is_what_it_claims():
    for chain in ("2D + 3 = 2D", "(D + 3)^2 = D^2 + 9", "D^2 + 5 <= 5D"):
        found = sf.check(chain)
        assert found.claim.xreplace(found.witness.sizes) == found.witness.claimed
        assert found.actual.xreplace(found.witness.sizes) == found.witness.actual


def test_a_number_is_held_against_the_sizes_that_a_model_was_published_for():
    found = sf.check("17.6 GFLOPs", sf.zoo.vit_b_16())
    assert found.actual == 17563828224
    assert "H = 224, W = 224 are put in" in str(found)
    assert "代入 H = 224, W = 224" in str(found.in_language("zh"))
    assert "at={'H': 224, 'W': 224}" in found.code[-1]
    assert "put in" not in str(sf.check("86.6M", sf.zoo.vit_b_16()))
    assert sf.check("MACs = 4.1G", sf.zoo.resnet50()).verdict == "approximation"
