"""Embeddings, feed-forward networks, positions, patches and blocks: closed forms, conditions, refusals."""

import pytest
import strategies
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf

B, N, M, D, V, L, h, H, W, P = sf.dims("B N M D V L h H W P")
d_ff, n_ctx = sf.dims("d_ff n_ctx")
METRICS = ("params", "mults", "adds", "macs", "flops", "activations")


def same(a, b):
    return sympy.expand(a - b) == 0


def conditions(cost):
    return [str(condition) for condition in cost.conditions]


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


# feed-forward networks


def test_two_matrices_and_their_biases():
    """(D + 1)·D_ff + (D_ff + 1)·D, article 004 on a vision transformer's parameters."""
    cost = sf.cost(sf.FeedForward(D, d_ff), (N, D))
    assert same(cost.params, (D + 1) * d_ff + (d_ff + 1) * D)
    assert cost.at(D=768, d_ff=3072).params == 4722432
    assert [name for name, _ in cost.tree.children] == ["up", "act", "down"]


def test_two_matrices_four_times_as_wide():
    """16·N·D² operations of which two are a product with its sum: CS336's notes, 8·N·D² MACs."""
    cost = sf.cost(sf.FeedForward(D), (N, D), "2mac")
    assert cost.flops == 16 * N * D**2
    assert same(sf.cost(sf.FeedForward(D, bias=False), (N, D)).params, 8 * D**2)


def test_three_matrices_at_eight_thirds():
    """Shazeer 2020, section 2: three matrices at 2/3 of the width take what two take; 16·B·L·D², not 8."""
    gated = sf.cost(sf.SwiGLU(D, 8 * D / 3), (B, N, D), "2mac", batched=True)
    plain = sf.cost(sf.FeedForward(D, bias=False), (B, N, D), "2mac", batched=True)
    assert gated.params == plain.params == 8 * D**2
    assert gated.flops == plain.flops == 16 * B * N * D**2
    assert gated.macs == 8 * B * N * D**2
    assert conditions(gated) == ["3 | 8*D"]
    assert sf.cost(sf.SwiGLU(D, 8 * D / 3), (N, D), assume="3 | D").conditions[0].kind == "stated"
    assert gated.at(D=768).params == 8 * 768**2
    with pytest.raises(sf.SymflopsError, match="d_ff must be a whole number, got 6136/3"):
        gated.at(D=767)


def test_three_matrices_of_any_expansion():
    """Megatron-LM's mlp_layer_flops: 4·e·3/2·T·h², at e = 7/2 and h = 4096 352,321,536."""
    e = sf.dim("e", integer=False)
    cost = sf.cost(sf.SwiGLU(D, e * D), (N, D), "2mac")
    assert same(cost.flops, 6 * e * N * D**2)
    assert cost.at(e=sympy.Rational(7, 2), N=1, D=4096).flops == 352321536


def test_a_gated_network_forward():
    """The scaling book's table: 18·B·T·D·F in training, of which a third is forward; 3·D·F params."""
    cost = sf.cost(sf.GeGLU(D, d_ff), (B, N, D), "2mac", batched=True)
    assert cost.flops == 6 * B * N * D * d_ff
    assert cost.params == 3 * D * d_ff


def test_a_gate_is_one_matrix_and_one_product_more():
    plain = sf.cost(sf.FeedForward(D, d_ff, "silu"), (N, D))
    gated = sf.cost(sf.FeedForward(D, d_ff, "silu", gated=True), (N, D))
    one = sf.cost(sf.Linear(D, d_ff), (N, D))
    assert same(gated.mults - plain.mults, one.mults + N * d_ff)
    assert same(gated.params - plain.params, one.params)
    assert same(gated.activations - plain.activations, 2 * N * d_ff)
    unbiased = sf.FeedForward(D, d_ff, "silu", bias=False, gated=True)
    assert same(sf.cost(unbiased, (N, D)).flops, sf.cost(sf.SwiGLU(D, d_ff), (N, D)).flops)


@pytest.mark.parametrize(
    ("word", "each"),
    [("relu", 1), ("gelu", 5), ("gelu_tanh", 9), ("silu", 4), ("sigmoid", 3), ("tanh", 1)],
)
def test_words_for_activations(word, each):
    cost = sf.cost(sf.FeedForward(D, d_ff, word), (N, D))
    assert cost["act"].flops == each * N * d_ff


