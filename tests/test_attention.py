"""Attention: its closed forms, each with where it comes from; masks, caches, arguments; PyTorch's own."""

from __future__ import annotations

import itertools

import pytest
import strategies
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import symflops as sf
from symflops.exprs import minimum
from symflops.facts import Facts, at_least, divides
from symflops.layers.cache import Appended, Cached, Memory
from symflops.primitives.attention import pairs
from symflops.symbols import exact

B, D, E, M, N, S, V, d, g, h, k, w = sf.dims("B D E M N S V d g h k w")
MHA = sf.MultiheadAttention
whole = sf.cost(MHA(D, h), (N, D))


def same(a, b):
    return sympy.expand(a - b) == 0


def core(cost, metric="macs"):
    """What is done between the projections."""
    parts = ("scores", "scale", "softmax", "weighting")
    return sum(getattr(cost[name], metric) for name in parts)


# closed forms, and where they are printed


def test_the_whole():
    assert same(whole.params, 4 * D**2 + 4 * D)  # PyTorch's MultiheadAttention: VT-14, S4-11
    assert same(whole.macs, 4 * N * D**2 + 2 * N**2 * D)  # Liu et al. 2021, equation 1: S4-5
    assert whole.output == (N, D)
    assert [str(c) for c in whole.conditions] == ["h | D"]
    softmax, scale = N * h * (5 * N - 2), N**2 * h
    products, outputs = 2 * N**2 * D, N**2 * h + N * D
    assert same(whole.flops, 8 * N * D**2 + 2 * products - outputs + softmax + scale)


def test_it_is_counted_by_loops():
    assert sf.verify(whole), sf.verify(whole)
    assert "scores Scores" in repr(whole)
    names = ["q_proj", "k_proj", "v_proj", "scores", "scale", "softmax", "weighting", "out_proj"]
    assert [name for name, _ in whole.tree.children] == names


def test_projections():
    """Article 004: 3·N·D·D' products for Q, K and V (S4-3), and N²·D, not N²·N, for the scores (S4-4)."""
    three = (whole[name].macs for name in ("q_proj", "k_proj", "v_proj"))
    assert same(sum(three), 3 * N * D**2)
    assert whole["scores"].macs == whole["weighting"].macs == N**2 * D
    alone = sf.cost(MHA(D, h, out_proj=False), (N, D))
    assert same(alone.macs, 3 * N * D**2 + 2 * N**2 * D)  # what the article sums up (S4-5)
    assert same(alone.params, 3 * D**2 + 3 * D)
    assert alone.output == (N, D)


def test_heads_are_no_factor():
    """Article 004 multiplies by the number of heads (S4-6): it must not where the heads share the width."""
    claimed = h * (3 * N * D**2 + 2 * N**2 * D)
    shared = sf.cost(MHA(D, h, out_proj=False), (N, D))
    assert h not in shared.macs.free_symbols
    assert same(claimed, h * shared.macs)
    as_wide = sf.cost(MHA(D, h, head_dim=D, out_proj=False), (N, D))
    assert same(as_wide.macs, claimed)  # where each head is as wide as the input, it is right
    assert as_wide.output == (N, D * h)
    both = {"N": 197, "D": 768, "h": 12}
    assert shared.at(both).macs == 408196608
    assert as_wide.at(both).macs == 4898359296


def test_the_share_of_scores_and_weighting():
    """N/(N + 2D) of all MACs: half of them where N is 2D."""
    part = (whole["scores"].macs + whole["weighting"].macs) / whole.macs
    assert sympy.cancel(part - N / (N + 2 * D)) == 0


def test_complexity_per_layer():
    """Vaswani et al. 2017, table 1: self-attention O(n²·d), restricted to r neighbours O(r·n·d)."""
    assert sympy.Poly(core(whole), N).degree() == 2
    assert sympy.Poly(core(whole), N).LC() == 2 * D
    near = sf.cost(MHA(D, h, window=w), (N, D), assume="N >= w")
    assert sympy.Poly(sympy.expand(core(near)), N).degree() == 1
    assert sympy.Poly(sympy.expand(core(near)), N).LC() == 2 * D * w  # TX-10


def test_flash_attention_counts_the_core():
    """FlashAttention-3: 4·s²·d·h; with the stable softmax h·s·(5s - 2) more (FA-1)."""
    cost = sf.cost(MHA(d * h, h, scale=False, bias=False), (N, d * h))
    assert same(cost["scores"].under("2mac").flops * 2, 4 * N**2 * d * h)
    assert same(cost["softmax"].flops, h * N * (5 * N - 2))


