"""Attention in windows, over latents and by kernels, and layers that run as one: closed forms, sizes, refusals."""

from __future__ import annotations

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational

import symflops as sf
from symflops.errors import ArgumentError, ConditionError, ShapeError
from symflops.layers.cosine import BiasOfPairs, Offsets
from symflops.layers.heads import HeadLinear, JoinHeads, SplitHeads
from symflops.zoo.training import TrainingOnly

B, C, D, E, H, L, M, N, S, W, d, h, r = sf.dims("B C D E H L M N S W d h r")


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def same(a, b):
    return (a - b).expand() == 0


def conditions(cost):
    return [str(condition) for condition in cost.conditions]


# windows


def on_whole_windows(kind=sf.ShiftedWindowAttention, shift=0):
    return sf.cost(kind(C, M, shift, h), (H, W, C), assume=("M | H", "M | W"))


def test_the_two_equations_of_swin():
    """Liu et al. 2021, equation 1: all positions at once; equation 2: inside windows of M × M."""
    everywhere = sf.cost(sf.MultiheadAttention(C, h), (H * W, C))
    assert same(everywhere.macs, 4 * H * W * C**2 + 2 * (H * W) ** 2 * C)
    assert same(on_whole_windows().macs, 4 * H * W * C**2 + 2 * M**2 * H * W * C)
    one_window = sf.cost(sf.ShiftedWindowAttention(C, (H, W), 0, h), (H, W, C))
    assert same(one_window.macs, everywhere.macs)


def test_parameters_of_windows():
    assert same(on_whole_windows().params, 4 * C**2 + 4 * C + (2 * M - 1) ** 2 * h)
    plain = sf.ShiftedWindowAttention(C, (7, 5), 0, h, qkv_bias=False, proj_bias=False)
    assert same(sf.cost(plain, (H, W, C)).params, 4 * C**2 + 13 * 9 * h)
    # the first stage of swin_t: 4·96² + 4·96 + 13²·3
    assert sf.cost(sf.ShiftedWindowAttention(96, 7, 0, 3), (56, 56, 96)).params == 37_755


def test_every_score_is_divided_biased_and_masked_where_shifted():
    scores = M**2 * H * W * h
    plain, shifted = on_whole_windows(), on_whole_windows(shift=1)
    assert same(plain["scale"].flops, scores)
    assert same(plain["bias"].flops, scores)
    assert same(plain["softmax"].flops, 5 * scores - 2 * H * W * h)
    at = {"C": 4, "h": 2, "M": 2, "H": 6, "W": 4}
    assert shifted.at(at)["bias"].flops == 2 * plain.at(at)["bias"].flops
    assert shifted.at(at).macs == plain.at(at).macs


def test_an_axis_that_one_window_covers_is_not_shifted():
    cost = sf.cost(sf.ShiftedWindowAttention(C, 7, 3, h), (H, W, C))
    windows = {(7, 7): 1, (3, 7): 1, (7, 8): 2, (14, 14): 4, (15, 1): 3}
    for (height, width), count in windows.items():
        adds = cost.at(H=height, W=width, h=1)["bias"].flops
        assert adds == 49**2 * count * (1 if count == 1 else 2)
    facts = ("7 | H", "7 | W", "H >= 14", "W >= 14")
    stated = sf.cost(sf.ShiftedWindowAttention(C, 7, 3, h), (H, W, C), assume=facts)
    assert same(stated["bias"].flops, 2 * 49 * H * W * h)
    # along the width alone
    only = sf.cost(sf.ShiftedWindowAttention(C, 7, (0, 3), h), (H, W, C))
    assert only.at(H=14, W=7, h=1)["bias"].flops == 49**2 * 2
    assert only.at(H=7, W=14, h=1)["bias"].flops == 49**2 * 4
    assert sf.cost(sf.ShiftedWindowAttention(C, 7, 0, 1), (14, 14, C))["bias"].flops == 49**2 * 4


def test_maps_are_padded_to_whole_windows():
    attention = sf.ShiftedWindowAttention(C, 7, 0, h)
    cost = sf.cost(attention, (H, W, C))
    assert cost.output == (H, W, C)
    assert conditions(cost) == ["h | C"]
    assert same(cost.at(H=8, W=15).macs, cost.at(H=14, W=21).macs)
    whole = sf.cost(attention, (H, W, C), assume=("7 | H", "7 | W"))
    assert same(whole.macs, 4 * H * W * C**2 + 98 * H * W * C)
    assert "floor" in str(cost.macs)
    assert "floor" not in str(whole.flops)