def test_a_layer_for_an_activation():
    assert sf.cost(sf.FeedForward(D, d_ff, sf.LeakyReLU()), (N, D))["act"].flops == 2 * N * d_ff


def test_layer_norm_beside_five_operations_an_element():
    """ELECTRA's flops_computation.py counts 5 an element; the definition has 7·h + 2 a token."""
    exact = sf.cost(sf.LayerNorm(D), (1, D)).flops
    assert same(exact, 7 * D + 2)
    assert same(exact - 5 * D, 2 * (D + 1))


# embeddings


def test_a_lookup_and_its_dense_product():
    """Hoffmann et al. 2022, appendix F: 2·seq_len·vocab_size·d_model for the embeddings."""
    cost = sf.cost(sf.Embedding(V, D), (N,))
    assert (cost.flops, cost.macs, cost.params, cost.activations) == (0, 0, D * V, N * D)
    assert cost.under("chinchilla").flops == 2 * N * V * D


def test_a_head_tied_to_the_table():
    wte = sf.Shared("wte", sf.Embedding(V, D))
    head = sf.Shared("wte", sf.Linear(D, V, bias=False))
    cost = sf.cost(sf.Sequential(wte=wte, norm=sf.LayerNorm(D), head=head), (N,))
    assert same(cost.params, V * D + 2 * D)
    assert cost["head"].macs == N * D * V
    assert cost.output == (N, V)
    assert sf.verify(cost)


def test_tokens_of_any_shape():
    assert sf.cost(sf.Embedding(V, D), (B, N, 3), batched=True).output == (B, N, 3, D)
    assert sf.cost(sf.Embedding(V, D), (1,)).output == (1, D)


def test_renormalized_rows_are_a_named_unknown():
    cost = sf.cost(sf.Embedding(V, D, max_norm=1.0), (N,))
    assert str(cost.flops) == "c_renormalize(N, D)"
    assert cost.params == V * D


# positions


def test_positions_that_are_not_there():
    cost = sf.cost(sf.LearnedPositions(n_ctx, D), (N, D))
    assert conditions(cost) == ["n_ctx >= N"]
    with pytest.raises(sf.SymflopsError, match="LearnedPositions has 8 positions, got 9"):
        sf.cost(sf.LearnedPositions(8, D), (9, D))
    with pytest.raises(sf.SymflopsError, match=r"n_ctx|positions"):
        cost.at(n_ctx=8, N=9, D=1)


def test_positions_after_others():
    S = sf.dim("S")
    cost = sf.cost(sf.LearnedPositions(n_ctx, D, start=S), (N, D))
    assert conditions(cost) == ["n_ctx >= N + S"]
    assert cost.params == D * n_ctx
    assert sf.verify(cost)
    with pytest.raises(sf.ShapeError, match="LearnedPositions has 8 positions, got 9"):
        sf.cost(sf.LearnedPositions(8, 4, start=7), (2, 4))


def test_tokens_in_front():
    cost = sf.cost(sf.Sequential(sf.ClassToken(D), sf.LearnedPositions(N + 1, D)), (N, D))
    assert cost.output == (N + 1, D)
    assert same(cost.params, D * (N + 2))
    assert cost.conditions == ()
    assert sf.cost(sf.ClassToken(D, 2), (B, N, D), batched=True).output == (B, N + 2, D)
    assert sf.cost(sf.ClassToken(D, 2), (N, D)).activations == (N + 2) * D


def test_one_entry_of_an_axis():
    assert sf.cost(sf.Select(1, 0), (N, D)).output == (D,)
    assert sf.cost(sf.Select(-1, 0), (N, D)).output == (N,)
    assert conditions(sf.cost(sf.Select(1, -3), (N, D))) == ["N >= 3"]
    assert sf.cost(sf.Select(1, 0), (N, D)).activations == 0


# patches


def test_patches_are_a_matrix():
    """Dosovitskiy et al. 2021, equation 1: N = HW/P² patches of P²·C entries, each times E."""
    cost = sf.cost(sf.PatchEmbed(3, D, P), (3, H, W))
    assert cost.output == (H * W / P**2, D)
    assert conditions(cost) == ["P | H", "P | W"]
    linear = sf.cost(sf.Linear(3 * P**2, D), (N, 3 * P**2))
    for name in METRICS:
        difference = getattr(cost, name) - getattr(linear, name).xreplace({N: H * W / P**2})
        assert sympy.expand(difference) == 0, name
    assert cost.at(P=16, D=768, H=224, W=224).output == (196, 768)