def test_a_memory():
    """Queries of T positions, keys of S: 4·B·T·S·h·d, not the half of it (FA-8)."""
    cost = sf.cost(MHA(h * d, h), [(B, N, h * d), (B, M, h * d)], "2mac")
    assert same(cost["scores"].flops + cost["weighting"].flops, 4 * B * N * M * h * d)
    projections = 2 * N * D**2 + 2 * M * D**2
    alone = sf.cost(MHA(D, h, kv_length=M), (N, D))
    assert same(alone.macs, projections + 2 * N * M * D)
    assert same(alone.kv_cache, 2 * M * D)
    assert same(alone.params, whole.params)
    assert metrics(alone) == metrics(sf.cost(MHA(D, h), [(N, D), (M, D)]))


def test_memories_of_other_widths():
    given = sf.cost(MHA(D, h, kdim=E, vdim=V), [(N, D), (M, E), (M, V)])
    assert same(given.params, 2 * D**2 + D * E + D * V + 4 * D)
    assert same(given.macs, 2 * N * D**2 + M * D * (E + V) + 2 * N * M * D)
    assert metrics(given) == metrics(sf.cost(MHA(D, h, kdim=E, vdim=V, kv_length=M), (N, D)))


def metrics(cost):
    names = ("params", "macs", "flops", "activations", "kv_cache", "output")
    return {name: getattr(cost, name) for name in names}


def test_three_inputs_that_are_one():
    assert metrics(sf.cost(MHA(D, h), [(N, D)] * 3)) == metrics(whole)


# heads that share keys


def test_grouped_queries():
    """Params 2(1 + k/h)·D² a layer without biases (EA-2); k = h is all heads, k = 1 is one for all."""
    grouped = sf.cost(MHA(D, h, kv_heads=k, bias=False), (N, D))
    assert same(grouped.params, 2 * (1 + k / h) * D**2)
    assert same(grouped.macs, 2 * N * D**2 * (1 + k / h) + 2 * N**2 * D)
    assert [str(c) for c in grouped.conditions] == ["k | h", "h | D"]
    assert same(grouped.params.subs(k, h), 4 * D**2)
    one = sf.cost(MHA(D, h, kv_heads=1, bias=False), (N, D))
    assert same(one.params, 2 * D**2 + 2 * D**2 / h)
    assert metrics(sf.cost(MHA(D, h, kv_heads=h), (N, D))) == metrics(whole)


def test_megatrons_formula():
    """4·T·h·p(h + h·g/n) + 2·s²·h·p takes N²/2 pairs for a causal mask that has N(N + 1)/2 (MG-4)."""
    p, width = h * d / D, h * d
    cost = sf.cost(MHA(D, h, kv_heads=k, head_dim=d, causal=True, bias=False), (N, D), "2mac")
    claimed = 4 * N * D * p * (D + D * k / h) + 2 * N**2 * D * p
    assert same(cost.flops - claimed, 2 * width * N)


def test_heads_of_a_width_of_their_own():
    """ELECTRA's script counts 2·h² for the output projection of T5-11B, 2·(heads·size)·h is it (EL-1)."""
    cost = sf.cost(MHA(1024, 128, head_dim=128, bias=False), (1, 1024), "2mac")
    assert cost["out_proj"].flops == 33554432
    wide = sf.cost(MHA(D, h, head_dim=d), (N, D))
    assert same(wide["out_proj"].under("2mac").flops, 2 * N * h * d * D)
    assert same(wide.params, 4 * D * h * d + 3 * h * d + D)
    assert wide.conditions == ()


# masks


def visible(queries, keys, *, causal, window):
    """The pairs of a query and a key, one by one; the last query is the last key."""
    found = 0
    for i, j in itertools.product(range(keys - queries, keys), range(keys)):
        is_before = j <= i or (window is None and not causal)
        found += is_before and (window is None or i - j < window)
    return found


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [None, 1, 2, 3, 7])
def test_pairs_are_those_that_are_seen(causal, window):
    symbolic = pairs(
        N, N + S + 2, causal=causal, window=None if window is None else w, extra=2
    ).seen
    first = pairs(N, N, causal=causal, window=None if window is None else w).seen
    for queries, before in itertools.product(range(1, 6), range(5)):
        keys = before + queries
        counted = visible(queries, keys, causal=causal, window=window)
        assert pairs(queries, keys, causal=causal, window=window).seen == counted
        values = {N: exact(queries), S: exact(before), w: exact(window or 1)}
        assert symbolic.subs(values) == counted + 2 * queries
        if not before:
            assert first.subs(values) == counted