def test_attention_by_cosines():
    cosine, plain = on_whole_windows(sf.ShiftedWindowAttentionV2), on_whole_windows()
    offsets = (2 * M - 1) ** 2
    assert same(cosine.params, 4 * C**2 + 4 * C + h + 512 * h + 3 * 512)
    assert same(cosine.macs, plain.macs + 512 * offsets * (h + 2))
    assert same(cosine["q_norm"].flops, H * W * (3 * C + h))
    assert same(cosine["scale"].flops, M**2 * H * W * h + 2 * h)
    assert same(cosine["position_bias.pairs"].flops, 4 * M**4 * h)
    # the network for the biases runs once, whatever the batch
    batched = sf.cost(sf.ShiftedWindowAttentionV2(C, 7, 0, h), (B, 7, 7, C), batched=True)
    assert same(batched["position_bias"].macs, 512 * 169 * (h + 2))
    assert same(batched["scores"].macs, B * 49**2 * C)


def test_a_batch_may_be_written():
    one = sf.cost(sf.ShiftedWindowAttention(C, 7, 3, h), (H, W, C))
    several = sf.cost(sf.ShiftedWindowAttention(C, 7, 3, h), (B, H, W, C))
    assert several.output == (B, H, W, C)
    assert same(several.flops, B * one.flops)
    assert same(several.params, one.params)


@pytest.mark.parametrize("kind", ["window", "grid"])
def test_windows_and_grids_of_maxvit(kind):
    """Tu et al. 2022: both take the same, 4C² and 2P²C a position, beside the network 8C²."""
    cost = sf.cost(sf.PartitionAttention(C, d, 7, kind), (C, H, W))
    assert conditions(cost) == ["d | C", "7 | H", "7 | W"]
    assert cost.output == (C, H, W)
    assert same(cost.macs, 12 * H * W * C**2 + 98 * H * W * C)
    assert same(cost.params, 12 * C**2 + 9 * C + 4 * C + 169 * C / d)


def test_what_stands_behind_windows_sees_no_regular_field():
    net = sf.Sequential(
        sf.Conv2d(3, 64, 4, 4), sf.PartitionAttention(64, 32, 7, "window"), sf.Conv2d(64, 3, 3)
    )
    field = sf.cost(net, (3, 224, 224)).receptive_field
    assert (field.size, field.stride) == ((4, 4), (4, 4))


# latents


def latent(rank=r, **options):
    q, n, e, v = sf.dims("q n e v")
    return sf.MultiheadLatentAttention(D, h, q, rank, n, e, v, **options)


def test_the_parameters_of_deepseek():
    v3 = sf.MultiheadLatentAttention(7168, 128, 1536, 512, 128, 64, 128)
    layer = sf.cost(v3, (N, 7168)).params
    experts, dense, router = 257 * 3 * 7168 * 2048, 3 * 7168 * 18432, 7168 * 256
    blocks = 61 * (layer + 2 * 7168) + 3 * dense + 58 * (experts + router)
    assert (
        blocks + 7168 + 2 * 129280 * 7168 == 671_026_404_352
    )  # DeepSeek-V3, without its MTP module


def test_queries_may_be_projected_directly():
    lite = sf.MultiheadLatentAttention(2048, 16, None, 512, 128, 64, 128)  # DeepSeek-V2-Lite
    through = sf.MultiheadLatentAttention(2048, 16, 1536, 512, 128, 64, 128)
    direct, low = (sf.cost(layer, (N, 2048)) for layer in (lite, through))
    assert direct["q_proj"].params == 2048 * 16 * 192
    assert low["q_a_proj"].params + low["q_a_layernorm"].params == 2048 * 1536 + 1536
    assert low["q_b_proj"].params == 1536 * 16 * 192


