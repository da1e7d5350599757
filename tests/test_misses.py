"""What is wrong with a formula: every entry of the table of misses, and that its words are true."""

import pytest
import sympy

import symflops as sf
from symflops.claims.edits import MISTAKES, VARIANTS
from symflops.claims.misses import RANKS
from symflops.claims.verdicts import LANGUAGES
from symflops.claims.wording import Saying

k, C_in, C_out, H, W, N, D, h, L, B, g, s, d_ff, V, P, p = sf.dims(
    "k C_in C_out H W N D h L B g s d_ff V P p"
)
k_1, k_2, k_3, s_1, s_2, s_3 = sf.dims("k_1 k_2 k_3 s_1 s_2 s_3")
MAP = (C_in, H, W)
BARE = (sf.Conv2d(C_in, C_out, k, padding="same", bias=False), MAP)
BIASED = (sf.Conv2d(C_in, C_out, k, padding="same"), MAP)
GROUPED = (sf.Conv2d(C_in, C_out, k, padding="same", groups=g, bias=False), MAP)
STRIDED = (sf.Conv2d(C_in, C_out, 3, stride=2, padding=1, bias=False), MAP)
DILATED = (sf.Conv2d(3, 3, 3, dilation=s), (3, H, W))
UP = (sf.ConvTranspose2d(C_in, C_out, s, stride=s, bias=False), MAP)
ATTENTION = (sf.MultiheadAttention(D, h), (N, D))
BATCH = (sf.MultiheadAttention(D, h), (B, N, D))
CAUSAL = (sf.MultiheadAttention(D, h, causal=True), (N, D))
GROUPED_KEYS = (sf.MultiheadAttention(D, 8, kv_heads=2, bias=False), (N, D))
GATED = (sf.FeedForward(D, d_ff, bias=False, gated=True), (N, D))
PLAIN = (sf.FeedForward(D, d_ff, bias=False), (N, D))
DEEP = (sf.Repeat(sf.MultiheadAttention(D, h), L), (N, D))
CHAIN = (
    sf.Sequential(sf.Conv2d(3, 8, k_1, stride=s_1), sf.Conv2d(8, 8, k_2, stride=s_2), sf.Conv2d(8, 8, k_3, stride=s_3)),
    (3, H, W),
)  # fmt: skip
EXPERTS = (sf.MixtureOfExperts(D, 8, 2, sf.SwiGLU(D, d_ff)), (N, D))
TOKENS = (sf.Sequential(sf.ClassToken(D), sf.Linear(D, D, bias=False)), (N, D))
PLACED = (
    sf.Sequential(sf.ClassToken(D), sf.LearnedPositions(N + 1, D), sf.Linear(D, D, bias=False)),
    (N, D),
)
WORDS = (
    sf.Sequential(
        wte=sf.Embedding(V, D), body=sf.Linear(D, D, bias=False), head=sf.Linear(D, V, bias=False)
    ),
    (N,),
)
ALEXNET = sf.zoo.alexnet_original()
RESNET = sf.cost(sf.zoo.resnet50()).at(H=224, W=224)