def test_a_causal_mask():
    """N(N + 1)/2 pairs; both counts are kept on the steps."""
    cost = sf.cost(MHA(D, h, causal=True), (N, D))
    assert same(cost.macs, 4 * N * D**2 + N * (N + 1) * D)
    assert same(cost["softmax"].flops, h * (5 * N * (N + 1) / 2 - 2 * N))
    assert same(cost["scale"].flops, h * N * (N + 1) / 2)
    assert same(cost["scores"].flops, (2 * d - 1).subs(d, D / h) * h * N * (N + 1) / 2)
    assert same(cost["weighting"].adds, N * (N + 1) * D / 2 - N * D)
    assert same(cost.activations, whole.activations)
    everything = sf.Convention("all pairs", "All.", "-", {("*", "*"): 1}, dense=True)
    assert same(cost.under(everything).flops, whole.flops)
    assert same(whole.under(everything).flops, whole.flops)
    full = sf.cost(MHA(D, h), (N, D), "chinchilla").flops
    assert same(cost.under("chinchilla").flops, full)


@pytest.mark.parametrize("causal", [False, True])
def test_a_sliding_window(causal):
    """m·N - m(m - 1)/2 pairs with m = min(N, w): the window is causal by itself (Mistral 7B, section 2)."""
    cost = sf.cost(MHA(D, h, window=w, causal=causal), (N, D))
    m = minimum(N, w)
    assert same(cost.macs, 4 * N * D**2 + 2 * D * (m * N - m * (m - 1) / 2))
    short = sf.cost(MHA(D, h, window=w), (N, D), assume="N <= w")
    assert same(short.macs, sf.cost(MHA(D, h, causal=True), (N, D)).macs)
    long = sf.cost(MHA(D, h, window=w), (N, D), assume="N >= w")
    assert same(long.macs, 4 * N * D**2 + 2 * D * (w * N - w * (w - 1) / 2))
    assert same(long.kv_cache, 2 * w * D)
    assert same(sf.cost(MHA(D, h, window=1), (N, D)).macs, 4 * N * D**2 + 2 * N * D)
    assert sf.verify(cost)


# a cache


def test_decoding_with_a_cache():
    """N new positions behind S: N are projected, N·S + N(N + 1)/2 pairs are seen."""
    cost = sf.cost(MHA(D, h, causal=True, cache_length=S), (N, D))
    assert same(cost.macs, 4 * N * D**2 + 2 * D * (N * S + N * (N + 1) / 2))
    step = sf.cost(MHA(D, h, causal=True, cache_length=S), (1, D))
    assert same(step.macs, 4 * D**2 + 2 * D * (S + 1))
    assert same(step.kv_cache, 2 * D * (S + 1))
    assert metrics(step) == metrics(sf.cost(MHA(D, h, cache_length=S), (1, D)))  # it sees all
    assert cost["scores"].output == (h, N, N + S)
    assert cost["k_cache"].activations == 0
    assert same(cost.params, whole.params)
    empty = sf.cost(MHA(D, h, causal=True, cache_length=0), (N, D))
    assert metrics(empty) == metrics(sf.cost(MHA(D, h, causal=True), (N, D)))


def test_steps_are_the_prefill():
    """Decoding N positions one by one costs what all of them cost at once under a causal mask."""
    at_once = sf.cost(MHA(D, h, causal=True), (N, D))
    step = sf.cost(MHA(D, h, causal=True, cache_length=S), (1, D))
    for name in ("macs", "flops", "mults", "adds"):
        one_by_one = sympy.summation(getattr(step, name), (S, 0, N - 1))
        assert same(getattr(at_once, name), one_by_one), name


def test_windows_with_a_cache():
    step = sf.cost(MHA(D, h, window=w, cache_length=S), (1, D))
    assert same(step.macs, 4 * D**2 + 2 * D * minimum(S + 1, w))
    assert same(step.kv_cache, 2 * D * minimum(S + 1, w))
    far = sf.cost(MHA(D, h, window=w, cache_length=S), (N, D), assume="S >= w")
    assert same(far.macs, 4 * N * D**2 + 2 * D * N * w)