@pytest.mark.parametrize("absorb", [False, True])
def test_what_latent_attention_keeps(absorb):
    """DeepSeek-V2, table 1: (d_c + d_h^R)·l elements a token."""
    e = sf.dim("e")
    step = sf.cost(latent(cache_length=S, causal=True, absorb=absorb), (1, D))
    assert same(step.kv_cache, (r + e) * (S + 1))
    v2 = sf.MultiheadLatentAttention(5120, 128, 1536, 512, 128, 64, 128, absorb=absorb)
    token = sf.cost(v2, (1, 5120)).kv_cache
    assert token * 60 == 34_560
    mha = sf.cost(sf.MultiheadAttention(128 * 128, 128), (1, 128 * 128)).kv_cache
    assert Rational(token, mha) == Rational(576, 32768)  # 1/56.9
    assert sf.cost(sf.Repeat(v2, 60), (B, 1, 5120), batched=True).kv_cache == 34_560 * B


def test_absorbed_projections_are_the_same_weights():
    plain, absorbed = (sf.cost(latent(absorb=a), (N, D)) for a in (False, True))
    assert same(plain.params, absorbed.params)
    n, e, v = sf.dims("n e v")
    assert same(plain["scores"].macs, N**2 * h * (n + e))
    assert same(absorbed["scores"].macs, N**2 * h * (r + e))
    assert same(plain["weighting"].macs, N**2 * h * v)
    assert same(absorbed["weighting"].macs, N**2 * h * r)
    # without a cache nothing is made anew: both bring the same matrices to every position
    assert same(plain.macs - absorbed.macs, N**2 * h * (n + v - 2 * r))


def test_a_decoding_step_over_latents():
    """What is absorbed spares S up-projections, and pays with wider scores."""
    sizes = (7168, 128, 1536, 512, 128, 64, 128)
    plain, absorbed = (
        sf.cost(
            sf.MultiheadLatentAttention(*sizes, causal=True, cache_length=S, absorb=a), (1, 7168)
        )
        for a in (False, True)
    )
    assert plain["kv_b_proj"].macs == 512 * 128 * 256 * (S + 1)
    assert same(absorbed.macs, 187_105_280 + 128 * (2 * 512 + 64) * (S + 1))
    assert same(plain.macs - absorbed.macs, 128 * S * (512 * 256 + 128 + 128 - 2 * 512) - 128 * 768)


@pytest.mark.parametrize("absorb", [False, True])
def test_a_causal_mask_over_latents(absorb):
    full, masked = (sf.cost(latent(causal=c, absorb=absorb), (N, D)) for c in (False, True))
    for name in ("scores", "scale", "weighting"):
        assert same(masked[name].mults * 2 * N, full[name].mults * (N + 1))
    assert same(masked["softmax"].flops, h * (5 * N * (N + 1) / 2 - 2 * N))
    assert masked.under("chinchilla").flops == full.under("chinchilla").flops


@few(40)
@given(st.data())
def test_a_cache_of_latents_is_run(data):
    masked = data.draw(st.booleans())
    case = data.draw(strategies.latent_attentions(masked=masked, cached=True))
    verification = sf.verify(sf.cost(*case.numeric, batched=True))
    assert verification.holds is True, verification


# kernels


def test_linear_attention_takes_what_its_equations_say():
    """Katharopoulos et al. 2020, equations 4 to 6; a count of 2Lrd + 2Lr has Σφ(k) as L·r products with 1."""
    cost = sf.cost(sf.KernelAttention(1), [(L, r), (L, r), (L, d)])
    assert same(cost.macs, 2 * L * r * d + L * r)
    assert same(cost["key_sum"].adds, (L - 1) * r)
    keys_as_products = L * r
    assert same(cost.macs + keys_as_products, 2 * L * r * d + 2 * L * r)
    assert same(cost.mults, cost.macs)
    divisions = L * d
    assert same(cost.flops - cost.mults - cost.adds, divisions)


def test_causal_linear_attention_takes_the_same_and_keeps_its_sums():
    full = sf.cost(sf.LinearAttention(D, h), (N, D))
    causal = sf.cost(sf.LinearAttention(D, h, causal=True), (N, D))
    assert same(full.flops, causal.flops)
    assert full.kv_cache == 0
    assert same(causal.kv_cache, h * ((D / h) ** 2 + D / h))
    assert not causal.kv_cache.has(N)


def test_a_decoding_step_goes_on_from_the_sums():
    step = sf.cost(sf.LinearAttention(D, 1, causal=True, from_state=True), (1, D))
    assert same(step.macs, 4 * D**2 + 2 * D**2 + D)
    first = sf.cost(sf.LinearAttention(D, 1, causal=True), (1, D))
    assert same(step.adds - first.adds, D**2 + D)