#: The name of the miss, what is claimed, of what, of which quantity, what is told, and words of the sentence.
MISSES = [
    ("own stride", "1 + (k_1-1)s_1 + (k_2-1)s_2 + (k_3-1)s_3", CHAIN, "receptive_field", {}, "own stride stands where the product"),
    ("own stride as well", "1 + (k_1-1)s_1 + (k_2-1)s_1 s_2 + (k_3-1)s_1 s_2 s_3", CHAIN, "receptive_field", {}, "takes in the layer's own"),
    ("one stride short", "1 + (k_1-1) + (k_2-1) + (k_3-1)s_1", CHAIN, "receptive_field", {}, "one layer too early"),
    ("last stride", "1 + (k_1-1) + (k_2-1)s_1 + (k_3-1)s_2", CHAIN, "receptive_field", {}, "stride of the layer before"),
    ("no strides", "k_1 + k_2 + k_3 - 2", CHAIN, "receptive_field", {}, "strides are ignored"),
    ("other convention", "2C_{in}k^2HWC_{out}", BARE, "flops", {"convention": "mac"}, "as m additions"),
    ("other convention", "C_{in}k^2HWC_{out}", BARE, "flops", {"convention": "2mac"}, "a MAC is counted once"),
    ("other convention", "4.1 GFLOPs", RESNET, "flops", {"convention": "2mac"}, "a MAC is counted once"),
    ("bias twice", "C_{out}(C_{in}k^2 + 2)", BIASED, "params", {}, "bias is counted twice"),
    ("one bias", "C_{out}C_{in}k^2 + 1", BIASED, "params", {}, "one bias is counted for all outputs"),
    ("heads", "h(4ND^2 + 2N^2D)", ATTENTION, "macs", {}, "the h heads are multiplied in again"),
    ("groups", "C_{in}C_{out}k^2HW/g^2", GROUPED, "macs", {}, "divided by the g groups twice"),
    ("groups", "C_{in}C_{out}k^2HW", GROUPED, "macs", {}, "the g groups are ignored"),
    ("groups ignored", "C_{in}C_{out}k^2", (sf.Conv2d(C_in, C_out, k, padding=1, groups=4, bias=False), MAP), "params", {}, "groups are ignored"),
    ("stride ignored", "9C_{in}C_{out}HW", STRIDED, "macs", {}, "stride is ignored"),
    ("dilation ignored", "3", DILATED, "receptive_field", {}, "dilation is ignored"),
    ("causal", "4ND^2 + N(N+1)D", ATTENTION, "macs", {}, "below a causal mask"),
    ("full", "4ND^2 + 2N^2D", CAUSAL, "macs", {}, "causal mask rules out"),
    ("own keys", "4D^2", GROUPED_KEYS, "params", {}, "as many heads of keys and values"),
    ("gated", "3 D d_ff", PLAIN, "params", {}, "gate's matrix is counted that is not there"),
    ("not gated", "2 D d_ff", GATED, "params", {}, "gate's matrix is missing"),
    ("class token", "N D^2", TOKENS, "macs", {}, "class token is left out"),
    ("class token", "N D^2", PLACED, "macs", {}, "class token is left out"),
    ("input positions", "9C_{in}C_{out}HW", STRIDED, "macs", {}, "size of the input stands"),
    ("output positions", "C_{in}C_{out}HWs^4", UP, "macs", {}, "size of the output stands"),
    ("output positions", "9C_{in}C_{out}(H-2)^2(W-2)^2/(HW)", (sf.Conv2d(C_in, C_out, 3, bias=False), MAP), "macs", {}, "size of the output stands"),
    ("over the stride", "9C_{in}C_{out}HW/4", STRIDED, "macs", {}, "the input over the stride stands where"),
    ("stride twice", "9C_{in}C_{out}HW/4", (STRIDED[0], (C_in, 2 * H, 2 * W)), "macs", {}, "by the stride once more"),
    ("experts", "24 D d_ff + 8 D", EXPERTS, "active_params", {}, "all experts are counted"),
    ("experts", "47B", sf.zoo.mixtral_8x7b(), "active_params", {}, "all experts are counted"),
    ("experts", "6 D d_ff + 8 D", EXPERTS, "params", {}, "chosen experts alone"),
    ("per token", "4D^2 + 2ND", ATTENTION, "macs", {}, "one token"),
    ("per token", "24LD^2 + 4LND + 2VD", sf.zoo.gpt(), "flops", {}, "and there are N"),
    ("per token", "4N^2D^2 + 2N^3D", ATTENTION, "macs", {}, "N tokens once more"),
    ("per sample", "4ND^2 + 2N^2D", BATCH, "macs", {}, "one sample"),
    ("per layer", "4ND^2 + 2N^2D", DEEP, "macs", {}, "one layer, and there are L"),
    ("part missing", "3ND^2 + 2N^2D", ATTENTION, "macs", {}, "q_proj, k_proj, v_proj or out_proj is left out"),
    ("part missing", "3D^2", ATTENTION, "params", {}, "Without bias: q_proj"),
    ("part missing", "V D + D^2", WORDS, "params", {}, "wte or head is left out"),
    ("part missing", "56.9M", ALEXNET, "params", {}, "left out"),
    ("part twice", "2V D + 2D^2", WORDS, "params", {}, "body is counted twice"),
    ("part alone", "D^2 + D", ATTENTION, "params", {}, "only q_proj is counted"),
    ("parts missing", "2ND^2 + 2N^2D", ATTENTION, "macs", {}, "two of q_proj, k_proj, v_proj and out_proj are left out"),
    ("sign", "4ND^2 - 2N^2D", ATTENTION, "macs", {}, "wrong sign"),
    ("part twice", "8D^2HW + 2DH^2W^2", (sf.MultiheadAttention(D, 1), (H * W, D)), "flops", {}, "Linear is counted twice"),
    ("in place of", "2D d_ff + 2d_ff", (sf.FeedForward(D, d_ff), (N, D)), "params", {}, "d_ff stands where D belongs"),
    ("swapped", "4DN^2 + 2D^2N", ATTENTION, "macs", {}, "D and N are exchanged"),
    ("in place of", "4D^3 + 2D^3", ATTENTION, "macs", {}, "D stands where N belongs"),
    ("training", "12ND^2 + 6N^2D", ATTENTION, "macs", {}, "backward pass"),
    ("forward", "ND^2", "3 N D^2", "flops", {}, "backward pass"),
    ("twice", "8ND^2 + 4N^2D", ATTENTION, "macs", {}, "a MAC is two FLOPs"),
    ("half", "N D^2", "2 N D^2", "flops", {}, "MACs were counted"),
    ("half", "2 P", "4 P", "bytes", {}, "2 bytes and of 4"),
    ("twice", "8.2 GMACs", RESNET, None, {}, "a MAC is two FLOPs"),
    ("elements", "k^2 C_{in} C_{out}", BARE, "model_size", {}, "each takes 4 bytes"),
    ("elements", "6.74 GB", sf.zoo.llama2_7b(), "model_size", {}, "each takes 2 bytes"),
    ("bit or byte", "32 P", "4 P", "bytes", {}, "bits and bytes"),
    ("K or Ki", "1024 P", "1000 P", None, {}, "Ki stands where K belongs"),
    ("K or Ki", "6.7 GiB", "6710886400", "bytes", {}, "Gi stands where G belongs"),
    ("coefficient", "3ND^2 + 2N^2D", "4ND^2 + 2N^2D", None, {}, "the number is 3, and should be 4"),
    ("constant", "2N + 3", "2N + 4", None, {}, "the number 3 should be 4"),
    ("missing term", "2k + 3", "2k + 3 + 4k^2", None, {}, "4 k² is missing"),
    ("what is left", "1/3", "2/3", None, {}, "saved and what is left"),
    ("upside down", "h/D", "D/h", None, {}, "upside down"),
    ("extra term", "9c + 1", "9c", None, {}, "1 is too much"),
    ("other term", "2c m h + 9h", "2c m h + 9h m", None, {}, "9 h stands where 9 h m belongs"),
    ("other term", "k^2(C_{in} + 1)C_{out}", BIASED, "params", {}, "k² C_out stands where C_out belongs"),
    ("other terms", "N^2 + D^2 + 1", "N^3 + D^3 + 1", None, {}, "belongs"),
    ("extra factor", "k^2 C_{in} p", "k^2 C_{in}", None, {}, "factor p is too much"),
    ("missing factor", "C H", "k^2 C H", None, {}, "factor k² is missing"),
    ("other factor", "k^2 C H^2", "k^2 C V H W", None, {}, "H stands where V W belongs"),
    ("zeros", "1750 N", "175 N", None, {}, "power of ten"),
    ("not rounded", "((H - 3)/s + 1) C", "C*(floor((H - 3)/s) + 1)", None, {}, "only where they are whole"),
    ("rounded up", "C ceil(H/s)", "C*floor(H/s)", None, {}, "must be rounded down"),
    ("only when whole", r"9C_{in}C_{out}\lfloor H/2\rfloor\lfloor W/2\rfloor", STRIDED, "macs", {}, "only where 2 | H and 2 | W"),
    ("only when whole", "C*ceil(H/4)*floor(W/2)", "C*ceil(H/4)*ceil(W/2)", None, {}, "only where 2 | W"),
    ("only when equal", "k C_{in}^2 + 2C_{out}^2", "k C_{in} C_{out} + 2 C_{in}^2", None, {}, "only where C_in = C_out"),
    ("only when equal", "w(w + 1)/2 + (N - w)w", r"\sum_{i=1}^{N} \min(i, w)", None, {}, "only where N ≥ w"),
    ("only when equal", "C_{in}C_{out}k^2H^2", BARE, "macs", {}, "only where H = W"),
    ("only when a multiple", "L(12ND^2 + 2N^2D)", (sf.Repeat(sf.TransformerEncoderLayer(D, h, d_ff), L), (N, D)), "macs", {}, "only where d_ff = 4 D"),
    ("only when 1", "D^2 N + N^2", "D^2 + N", None, {}, "only where N = 1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "claim", "against", "quantity", "told", "words"), MISSES)
def test_what_is_wrong_is_found_and_said(name, claim, against, quantity, told, words):
    found = sf.check(claim, against, quantity, **told)
    names = [miss.name for miss in found.misses]
    assert name in names, (found, names)
    assert words.casefold() in said(found, name).casefold()
    assert names == sorted(names, key=RANKS.index)
    assert found.holds is False


def said(found, name):
    """The sentence on a miss, which is there in both languages."""
    miss = next(m for m in found.misses if m.name == name)
    for lang in LANGUAGES:
        text = Saying(found.in_language(lang), "text").miss(miss)
        assert "{" not in text
    return Saying(found, "text").miss(miss)


def test_every_miss_has_an_example():
    assert {name for name, *_ in MISSES} == set(RANKS)


@pytest.mark.parametrize(("name", "claim", "against", "quantity", "told", "words"), MISSES)
def test_what_the_formula_would_be_is_the_claim(name, claim, against, quantity, told, words):  # noqa: ARG001
    found = sf.check(claim, against, quantity, **told)
    for miss in found.misses:
        if miss.becomes is not None and found.claim.free_symbols:
            assert sympy.expand(miss.becomes - found.claim) == 0, miss


def test_edits_have_names_of_their_own():
    names = [edit.name for edit in (*VARIANTS, *MISTAKES)]
    assert len(set(names)) == len(names)
    assert {edit.name for edit in MISTAKES} <= set(RANKS)


def test_the_receptive_field_of_alexnet():
    """67 is printed, 195 is right: each layer's own stride was taken, and 2 for that of the second layer."""
    first = ALEXNET.layer if hasattr(ALEXNET, "layer") else ALEXNET
    cost = sf.cost(first, (3, 227, 227))
    assert sf.check("195", cost, "receptive_field").verdict == "correct"
    found = sf.check("67", cost, "receptive_field")
    assert found.verdict == "wrong"
    assert found.difference == 128


def test_the_simplest_explanation_stands_first():
    found = sf.check("3ND^2 + 2N^2D", ATTENTION, "macs")
    assert found.explanation.startswith(
        "With D = 2 and N = 3 the claim gives 72, and the exact value is 84. q_proj,"
    )


def test_a_unit_explains_a_number_better_than_a_part_does_by_chance():
    found = sf.check("13.5 GiB", sf.zoo.llama2_7b(), "model_size")
    assert [miss.name for miss in found.misses] == ["K or Ki"]


def test_macs_are_mixed_up_with_flops_only_where_there_are_any():
    norm = (sf.BatchNorm2d(C_in), MAP)
    for claim, against, quantity in (
        ("4 C_in H W", norm, "flops"),
        ("2ND^2 + N^2D", ATTENTION, "macs"),
    ):
        found = sf.check(claim, against, quantity)
        assert {miss.name for miss in found.misses} & {"twice", "half"}
        assert "FLOPs: " not in str(found)
        assert "two FLOPs" not in str(found)


def test_parts_of_a_number_in_print_are_not_paired():
    """Of so many pairs of parts one comes near by chance."""
    found = sf.check("11.3 GFLOPs", sf.cost(sf.zoo.resnet152()).at(H=224, W=224))
    assert found.verdict == "wrong"
    assert not found.misses


def test_of_formulas_without_layers_no_part_is_named():
    found = sf.check("3ND^2 + 2N^2D", "4ND^2 + 2N^2D", "macs")
    assert [miss.name for miss in found.misses] == ["coefficient"]