@pytest.mark.parametrize(
    ("heads", "layers", "elements", "size"),
    [
        # Llama 2 7B: 512 KiB a token in 16 bits (KV-17); Llama 3.1 8B: 131,072 bytes (KV-6)
        ((4096, 32, None), 32, 262144, 524288),
        ((4096, 32, 8), 32, 65536, 131072),
        # kipp.ly, Transformer Inference Arithmetic: 64 layers of 64 heads of 128 (KP-1)
        ((8192, 64, None), 64, 1048576, 2097152),
    ],
)
def test_the_cache_of_a_token(heads, layers, elements, size):
    width, count, shared = heads
    block = MHA(width, count, kv_heads=shared, causal=True)
    cost = sf.cost(sf.Repeat(block, layers), (1, width)).at()
    assert (cost.kv_cache, cost.kv_cache_size()) == (elements, size)


def test_the_cache_in_symbols():
    """2·L·h_kv·d for a token: all heads, some, and one for all."""
    L = sf.dim("L")
    for shared, factor in ((None, h), (k, k), (1, 1)):
        block = MHA(D, h, head_dim=d, kv_heads=shared, causal=True)
        cost = sf.cost(sf.Repeat(block, L), (N, D))
        assert same(cost.kv_cache, 2 * L * factor * d * N)
        assert same(cost.kv_cache_size("float16"), 4 * L * factor * d * N)
    batch = sf.cost(MHA(D, h, cache_length=S), (B, 1, D))
    assert same(batch.kv_cache, 2 * B * D * (S + 1))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.booleans().flatmap(lambda masked: strategies.attentions(masked=masked, cached=True)))
def test_caches_and_lengths_are_counted(case):
    cost = sf.cost(*case.symbolic, batched=True)
    for asked in (sf.cost(*case.numeric, batched=True), cost.at(case.sizes)):
        assert sf.verify(asked), f"{case}: {sf.verify(asked)}"
    at_once = sf.cost(*case.numeric, batched=True).at()
    assert metrics(cost.at(case.sizes)) == metrics(at_once)


def test_a_memory_that_was_projected_before():
    """2·D² for the query and the output, and 2·M·D: keys and values are there, and so are their weights."""
    cost = sf.cost(MHA(D, h, memory_cached=True), [(N, D), (M, D)])
    first = sf.cost(MHA(D, h), [(N, D), (M, D)])
    assert same(cost.macs, 2 * N * D**2 + 2 * N * M * D)
    assert cost.params == first.params
    assert same(cost.kv_cache, 2 * M * D)
    for name in ("macs", "flops", "mults", "adds", "activations"):
        made = sum(getattr(first[f"{role}_proj"], name) for role in "kv")
        assert same(getattr(first, name) - getattr(cost, name), made), name
    assert metrics(sf.cost(MHA(D, h, memory_cached=True, kv_length=M), (N, D))) == metrics(cost)
    assert sf.verify(cost)


def test_keys_that_are_there_are_normalized_and_turned():
    options = {"qk_norm": sf.RMSNorm(D / h), "rotary": True}
    cost = sf.cost(MHA(D, h, memory_cached=True, **options), [(N, D), (M, D)])
    first = sf.cost(MHA(D, h, **options), [(N, D), (M, D)])
    for name in ("k_norm", "k_rotary", "k_proj", "v_proj"):
        assert (cost[name].flops, cost[name].activations) == (0, 0)
        assert cost[name].params == first[name].params
    assert cost["q_norm"].flops == first["q_norm"].flops > 0
    assert cost["q_rotary"].flops == first["q_rotary"].flops > 0
    assert sf.verify(cost)


def test_what_is_there_takes_nothing_however_it_is_built():
    block = sf.TransformerEncoderLayer(D, h, E)
    net = sf.Sequential(sf.Linear(D, D), sf.Repeat(block, 2), sf.Fused(block))
    before, cost = sf.cost(net, (N, D)), sf.cost(sf.Precomputed(net), (N, D))
    assert (cost.params, cost.output) == (before.params, before.output)
    for name in ("macs", "flops", "activations", "kv_cache"):
        assert getattr(cost, name) == 0, name
    assert sf.verify(cost)


# what is done to queries, keys and scores