def test_patches_that_are_cut():
    embed = sf.PatchEmbed(3, 768, 16)
    with pytest.raises(sf.ShapeError, match="PatchEmbed needs a height divisible by 16, got 225"):
        sf.cost(embed, (3, 225, 224))
    with pytest.raises(sf.SymflopsError, match=r"width divisible by 16, got 225|16 \| W"):
        sf.cost(embed, (3, H, W)).at(H=224, W=225)


def test_what_is_cut_into_patches_stays_a_whole_size():
    """The condition of the patches goes for the layers behind them too: no floor is left."""
    net = sf.Sequential(sf.PatchEmbed(3, D, 16, flatten=False), sf.PatchEmbed(D, D, 2))
    cost = sf.cost(net, (3, H, W))
    assert not cost.flops.atoms(sympy.floor)
    assert cost.at(H=64, W=96, D=8).output == (6, 8)
    with pytest.raises(sf.SymflopsError):
        cost.at(H=16, W=32, D=8)


# blocks


@pytest.mark.parametrize("norm_first", [True, False])
def test_an_encoder_block(norm_first):
    """12·D² + 13·D params (Radford et al. 2019's blocks); 24·N·D² + 4·N²·D FLOPs; 12·N·D² + 2·N²·D MACs."""
    block = sf.TransformerEncoderLayer(D, h, 4 * D, activation="gelu", norm_first=norm_first)
    cost = sf.cost(block, (N, D))
    assert same(cost.params, 12 * D**2 + 13 * D)
    assert same(cost.macs, 12 * N * D**2 + 2 * N**2 * D)
    assert same(cost.under("2mac").flops, 24 * N * D**2 + 4 * N**2 * D)
    assert cost.at(N=197, D=768, h=12).macs == 1453954560
    assert cost.output == (N, D)


def test_the_order_of_norms_changes_no_count_but_that_of_rows():
    before, behind = (
        sf.cost(sf.TransformerEncoderLayer(D, h, norm_first=first), (N, D))
        for first in (True, False)
    )
    assert all(same(getattr(before, name), getattr(behind, name)) for name in METRICS)
    top = [[name for name, _ in cost.tree.children] for cost in (before, behind)]
    assert top == [
        ["norm1", "self_attn", "add1", "norm2", "feed_forward", "add2"],
        ["self_attn", "add1", "norm1", "feed_forward", "add2", "norm2"],
    ]


def test_a_decoder_block():
    cost = sf.cost(sf.TransformerDecoderLayer(D, h, 4 * D), [(N, D), (M, D)])
    assert same(cost.params, 16 * D**2 + 19 * D)
    assert same(cost.macs, 14 * N * D**2 + 2 * M * D**2 + 2 * N**2 * D + 2 * N * M * D)
    masked = sf.cost(sf.TransformerDecoderLayer(D, h, 4 * D, causal=True), [(N, D), (M, D)])
    assert same(cost.macs - masked.macs, N * (N - 1) * D)
    assert masked.params == cost.params


def test_options_are_layers():
    attention = sf.MultiheadAttention(D, 8, kv_heads=2, bias=False)
    layer = sf.TransformerEncoderLayer(
        D,
        8,
        norm="RMSNorm",
        norm_first=True,
        attention=attention,
        feed_forward=sf.SwiGLU(D, d_ff),
    )
    cost = sf.cost(layer, (N, D))
    assert same(cost.params, 2 * D**2 + D**2 / 2 + 3 * D * d_ff + 2 * D)
    gated = sf.TransformerEncoderLayer(D, 8, d_ff, activation="silu", bias=False, gated=True)
    assert same(sf.cost(gated, (N, D)).params, 4 * D**2 + 3 * D * d_ff + 2 * D)
    crossed = sf.TransformerDecoderLayer(D, 8, d_ff, cross_attention=attention)
    plain = sf.TransformerDecoderLayer(D, 8, d_ff)
    saved = sf.cost(plain, [(N, D), (M, D)]).params - sf.cost(crossed, [(N, D), (M, D)]).params
    assert same(saved, 4 * D + 3 * D**2 / 2)