def test_linear_attention_takes_less_from_a_head_and_a_half_position_on():
    full = sf.cost(sf.MultiheadAttention(D, h), (N, D))
    linear = sf.cost(sf.LinearAttention(D, h), (N, D))
    width = D / h
    assert same(full.macs - linear.macs, 2 * N * D * (N - width - Rational(1, 2)))


def test_features_of_another_number():
    features = sf.Sequential(sf.Linear(d, r, bias=False), sf.ELUPlusOne())
    cost = sf.cost(sf.LinearAttention(h * d, h, feature_map=features), [(N, h * d), (M, h * d)])
    assert same(cost["q_features"].macs, N * h * d * r)
    assert same(cost["attention"].macs, h * (M * r * d + N * r * d + N * r))
    assert same(cost.params, 4 * (h * d) ** 2 + 4 * h * d + 2 * d * r)


@few(40)
@given(st.data())
def test_sums_from_before_are_run(data):
    causal = data.draw(st.booleans())
    case = data.draw(strategies.linear_attentions(causal=causal, from_state=True))
    verification = sf.verify(sf.cost(*case.numeric, batched=True))
    assert verification.holds is True, verification


# one kernel

MLP = sf.Sequential(sf.Linear(D, E), sf.GELU(), sf.Linear(E, D))


def test_what_is_made_inside_is_not_stored():
    plain, fused = sf.cost(MLP, (N, D)), sf.cost(sf.Fused(MLP), (N, D))
    assert same(plain.activations, N * (D + 2 * E))
    assert same(fused.activations, N * D)
    for metric in ("params", "macs", "flops", "output"):
        assert getattr(plain, metric) == getattr(fused, metric)
    assert same(fused["0"].activations, N * E)  # a part by itself


def test_the_same_layers_are_fused_in_one_place_and_not_in_another():
    net = sf.Sequential(MLP, sf.Fused(MLP), sf.Repeat(sf.Fused(MLP), L))
    cost = sf.cost(net, (N, D))
    assert same(cost.activations, N * (D + 2 * E) + N * D + L * N * D)
    assert sf.verify(cost).holds


def test_fused_blocks_of_a_growing_width():
    def block(i):
        return sf.Fused(sf.Sequential(sf.Linear(D + i * E, E), sf.Linear(E, D + (i + 1) * E)))

    cost = sf.cost(sf.Stack(block, L), (N, D))
    assert same(cost.activations, N * (L * D + E * L * (L + 1) / 2))
    assert sf.verify(cost).holds


def test_fused_inside_fused_and_views_alone():
    twice = sf.Fused(sf.Sequential(sf.Fused(MLP), sf.Linear(D, D)))
    assert same(sf.cost(twice, (N, D)).activations, N * D)
    views = sf.cost(sf.Fused(sf.Sequential(sf.Flatten(), sf.Identity())), (N, D))
    assert views.activations == 0
    assert sf.verify(views).holds
    idle = TrainingOnly(sf.Linear(3, 2), (4, 3))
    unused = sf.cost(sf.Fused(idle), (N, D))
    assert (unused.activations, unused.params) == (0, 8)
    assert sf.verify(unused).holds
    before = sf.cost(sf.Fused(sf.Precomputed(MLP)), (N, D))
    assert (before.activations, before.params) == (0, sf.cost(MLP, (N, D)).params)
    leaf = sf.cost(sf.Fused(sf.Linear(D, E)), (N, D))
    assert same(leaf.activations, N * E)


def test_a_table_has_one_row_for_what_is_fused():
    net = sf.Sequential(stem=sf.Linear(D, D), core=sf.Fused(MLP), head=sf.Repeat(sf.Fused(MLP), 3))
    table = sf.cost(net, (N, D)).at(N=2, D=3, E=5).table(columns="layer,params,macs,activations")
    assert [str(row[0]).split()[0] for row in table.rows] == ["stem", "core", "head.*"]
    for column in (1, 2, 3):
        assert sum(row[column] for row in table.rows) == table.total[column]