def test_rotary_positions():
    cost = sf.cost(MHA(D, h, rotary=True), (N, D))
    assert same(cost.flops - whole.flops, 2 * 3 * N * D)
    assert cost.params == whole.params
    part = sf.cost(MHA(D, h, kv_heads=k, head_dim=d, rotary=True, rotary_dim=8), (N, D))
    assert same(part["q_rotary"].flops, 3 * 8 * N * h)
    assert same(part["k_rotary"].flops, 3 * 8 * N * k)
    assert "d >= 8" in map(str, part.conditions)


def test_norms_of_heads():
    cost = sf.cost(MHA(D, h, kv_heads=k, head_dim=d, qk_norm=sf.RMSNorm(d)), (N, D))
    plain = sf.cost(MHA(D, h, kv_heads=k, head_dim=d), (N, D))
    assert same(cost.params - plain.params, 2 * d)
    assert same(cost.flops - plain.flops, (h + k) * N * (4 * d + 2))


@pytest.mark.parametrize("mask", [{}, {"causal": True}, {"window": 3}])
def test_biases_of_scores(mask):
    plain = sf.cost(MHA(D, h, **mask), (N, D))
    slopes = sf.cost(MHA(D, h, score_bias=sf.ALiBi(), **mask), (N, D))
    table = sf.cost(MHA(D, h, score_bias=sf.RelativePositionBias(32, h), **mask), (N, D))
    seen = h * pairs(N, N, causal="causal" in mask, window=mask.get("window")).seen
    assert same(slopes.flops - plain.flops, seen)
    assert same(table.flops - plain.flops, seen)
    assert slopes.params == plain.params
    assert same(table.params - plain.params, 32 * h)
    mine = sf.cost(MHA(D, h, score_bias=sf.ReLU(), **mask), (N, D))  # a layer of one's own
    assert same(mine.flops - plain.flops, h * N**2)


def test_a_bias_that_blocks_share():
    """T5's first block has the table, and all of them use it."""
    L = sf.dim("L")
    bias = sf.Shared("relative", sf.RelativePositionBias(32, h))
    block = MHA(D, h, bias=False, scale=False, score_bias=bias, causal=True)
    cost = sf.cost(sf.Repeat(block, L), (N, D))
    assert same(cost.params, 4 * L * D**2 + 32 * h)
    assert same(cost["0.score_bias"].flops, h * N * (N + 1) / 2)


def test_what_pytorch_adds_to_the_keys():
    """A learned key and value, and a key and a value of zeros: they are seen under any mask."""
    extra = {"add_bias_kv": True, "add_zero_attn": True}
    cost = sf.cost(MHA(D, h, **extra), (N, D))
    assert same(cost.params, whole.params + 2 * D)
    assert same(cost.macs, 4 * N * D**2 + 2 * N * (N + 2) * D)
    masked = sf.cost(MHA(D, h, causal=True, **extra), (N, D))
    assert same(masked.macs, 4 * N * D**2 + 2 * D * (N * (N + 1) / 2 + 2 * N))
    assert same(masked.kv_cache, 2 * N * D)
    biased = sf.cost(MHA(D, h, causal=True, score_bias=sf.ALiBi(), **extra), (N, D))
    assert same(biased["score_bias"].flops, h * N * (N + 1) / 2)


def test_biases_of_the_projections():
    cases = [
        ({"bias": False}, 4 * D**2),
        ({"bias": False, "out_bias": True}, 4 * D**2 + D),
        ({"out_bias": False}, 4 * D**2 + 3 * D),
        ({"k_bias": False}, 4 * D**2 + 3 * D),  # Whisper
        ({"bias": False, "k_bias": True}, 4 * D**2 + D),
    ]
    for given_, params in cases:
        assert same(sf.cost(MHA(D, h, **given_), (N, D)).params, params), given_


# a batch


def test_a_batch_may_stand_second():
    second = MHA(D, h, batch_first=False)
    assert metrics(sf.cost(second, (N, D))) == metrics(whole)
    batch = sf.cost(second, (N, B, D))
    assert batch.output == (N, B, D)
    first = sf.cost(MHA(D, h), (B, N, D))
    assert {**metrics(batch), "output": (B, N, D)} == metrics(first)
    memory = sf.cost(second, [(N, B, D), (M, B, D)])
    assert same(memory.macs, B * sf.cost(MHA(D, h), [(N, D), (M, D)]).macs)
    assert sf.verify(batch)
    assert sf.verify(sf.cost(second, (N, D)))
    assert sf.verify(memory)