def test_depth_is_a_factor_and_the_memory_goes_into_every_block():
    block = sf.TransformerDecoderLayer(D, h, d_ff)
    one = sf.cost(block, [(N, D), (M, D)])
    deep = sf.cost(sf.TransformerDecoder(block, L, sf.LayerNorm(D)), [(N, D), (M, D)])
    last = sf.cost(sf.LayerNorm(D), (N, D))
    for name in METRICS:
        assert same(getattr(deep, name), L * getattr(one, name) + getattr(last, name)), name
    stacked = sf.cost(sf.Stack(lambda i: block, L), [(N, D), (M, D)])  # noqa: ARG005
    laid_out = sf.cost(sf.Stack(lambda i: block, 3), [(N, D), (M, D)])  # noqa: ARG005
    for name in METRICS:
        assert same(getattr(stacked, name), L * getattr(one, name)), name
        assert same(getattr(laid_out, name), 3 * getattr(one, name)), name
    assert stacked.output == laid_out.output == deep.output == (N, D)


class Beside(sf.Layer):
    """Windows of 3 of a map, and of 5 of another beside it."""

    def forward(self, x, memory):
        x = yield "conv", sf.Conv1d(4, 4, 3, padding=1), x
        y = yield "beside", sf.Conv1d(4, 4, 5, padding=2), memory
        return (yield "add", sf.Add(), x, y)


def test_what_goes_into_every_block_is_seen_through_each():
    """Block 2 sees 5 positions of the memory by itself, and through block 1 as many as 5 + 2."""
    cost = sf.cost(sf.Stack(lambda i: Beside(), 2), [(4, N), (4, N)])  # noqa: ARG005
    assert cost.receptive_field.size == (7,)
    deep = sf.cost(sf.Repeat(Beside(), L), [(4, N), (4, N)])
    assert deep.output == (4, N)
    with pytest.raises(sf.NotClosedError, match="repeats a block of several inputs"):
        _ = deep.receptive_field


class Translator(sf.Layer):
    """The first transformer: tokens in, a table for both languages and the head, sines for positions."""

    d_model: sf.Size
    d_ff: sf.Size
    vocabulary: sf.Size

    def forward(self, source, target):
        width, attention = self.d_model, sf.MultiheadAttention(self.d_model, 8, bias=False)
        table = sf.Shared("wte", sf.Embedding(self.vocabulary, width))
        layer = sf.TransformerEncoderLayer(width, 8, self.d_ff, attention=attention)
        x = yield "source", table, source
        x = yield "source_positions", sf.SinusoidalPositions(width), x
        memory = yield "encoder", sf.TransformerEncoder(layer, 6), x
        y = yield "target", table, target
        y = yield "target_positions", sf.SinusoidalPositions(width), y
        masked = sf.MultiheadAttention(width, 8, bias=False, causal=True)
        layer = sf.TransformerDecoderLayer(
            width, 8, self.d_ff, attention=masked, cross_attention=attention
        )
        y = yield "decoder", sf.TransformerDecoder(layer, 6), y, memory
        return (yield "head", sf.Shared("wte", sf.Linear(width, self.vocabulary, bias=False)), y)


@pytest.mark.parametrize(
    ("d_model", "d_ff", "params", "millions"),
    [(512, 2048, 63045632, 65), (1024, 4096, 214171648, 213)],
)
def test_the_first_transformers(d_model, d_ff, params, millions):
    """Vaswani et al. 2017, table 3: 65 and 213 million; a vocabulary of about 37,000, attention without biases."""
    cost = sf.cost(Translator(d_model, d_ff, 37000), [(M,), (N,)])
    assert cost.params == params
    assert abs(cost.params / 10**6 - millions) < 0.032 * millions
    by_hand = 6 * (12 * d_model**2 + 4 * d_model * d_ff + 2 * (d_ff + d_model) + 10 * d_model)
    assert cost.params == by_hand + 37000 * d_model
    assert cost.output == (N, 37000)


def test_a_transformer_alone():
    cost = sf.cost(sf.Transformer(), [(M, 512), (N, 512)])
    assert cost.params == 44140544  # torch.nn.Transformer()'s
    assert cost["encoder"].params == 6 * (12 * 512**2 + 13 * 512) + 2 * 512
    custom = sf.Transformer(custom_encoder=sf.Identity(), custom_decoder=sf.Add())
    assert sf.cost(custom, [(N, 512), (N, 512)]).flops == 512 * N