def test_weights_of_fused_layers_may_be_tied():
    tied = sf.Shared("w", sf.Fused(sf.Sequential(sf.Linear(D, D), sf.ReLU())))
    cost = sf.cost(sf.Sequential(tied, sf.Fused(tied)), (N, D))
    assert same(cost.params, D**2 + D)
    assert same(cost.activations, 2 * N * D)
    assert sf.verify(cost).holds


def test_flash_attention_stores_no_scores():
    """Dao et al. 2022, theorem 1: O(N) memory beside inputs and output, and the same operations."""
    q = (B, N, h * d)
    core = sf.Sequential(sf.Scores(h), sf.ScaleScores(d), sf.Softmax(-1))
    plain, fused = (sf.cost(layer, [q, q], batched=True) for layer in (core, sf.Fused(core)))
    assert same(plain.activations, 3 * fused.activations)
    assert plain.flops == fused.flops


# each by itself, and what cannot be

ALONE = [
    *(
        sf.WindowPartition(3),
        sf.WindowPartition((2, 3), (1, 0)),
        sf.WindowPartition(2, 1, grid=True),
    ),
    *(sf.WindowMerge((2, 3), 1, size=(3, 7)), sf.WindowMerge(2, grid=True, size=3)),
    *(sf.WindowBias((2, 1), h, 1, windows=(2, 1)), sf.WindowBias(2, 3)),
    *(sf.Normalize(), sf.LogitScale(h), BiasOfPairs((2, 3)), sf.ELUPlusOne()),
    *(SplitHeads(h, (r, d)), JoinHeads(h), JoinHeads(h, own=True), HeadLinear(h, r, d)),
    *(sf.KernelAttention(h), sf.KernelAttention(h, causal=True, from_state=True)),
    sf.ShiftedWindowAttention(h * d, (2, 3), 1, h),
    sf.ShiftedWindowAttentionV2(4, 2, (0, 1), 2, proj_bias=False),
    sf.PartitionAttention(2 * h, 2, 2, "grid", mlp_ratio=2),
    latent(absorb=True, cache_length=S),
    latent(causal=True),
    sf.LinearAttention(h * d, h, causal=True),
    sf.LinearAttention(D, 2, head_dim=d, feature_map=sf.Softplus()),
    sf.Fused(sf.LinearAttention(h * d, h, bias=False)),
]


@pytest.mark.parametrize("layer", ALONE, ids=str)
def test_each_is_verified_alone(layer):
    assert sf.verify(layer).holds is True


@pytest.mark.parametrize("layer", ALONE, ids=str)
def test_a_layer_is_written_as_it_was_made(layer):
    names = {name: getattr(sf, name) for name in sf.__all__}
    names |= {kind.__name__: kind for kind in (BiasOfPairs, SplitHeads, JoinHeads, HeadLinear)}
    names |= {symbol.name: symbol for symbol in layer.symbols}
    assert eval(repr(layer), names) == layer  # noqa: S307 - of our own making


def test_two_inputs_of_the_biases():
    bias = sf.cost(sf.WindowBias(2, h), [(B, h, 4, 4), (1, h, 4, 4)], batched=True)
    assert bias.params == 0
    assert same(bias.flops, 16 * B * h)
    network = sf.cost(sf.ContinuousBias(2, h, 8), (h, 4, 4))
    assert network.output == (h, 4, 4)
    assert sf.verify(network).holds
    assert sf.cost(Offsets((2, 3)), (h, N, N)).output == (15, 2)


WRONG_ARGUMENTS = [
    (lambda: sf.ShiftedWindowAttention(96, 7, 0, 5), "num_heads = 5 must divide dim = 96"),
    (lambda: sf.ShiftedWindowAttention(96, 0, 0, 3), "window_size must be at least 1"),
    (lambda: sf.ShiftedWindowAttention(96, 7, -1, 3), "shift_size must be at least 0"),
    (lambda: sf.ShiftedWindowAttention(96, (7, 7, 7), 0, 3), "window_size needs one value or 2"),
    (lambda: sf.WindowMerge(7, size=0), "size must be at least 1"),
    (lambda: sf.WindowBias(7, 0), "WindowBias: num_heads must be at least 1"),
    (lambda: sf.PartitionAttention(64, 32, 7, "rows"), "must be one of 'window', 'grid'"),
    (
        lambda: sf.PartitionAttention(64, 30, 7, "grid"),
        "head_dim = 30 must divide in_channels = 64",
    ),
    (lambda: sf.MultiheadLatentAttention(8, 2, 0, 4, 2, 2, 2), "q_lora_rank must be at least 1"),
    (lambda: sf.MultiheadLatentAttention(8, 2, 4, 4, 2, 3, 2), "in pairs, and 3 is odd"),
    (lambda: sf.MultiheadLatentAttention(8, 2, 4, 4, 2, 2, 2, cache_length=-1), "cache_length"),
    (lambda: sf.LinearAttention(10, 3), "num_heads = 3 must divide embed_dim = 10"),
    (lambda: sf.KernelAttention(0), "KernelAttention: num_heads must be at least 1"),
    (lambda: SplitHeads(2, 3), "parts must be a tuple"),
    (lambda: HeadLinear(2, 0, 3), "in_features must be at least 1"),
]