# what cannot be


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: MHA(512, 7), "num_heads = 7 must divide embed_dim = 512; or give head_dim"),
        (lambda: MHA(512, 8, kv_heads=3), "kv_heads = 3 must divide num_heads = 8"),
        (lambda: MHA(512, 0), "num_heads must be at least 1, got 0"),
        (lambda: MHA(512, 8, window=0), "window must be at least 1, got 0"),
        (lambda: MHA(512, 8, cache_length=-1), "cache_length must be at least 0, got -1"),
        (
            lambda: MHA(512, 8, cache_length=0, kv_length=4),
            "cache_length is for self-attention, the keys of a memory are all there at once; got",
        ),
        (lambda: MHA(512, 8, head_dim=2.5), "head_dim must be a whole number, got 5/2"),
        (lambda: MHA(512, 8, rotary_dim=16), "rotary_dim=16 needs rotary=True"),
        (lambda: MHA(512, 8, rotary=True, rotary_dim=7), "turns entries in pairs, and 7 is odd"),
        (
            lambda: MHA(64, 8, rotary=True, rotary_dim=16),
            "rotary_dim = 16 is more than head_dim = 8",
        ),
        (
            lambda: MHA(512, 8, memory_cached=True, keeps=False),
            "memory_cached=True needs keeps=True",
        ),
        (lambda: MHA(512, 8, out_proj=False, out_bias=True), "out_bias=True needs out_proj=True"),
        (lambda: MHA(512, 8, k_bias="no"), "k_bias must be one of None, True, False; got 'no'"),
        (lambda: MHA(512, 8, 2), "MultiheadAttention: dropout must be from 0 to 1, got 2"),
        (lambda: sf.Scores(8, 3), "Scores: kv_heads = 3 must divide num_heads = 8"),
    ],
)
def test_arguments_that_cannot_be(build, message):
    with pytest.raises(sf.ArgumentError) as error:
        build()
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (MHA(512, 8), (10, 511), "Linear expects 512 features on its last axis, got 511"),
        (MHA(512, 8), (10,), "needs (N, D) or (B, N, D), got 1 axes"),
        (MHA(512, 8), [(10, 512)] * 4, "takes 1 to 3 inputs, got 4"),
        (MHA(512, 8, memory_cached=True), (10, 512), "memory_cached=True needs a memory"),
        (MHA(512, 8, cache_length=0), [(10, 512)] * 2, "all there at once; got 2 inputs"),
        (MHA(512, 8, cache_length=2), [(10, 512)] * 3, "all there at once; got 3 inputs"),
        (MHA(512, 8, kv_length=4), [(10, 512)] * 2, "as an input or by kv_length, not both"),
        (MHA(512, 8), [(10, 512), (4, 512), (5, 512)], "one size on axis 1, got 4 and 5"),
        (MHA(512, 8), [(2, 10, 512), (3, 4, 512)], "one size on axis 0, got 2 and 3"),
        (MHA(512, 8, causal=True), [(10, 512), (4, 512)], "10 queries and 4 keys"),
        (MHA(512, 8, window=3), [(4, 512), (9, 512)], "4 queries and 9 keys"),
        (sf.Scores(8), [(10, 512), (4, 256)], "queries have 64 entries a head, and keys 32"),
        (sf.Scores(8), [(10, 511), (4, 512)], "the width 511 of the queries is not one of 8 heads"),
        (sf.Scores(8, causal=True), [(10, 64), (4, 64)], "at least 10 keys under its mask, got 4"),
        (sf.Scores(8, causal=True, extra=2), [(10, 64), (11, 64)], "at least 12 keys"),
        (sf.Weighting(), [(2, 8, 10, 4), (2, 5, 64)], "there are 4 keys, and 5 values"),
        (sf.Weighting(), [(8, 10, 4), (4, 60)], "the width 60 of the values is not one of 8 heads"),
        (sf.Weighting(3), [(8, 10, 4), (4, 60)], "kv_heads = 3 must divide num_heads = 8"),
        (sf.RelativePositionBias(32, 4), (8, 10, 10), "expects 4 heads, got 8"),
        (sf.RotaryEmbedding(64), (10, 100), "100 entries are not heads of 64 each"),
    ],
    ids=str,
)
def test_inputs_that_cannot_be(layer, shape, message):
    with pytest.raises(sf.SymflopsError) as error:
        sf.cost(layer, shape)
    assert message in str(error.value)


