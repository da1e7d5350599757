"""The convention of Hoffmann et al. 2022, appendix F, held against it term by term (claim GP-14)."""

import pytest
import sympy

import symflops as sf

s, d, k, h, f, V, L = sf.dims("s d k h f V L")
#: What the appendix prints for the forward pass, under the names of our layers.
TERMS = {
    "wte": 2 * s * V * d,  # embeddings
    "attn.q_proj+attn.k_proj+attn.v_proj": 2
    * 3
    * s
    * d
    * (k * h),  # key, query and value projections
    "attn.scores": 2 * s * s * (k * h),  # key @ query logits
    "attn.softmax": 3 * h * s * s,
    "attn.weighting": 2 * s * s * (k * h),  # softmax @ query reductions
    "attn.out_proj": 2 * s * (k * h) * d,  # final linear
    "mlp.up+mlp.down": 2 * s * (d * f + d * f),  # dense block
    "head": 2 * s * d * V,  # final logits
}


def block(**options):
    attention = sf.MultiheadAttention(d, h, head_dim=k, **options)
    return sf.Sequential(
        ln_1=sf.LayerNorm(d), attn=attention, ln_2=sf.LayerNorm(d), mlp=sf.FeedForward(d, f)
    )


def model(**options):
    return sf.Sequential(
        wte=sf.Embedding(V, d),
        h=sf.Repeat(block(**options), L),
        head=sf.Linear(d, V, bias=False),
    )


def same(a, b):
    return sympy.expand(sympy.Integer(0) + a - b) == 0


def part(cost, path):
    return cost[path if path in ("wte", "head") else f"h.0.{path}"].flops


@pytest.mark.parametrize(
    "options", [{}, {"causal": True}, {"causal": True, "bias": False}], ids=str
)
@pytest.mark.parametrize("paths", TERMS)
def test_every_term(paths, options):
    """The same with a mask: the appendix counts every score, and so does the convention."""
    cost = sf.cost(model(**options), (s,), "chinchilla")
    assert same(sum(part(cost, path) for path in paths.split("+")), TERMS[paths])


@pytest.mark.parametrize("options", [{}, {"causal": True}], ids=str)
def test_all_terms_are_the_whole(options):
    """embeddings + layers · (attention + dense) + logits; norms, biases, activations and scaling are nothing."""
    inside = sum(term for paths, term in TERMS.items() if paths not in ("wte", "head"))
    cost = sf.cost(model(**options), (s,), "chinchilla")
    assert same(cost.flops, TERMS["wte"] + L * inside + TERMS["head"])
    roles = {omitted.role for omitted in cost.omitted}
    assert {"norm", "bias", "act"} <= roles
    assert "softmax" not in roles


def test_what_the_mask_spares_is_spared_under_the_others():
    full, masked = (sf.cost(model(causal=causal), (s,), "2mac") for causal in (False, True))
    ours = sf.cost(model(causal=True), (s,), "chinchilla")
    scores = TERMS["attn.scores"] + TERMS["attn.weighting"]
    assert same(full.flops - masked.flops, L * scores * (s - 1) / (2 * s))
    assert same(ours.flops - full.flops, TERMS["wte"] + L * TERMS["attn.softmax"])
    assert same(ours.under("2mac").flops, masked.flops)
    assert (ours.params, ours.macs) == (masked.params, masked.macs)


@pytest.mark.parametrize(
    ("layers", "d_model", "d_ff", "heads", "key", "printed"),
    [
        (10, 640, 2560, 10, 64, 929_877_196_800),
        (20, 1024, 4096, 16, 64, 4_135_248_199_680),
        (24, 1280, 5120, 10, 128, 7_353_453_772_800),
        (26, 1792, 7168, 14, 128, 14_670_316_437_504),
        (28, 2048, 8192, 16, 128, 20_220_437_594_112),
        (40, 3584, 14336, 28, 128, 83_021_046_743_040),
    ],
)
def test_the_models_of_table_a4(layers, d_model, d_ff, heads, key, printed):
    """Forward and twice as much backward of the blocks alone, for 2048 tokens, as nanoGPT's scaling_laws.ipynb
    prints it, to the unit: the authors left embeddings and logits out of their table, it says."""
    values = {"L": layers, "d": d_model, "f": d_ff, "h": heads, "k": key, "s": 2048}
    blocks = sf.cost(sf.Repeat(block(causal=True), L), (s, d), "chinchilla").at(values)
    assert 3 * blocks.flops == printed


def test_a_softmax_that_is_written_out_is_three_a_score():
    cost = sf.cost(sf.Softmax(-1), (h, s, s), "chinchilla")
    assert cost.flops == 3 * h * s**2
    assert same(cost.under("exact").flops, h * s * (5 * s - 2))


def test_counting_more_keeps_what_is_dense():
    wider = sf.conventions.named("chinchilla").counting("norm")
    cost = sf.cost(model(causal=True), (s,), "chinchilla")
    norms = 2 * L * cost["h.0.ln_1"].under("exact").flops
    assert same(cost.under(wider).flops, cost.flops + norms)