@pytest.mark.parametrize(("build", "message"), WRONG_ARGUMENTS)
def test_arguments_that_cannot_be(build, message):
    with pytest.raises(ArgumentError, match=message):
        build()


WRONG_SHAPES = [
    (sf.ShiftedWindowAttention(96, 7, 0, 3), (56, 56, 48), "expects 96 channels, got 48"),
    (sf.ShiftedWindowAttention(96, 7, 0, 3), (56, 96), r"needs \(H, W, C\)"),
    (sf.WindowMerge(7, size=14), (5, 49, 3), "expects 4 windows a map, got 5"),
    (sf.WindowMerge(7, size=14), (4, 48, 3), "expects 49 positions a window, got 48"),
    (sf.WindowBias(2, 3), (8, 2, 4, 4), "expects 3 heads, got 2"),
    (sf.WindowBias(2, 3), (8, 3, 4, 9), "expects 4 positions, got 9"),
    (sf.WindowBias(2, 3), [(8, 3, 4, 4), (1, 2, 4, 4)], "one size on axis 1, got 3 and 2"),
    (sf.WindowBias(2, 3), [(8, 3, 4, 4)] * 3, "or one input, got 2"),
    (sf.LogitScale(3), (1, 2, 4, 4), "expects 3 heads, got 2"),
    (BiasOfPairs(2), (1, 8, 3), "expects 9 offsets, got 8"),
    (sf.PartitionAttention(64, 32, 7, "grid"), (64, 56, 55), "a width divisible by"),
    (sf.PartitionAttention(64, 32, 7, "grid", (56, 56)), (64, 56, 63), "expects 56 positions"),
    (sf.PartitionAttention(64, 32, 7, "grid"), (32, 56, 56), "channels"),
    (sf.MultiheadLatentAttention(8, 2, 4, 4, 2, 2, 2), (3, 9), "expects 8 features"),
    (sf.LinearAttention(8, 2), (3, 9), "expects 8 features"),
    (sf.LinearAttention(8, 2), [(3, 8)] * 3, "got 3 inputs"),
    (sf.LinearAttention(8, 2, causal=True), [(3, 8), (4, 8)], "as many keys as queries"),
    (sf.KernelAttention(2), [(3, 4), (3, 4), (4, 4)], "there are 3 keys, and 4 values"),
    (sf.KernelAttention(2), [(3, 4), (3, 6), (3, 4)], "queries are 4 wide, and keys 6"),
    (sf.KernelAttention(2), [(3, 5), (3, 5), (3, 4)], "not one of 2 heads"),
    (SplitHeads(2, (1, 2)), (3, 5), "expects 6 entries"),
    (JoinHeads(2), [(3, 1), (3, 3)], "not one of 2 heads"),
    (JoinHeads(2), [(3, 1), (4, 2)], "one size on axis 1"),
    (HeadLinear(2, 3, 4), (3, 5), "expects 6 entries"),
]


@pytest.mark.parametrize(("layer", "shape", "message"), WRONG_SHAPES)
def test_inputs_that_cannot_be(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        sf.cost(layer, shape)


def test_values_are_checked_again():
    cost = sf.cost(sf.PartitionAttention(64, 32, 7, "window"), (64, H, W))
    with pytest.raises(ShapeError, match="a height divisible by partition_size = 7, got 15"):
        cost.at(H=15)
    with pytest.raises((ShapeError, ArgumentError, ConditionError), match="divide"):
        sf.cost(sf.ShiftedWindowAttention(C, 7, 0, h), (H, W, C)).at(C=10, h=3)