def test_conditions_are_checked():
    with pytest.raises(sf.SymflopsError, match="num_heads = 5 must divide embed_dim = 8"):
        whole.at(D=8, h=5)
    memory = sf.cost(MHA(D, h, causal=True), [(N, D), (M, D)])
    assert "N = M" in map(str, memory.conditions)
    with pytest.raises(sf.SymflopsError, match="5 queries and 4 keys"):
        memory.at(N=5, M=4)


@pytest.mark.parametrize(
    "layer",
    [
        MHA(D, h),
        MHA(D, h, 0.1, bias=False, kdim=E, batch_first=False),
        MHA(D, h, kv_heads=k, head_dim=d, causal=True, rotary=True, qk_norm=sf.RMSNorm(d)),
        MHA(D, h, window=w, cache_length=S, score_bias=sf.RelativePositionBias(32, h)),
        sf.Scores(h, k, causal=True),
        sf.ScaleScores(d, window=w),
        sf.MaskedSoftmax(causal=True, extra=1),
        sf.Weighting(k),
        sf.ALiBi(),
        sf.RotaryEmbedding(d, 8),
        sf.Kept(sf.Linear(D, E), N * E),
        sf.Precomputed(sf.Linear(D, E)),
        Cached(S),
        Memory(M, D),
        Appended(D, learned=False),
    ],
    ids=str,
)
def test_layers_paste_back(layer):
    names = {name: getattr(sf, name) for name in sf.__all__}
    names |= {kind.__name__: kind for kind in (Cached, Memory, Appended)}
    names |= {s.name: s for s in layer.symbols}
    again = eval(repr(layer), names)  # noqa: S307 - our own repr
    assert again == layer
    if isinstance(layer, MHA):
        assert sf.verify(layer)


def test_what_is_kept_needs_a_step():
    with pytest.raises(sf.ArgumentError, match="needs a layer that ends with a step of its own"):
        sf.cost(sf.Kept(sf.Identity(), N), (N, D))


# facts, and minima


@pytest.mark.parametrize("chain", [*itertools.permutations([(k, h), (h, D), (D, E)])], ids=str)
def test_divisors_of_divisors(chain):
    """Whatever of k | h, h | D and D | E is stated first, E/k and E·k/h are whole and at least 1."""
    facts = Facts(tuple(divides(*pair) for pair in chain))
    for size in (E / k, E * k / h, E / h):
        assert facts.decide(divides(1, size)) is True
        assert facts.decide(at_least(size, 1)) is True


def test_the_smaller_of_two_sizes():
    assert minimum(N, N + w) == N
    assert minimum(w, N) == minimum(N, w)
    assert minimum(N, w).is_positive
    assert minimum(exact(3), exact(2)) == 2
    facts = Facts((at_least(N, w),))
    assert facts.canonical(minimum(N, w)) == w
    assert facts.canonical(minimum(N + S, w) * N) == w * N
    assert facts.canonical(minimum(S, w)) == minimum(S, w)
    assert Facts().canonical(minimum(N, exact(1))) == 1
    assert sf.display(minimum(N, w)).latex == r"\min(N, w)"


# what is stored


def test_fused_attention_stores_no_scores():
    """FlashAttention: the same operations, and no N² scores (Dao et al. 2022, theorem 1)."""
    fused = sf.cost(MHA(D, h, fused=True, causal=True), (N, D))
    plain = sf.cost(MHA(D, h, causal=True), (N, D))
    for name in ("params", "macs", "flops", "kv_cache", "output"):
        assert getattr(fused, name) == getattr(plain, name), name
    assert same(plain.activations - fused.activations, 3 * h * N**2)
    assert same(fused.activations, 5 * N * D)
    assert fused["core.scores"].macs == plain["scores"].macs
    assert sf.verify(fused)


def test_an_encoder_keeps_nothing():
    cost = sf.cost(MHA(D, h, keeps=False), (N, D))
    assert cost.kv_cache == 0
    assert {**metrics(cost), "kv_cache": 2 * N * D} == metrics(whole)


def test_positions_see_all_others():
    """The receptive field ends where attention begins."""
    layers = [sf.Conv1d(4, 8, 3), sf.Permute((0, 2, 1)), MHA(8, 2), sf.Permute((0, 2, 1))]
    cost = sf.cost(sf.Sequential(*layers, sf.Conv1d(8, 8, 3)), (4, N))
    assert cost.receptive_field.size == (3,)