def test_options_of_a_whole_transformer_go_to_its_blocks():
    def cost(**options):
        return sf.cost(sf.Transformer(D, h, L, 2, d_ff, **options), [(M, D), (N, D)])

    plain = cost()
    assert same(plain.macs - cost(causal=True).macs, 2 * N * (N - 1) * D)
    assert same(cost(gated=True).params - plain.params, (L + 2) * (D + 1) * d_ff)
    assert same(plain.params - cost(norm="RMSNorm").params, (2 * L + 3 * 2 + 2) * D)


def test_a_vision_transformer_from_its_parts():
    """torchvision's vit_b_16: 86,567,656 params, and 17.56 GFLOPS in its documentation's table."""
    block = sf.TransformerEncoderLayer(D, h, 4 * D, activation="gelu", norm_first=True)
    net = sf.Sequential(
        conv_proj=sf.PatchEmbed(3, D, 16),
        class_token=sf.ClassToken(D),
        pos_embedding=sf.LearnedPositions(197, D),
        encoder=sf.TransformerEncoder(block, L, sf.LayerNorm(D)),
        first=sf.Select(1, 0),
        head=sf.Linear(D, 1000),
    )
    cost = sf.cost(net, (3, H, W), "mac").at(H=224, W=224, D=768, L=12, h=12)
    assert (cost.params, cost.macs) == (86567656, 17563828224)


def test_a_batch_stands_where_it_is_said_to():
    for batch_first, shape in ((True, (B, N, D)), (False, (N, B, D))):
        layer = sf.TransformerEncoderLayer(D, h, d_ff, batch_first=batch_first)
        cost = sf.cost(layer, shape)
        one = sf.cost(layer, (N, D))
        assert cost.output == shape
        for name in METRICS[1:]:
            assert same(getattr(cost, name), B * getattr(one, name)), name
        assert cost.params == one.params


# the counts by running


@few(40)
@given(strategies.transformers())
def test_every_operation_is_counted(case):
    cost = sf.cost(*case.numeric, batched=True)
    verification = sf.verify(cost)
    assert verification.holds is True, f"{case}: {verification}"


@few(40)
@given(strategies.transformers(ours=True))
def test_every_operation_is_counted_with_options_of_ours(case):
    cost = sf.cost(*case.symbolic, batched=True)
    numeric = sf.cost(*case.numeric, batched=True)
    late = cost.at(case.sizes)
    assert all(getattr(late, name) == getattr(numeric, name) for name in METRICS)
    verification = sf.verify(numeric)
    assert verification.holds is True, f"{case}: {verification}"


