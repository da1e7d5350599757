"""Claims in the spellings of papers and posts, and with sizes that must not hang: the same verdicts."""

import pytest
import sympy

import symflops as sf

k, C_in, C_out, H, W, N, D, h, L = sf.dims("k C_in C_out H W N D h L")
CONV = (sf.Conv2d(C_in, C_out, k, padding="same", bias=False), (C_in, H, W))
ATTENTION = (sf.MultiheadAttention(D, h, bias=False), (N, D))
CACHED = (sf.Repeat(sf.MultiheadAttention(D, h, causal=True), L), (N, D))


def test_words_of_the_targets_letters_are_products():
    """A star elsewhere in a line makes no name of ND."""
    found = sf.check("h*(4*ND^2 + 2*N^2*D)", ATTENTION, "macs")
    assert found.verdict == "wrong"
    assert found.misses[0].name == "heads"
    assert {s.name for s in found.witness.sizes} <= {"N", "D", "h"}
    assert "ND is read as N·D" in found.notes
    assert sf.check("2*2*LND", CACHED, "kv_cache_size").verdict == "correct"
    assert sf.check("4*N*ND", 4 * N**2 * D).verdict == "correct"
    assert sf.check("4*h/ND", 4 * h / (N * D)).verdict == "correct"
    assert sf.check("4*N*ND", 4 * N * sf.dim("ND")).verdict == "correct"


def test_bits_that_were_rounded():
    """A printed number of bits is rounded like one of bytes."""
    found = sf.check("817.8 Mb", sf.zoo.resnet50())
    assert (found.verdict, found.how) == ("approximation", "rounded")
    assert sf.check("817.9 Mb", sf.zoo.resnet50()).holds is False


def test_remarks_in_chinese():
    """What was taken for granted is said in the language of the paragraph, and code keeps its case."""
    text = str(sf.check("102.2 MB", sf.zoo.resnet50(), "bytes", lang="zh"))
    assert "数字后的 MB 读作单位。" in text
    assert "Zoo" not in text
    assert "约" not in str(sf.check("817.8 Mb", sf.zoo.resnet50(), lang="en"))
    open_ = str(sf.check("O(N^2 D)", 2 * N**2 * D + N * L, lang="zh"))
    assert "is" not in open_
    assert "**" not in open_


@pytest.mark.parametrize("claim", [r"x^{y^{z^{w^{v}}}}", "N^{N^N}", "2^N"])
def test_towers_of_powers_end(claim):
    """Powers without bounds are refuted, and refused where numbers would make them too large."""
    assert sf.check(claim, CONV).verdict == "wrong"
    sizes = {s.name: 10**6 for s in sf.parse(claim).free_symbols}
    with pytest.raises(sf.ArgumentError, match="too large to be worked out"):
        sf.check(claim, CONV, at=sizes)


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbols": 1}, {"notation": 1}, {"at": 1}, {"assume": 1}, {"growing": 1}, {"constants": 1}, {"macros": 1},
        {"macros": {"a": 1}}, {"macros": {1: "a"}}, {"lang": None}, {"lang": 1}, {"quantity": 1}, {"quantity": b"flops"},
    ],
)  # fmt: skip
def test_arguments_of_other_kinds(wrong):
    """Every argument says what it is where it is given something else."""
    with pytest.raises((sf.ArgumentError, sf.UnknownNameError), match=r"; got|language"):
        sf.check("2 C_in k^2", CONV, **wrong)


@pytest.mark.parametrize(
    "claim",
    [sympy.Integer(10) ** 5000, r"\sqrt{-1}", r"N \sqrt{-4}"],
    ids=["long", "root", "product"],
)
def test_formulas_without_values(claim):
    """What is no amount, or too long to print, is refused on both sides."""
    with pytest.raises(sf.ArgumentError, match=r"negative number|too long"):
        sf.check(claim, CONV)
    with pytest.raises(sf.ArgumentError, match=r"negative number|too long|is held against"):
        sf.check("N", claim)


def test_names_that_grow_as_text():
    """Names may be given as one text."""
    assert sf.check("O(N^2 D)", 2 * N**2 * D + N * D, growing="N, D").verdict == "correct"
    assert sf.check("O(N^2 D)", 2 * N**2 * D + N * D, growing="N", constants="D").holds


def test_names_of_layers_in_an_order():
    """Swin's Ω(MSA), Ω(W-MSA) in front of a formula are names and no orders of growth (equations 1 and 2)."""
    C, g = sf.dims("C g")
    attention = (sf.MultiheadAttention(C, g, bias=False), (H * W, C))
    for name in (r"\Omega(\text{MSA})", r"\Omega(\mathrm{MSA})", r"\Omega(MSA)"):
        assert sf.check(rf"{name} = 4hwC^2 + 2(hw)^2C", attention, "macs").verdict == "correct"
    assert sf.check(r"\Omega(C) = 5hwC^2", attention, "macs").verdict == "wrong"


def test_formulas_beside_an_order():
    """An order that holds makes no wrong formula before it right."""
    for claim, holds in (("4ND^2 + 2N^2D = O(N^2D^2)", True), ("3ND^2 + 2N^2D = O(N^2D^2)", False)):
        assert sf.check(claim, ATTENTION, "macs").holds is holds
    assert sf.check("4ND^2 + 2N^2D = O(ND)", ATTENTION, "macs").holds is False


def test_about_a_number_in_chinese():
    """约, 大约 and 约为 before a number are ≈."""
    resnet = sf.zoo.resnet50()
    for claim in ("约 2556 万", "参数量约为 2556 万", "大约 25.6M"):
        assert sf.check(claim, resnet, "params").holds, claim
    assert sf.check("约 2756 万", resnet, "params").holds is False


def test_a_rectangular_kernel_held_against_a_square_one():
    """k_h and k_w are both k where the layer's kernel is square, and that is said."""
    found = sf.check(r"C_{out}(k_h \times k_w \times C_{in})", CONV, "params")
    assert found.verdict == "correct"
    assert {s.name: str(e) for s, e in found.mapping.items()} == {"k_h": "k", "k_w": "k"}
    assert sf.check("C_out k_h C_in", CONV, "params").holds is False
    k_h, k_w = sf.dims("k_h k_w")
    oblong = (sf.Conv2d(C_in, C_out, (k_h, k_w), bias=False), (C_in, H, W))
    assert sf.check("C_out k_h k_w C_in", oblong, "params").mapping == {}


def test_what_is_taken_off_and_what_is_bytes():
    """A −1 that does not belong there is taken off; four times the elements are bytes."""
    assert "C_out H W is taken off" in str(sf.check("(C_in k^2 - 1) C_out H W", CONV, "macs"))
    assert "bytes, 4 of each" in str(sf.check("4 C_out C_in k^2", CONV, "params"))