@pytest.mark.parametrize(
    "layer",
    [
        sf.Embedding(V, D),
        sf.LearnedPositions(n_ctx, D),
        sf.SinusoidalPositions(D),
        sf.ClassToken(D, 2),
        sf.Select(1, -2),
        sf.PatchEmbed(3, D, (P, 2)),
        sf.FeedForward(D, gated=True),
        sf.SwiGLU(D, 8 * D / 3),
        sf.TransformerEncoderLayer(D, h, d_ff),
        sf.TransformerDecoder(sf.TransformerDecoderLayer(D, h, d_ff, causal=True), L),
        sf.Transformer(D, h, L, 2, d_ff),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_alone(layer):
    verification = sf.verify(layer)
    assert verification, verification


# what is refused


@pytest.mark.parametrize(
    ("build", "text"),
    [
        (lambda: sf.Embedding(0, D), "Embedding: num_embeddings must be at least 1, got 0"),
        (lambda: sf.Embedding(5, D, 5), "padding_idx = 5 is not among the 5 rows"),
        (lambda: sf.Embedding(5, D, -6), "padding_idx = -6 is not among the 5 rows"),
        (lambda: sf.Embedding(5, D, 1.5), "padding_idx must be a whole number"),
        (lambda: sf.LearnedPositions(8, 0), "d_model must be at least 1, got 0"),
        (lambda: sf.LearnedPositions(8, 4, start=-1), "start must be at least 0, got -1"),
        (lambda: sf.ClassToken(D, 0), "n must be at least 1, got 0"),
        (lambda: sf.PatchEmbed(3, D, 0), "patch_size must be at least 1, got 0"),
        (lambda: sf.PatchEmbed(3, D, (2, 2, 2)), "patch_size needs one value or 2"),
        (
            lambda: sf.FeedForward(D, activation="glue"),
            r"FeedForward: activation must .* got 'glue'",
        ),
        (lambda: sf.FeedForward(D, activation=sf.ReLU), r"activation must .* such as ReLU\(\)"),
        (lambda: sf.FeedForward(D, 0), "FeedForward: d_ff must be at least 1, got 0"),
        (lambda: sf.SwiGLU(D, 0), "SwiGLU: d_ff must be at least 1, got 0"),
        (lambda: sf.Select(1.5, 0), "dim must be a whole number"),
        (lambda: sf.Select(1, "first"), "index must be a whole number"),
        (
            lambda: sf.TransformerEncoderLayer(D, 0),
            "TransformerEncoderLayer: nhead must be at least 1, got 0",
        ),
        (lambda: sf.TransformerEncoderLayer(D, 8, norm="BatchNorm"), "norm must be one of"),
        (
            lambda: sf.TransformerEncoderLayer(D, 8, causal=True, attention=sf.Identity()),
            "causal=True says nothing of a layer given as attention; say it there",
        ),
        (
            lambda: sf.TransformerEncoderLayer(D, 8, gated=True, feed_forward=sf.Identity()),
            "gated=True says nothing of a layer given as feed_forward; say it there",
        ),
        (
            lambda: sf.TransformerEncoder(sf.Identity(), 0),
            "Encoder: num_layers must be at least 1, got 0",
        ),
        (
            lambda: sf.TransformerDecoder(sf.Identity(), 0),
            "Decoder: num_layers must be at least 1, got 0",
        ),
        (lambda: sf.Transformer(num_decoder_layers=0), "num_decoder_layers must be at least 1"),
        (lambda: sf.Transformer(nhead=0), "Transformer: nhead must be at least 1, got 0"),
        (lambda: sf.TransformerDecoderLayer(10, 4), "num_heads = 4 must divide embed_dim = 10"),
        (lambda: sf.Transformer(10, 3), "num_heads = 3 must divide embed_dim = 10"),
        (lambda: sf.Transformer(activation="glue"), "Transformer: activation must be a layer"),
    ],
)
def test_arguments_that_cannot_be(build, text):
    with pytest.raises(sf.ArgumentError, match=text):
        build()


@pytest.mark.parametrize(
    ("layer", "shape", "text"),
    [
        (sf.LearnedPositions(8, 4), (8, 5), "Learned.* expects 4 features on its last axis, got 5"),
        (
            sf.SinusoidalPositions(4),
            (8, 5),
            "Sinusoidal.* expects 4 features on its last axis, got 5",
        ),
        (sf.ClassToken(4), (8, 5), "ClassToken expects 4 features on its last axis, got 5"),
        (sf.ClassToken(4), (4,), r"needs \(N, D\) or \(B, N, D\), got 1 axes"),
        (sf.Select(0, 0), (8, 5), "would leave no batch"),
        (sf.Select(1, 8), (8, 5), "no entry 8 among the 8 of axis 1"),
        (sf.Select(1, -9), (8, 5), "no entry -9 among the 8 of axis 1"),
        (sf.Select(3, 0), (8, 5), "dim 3 is not among the 3 axes"),
        (sf.PatchEmbed(3, 4, 2), (2, 8, 8), "channels"),
        (sf.FeedForward(4), (8, 5), "expects 4 features"),
        (sf.TransformerEncoderLayer(4, 2), (8, 5), "expects 4 features"),
        (sf.TransformerDecoderLayer(4, 2), [(8, 4), (7, 5)], "expects 4 features"),
        (sf.TransformerDecoderLayer(4, 2), (8, 4), "takes 2 inputs, got 1; write a list of shapes"),
    ],
)
def test_inputs_that_do_not_fit(layer, shape, text):
    with pytest.raises(sf.ShapeError, match=text):
        sf.cost(layer, shape)


@few(60)
@given(st.data())
def test_they_paste_back(data):
    families = [
        strategies.embeddings(),
        strategies.positions(),
        strategies.patches(),
        strategies.feed_forwards(),
        strategies.transformers(ours=True),
    ]
    layer, _ = data.draw(st.sampled_from(families).flatmap(lambda family: family)).numeric
    again = eval(repr(layer), {name: getattr(sf, name) for name in sf.__all__})  # noqa: S307 - our own repr
    assert again == layer
