"""Closed forms of language models as papers, courses and scripts print them, from the layers of the zoo."""

import pytest
import sympy

import symflops as sf

D, L, N, S, T, V, d_ff, d_h, h, h_kv, n_ctx, r = sf.dims("D L N S T V d_ff d_h h h_kv n_ctx r")


def same(a, b):
    return sympy.expand(a - b) == 0


def block(model, path):
    """One part of a model, two for a product with its sum."""
    return sf.cost(model, convention="2mac")[path]


# closed forms: parameters


def test_parameters_of_gpt():
    """V·D + n_ctx·D + L·(12D² + 13D) + 2D; claims GP-1, GP-2 and GP-24."""
    params = sf.cost(sf.zoo.gpt()).params
    assert same(params, V * D + n_ctx * D + L * (12 * D**2 + 13 * D) + 2 * D)
    narayanan = 12 * L * D**2 * (1 + sympy.Rational(13, 12) / D + (V + n_ctx) / (12 * L * D))
    assert same(params - narayanan, 2 * D)  # GP-1 leaves out the last norm
    rotary = D * V + L * (12 * D**2 + 13 * D) + 2 * D
    assert same(params - sf.cost(sf.zoo.gpt())["wpe"].params, rotary)  # GP-2 has no positions
    assert block(sf.zoo.gpt2(), "h.0").params == 12 * 768**2 + 13 * 768 == 7_087_872  # GP-24


def test_parameters_in_notebooks_of_nanogpt():
    """Claims GP-3 and GP-4: without biases 124,337,664; what they hold for all of it leaves positions out."""
    assert sf.cost(sf.zoo.gpt2(bias=False)).params == 124_337_664
    cost = sf.cost(sf.zoo.gpt2())
    assert (cost.params, cost.params - cost["wpe"].params) == (124_439_808, 123_653_376)


def test_parts_of_gpt3():
    """Claim GP-6: matrices of the feed-forward networks 115.96·10⁹, of attention 57.98, the table 0.617."""
    cost = sf.cost(sf.zoo.gpt3_175b(bias=False))
    parts = [96 * cost["h.0.mlp"].params, 96 * cost["h.0.attn"].params, cost["wte"].params]
    assert parts == [96 * 8 * 12288**2, 96 * 4 * 12288**2, 50257 * 12288]
    assert parts[0] == 115_964_116_992


def test_parameters_of_bert():
    """Claim GP-26: words, positions and types, a norm, the blocks, and the pooler."""
    exact = (V + n_ctx + 2) * D + 2 * D + L * (12 * D**2 + 13 * D) + D**2 + D
    assert same(sf.cost(sf.zoo.bert()).params, exact)
    assert sf.cost(sf.zoo.bert_large()).params == 335_141_888  # printed: 340 million


def test_parameters_of_llama():
    """Claims LL-3, LL-5, SB-19 and SB-6: matrices and gains; the rule 12·D² is off for each of them."""
    a = D * h_kv / h
    exact = 2 * V * D + L * (2 * D**2 + 2 * D * a + 3 * D * d_ff + 2 * D) + D
    assert same(sf.cost(sf.zoo.llama()).params, exact)
    assert sf.cost(sf.zoo.llama3_405b()).params == 405_853_388_800
    assert sf.cost(sf.zoo.llama2_70b()).params - (262_144_000 + 80 * 12 * 8192**2) == 4_289_994_752
    assert sf.cost(sf.zoo.llama3_70b()).params == 70_553_706_496
    sized = {"vocab_size": 32000, "d_model": 4096, "num_layers": 64, "d_ff": 16384}
    cost = sf.cost(sf.zoo.llama(**sized, num_heads=32, kv_heads=32))
    one_norm = cost.params - 64 * 4096 - cost["norm"].params  # SB-6 has one norm a block
    assert one_norm == 17_442_275_328


def test_kaplan_2020_non_embedding_parameters():
    """Table 1 and claim GP-7: N = 2·D·L·(2·d_attn + d_ff), matrices of the blocks alone."""
    cost = kaplan()
    assert same(_matrices(cost), 2 * D * L * (2 * h * d_h + d_ff))
    assert same(_matrices(sf.cost(sf.zoo.gpt(bias=False))), 12 * L * D**2)


def kaplan(**options):
    """GPT with a width of attention of its own, n_ctx tokens of it, 2 FLOPs for a product with its sum."""
    model = sf.zoo.gpt(d_ff=d_ff, head_dim=d_h, bias=False, **options)
    return sf.cost(model, (n_ctx,), "2mac")


def _matrices(cost):
    """The parameters of the blocks without those of their norms."""
    return cost["h"].without("LayerNorm").params


# closed forms: operations


def test_a_block_of_gpt():
    """24·N·D² + 4·N²·D, two for a product with its sum; claim GP-11 for all of GPT-2 at 1024 tokens."""
    cost = sf.cost(sf.zoo.gpt(), convention="2mac")
    assert same(cost["h.0"].flops, 24 * N * D**2 + 4 * N**2 * D)
    assert same(cost.flops, L * (24 * N * D**2 + 4 * N**2 * D) + 2 * N * D * V)
    assert sf.cost(sf.zoo.gpt2(), (1024,), "2mac").flops == 291_648_307_200


def test_kaplan_2020_table_1():
    """2·N_params + 4·L·n_ctx·d_attn a token in full, 2·N_params + 2·L·(n_ctx + 1)·d_attn under the mask.

    The paper prints 2·L·n_ctx·d_attn (claim GP-8). Exactly that are the scores alone, in full. Scores and
    weighted values under the mask are 2·L·d_attn a token more, which is what it is to leading order: it
    counts n_ctx/2 positions where a token sees (n_ctx + 1)/2.
    """
    attended = h * d_h
    printed = 2 * L * n_ctx * attended
    full, causal = (kaplan(causal=causal).per("token") for causal in (False, True))
    params = _matrices(kaplan())
    assert same(full["h"].flops, 2 * params + 4 * L * n_ctx * attended)
    assert same(causal["h"].flops, 2 * params + 2 * L * (n_ctx + 1) * attended)
    assert same(L * full["h.0.attn.scores"].flops, printed)
    assert same(causal["h"].flops - (2 * params + printed), 2 * L * attended)
    assert same(full["h"].flops - (2 * params + printed), printed)
    assert same(full["lm_head"].flops, 2 * D * V)  # "De-embed"
    assert full["wte"].flops == full["wpe"].flops == 0
    exact = sf.cost(sf.zoo.gpt(d_ff=d_ff, head_dim=d_h, bias=False), (n_ctx,)).per("token")
    assert same(exact["wte"].flops + exact["wpe"].flops, D)  # "Embed": 4·D there


def test_training_after_kaplan_2020():
    """Claims GP-9 and GP-10: 6·N_params·tokens is short of three forward passes by n_ctx/(6·D) of it."""
    full = sf.cost(sf.zoo.gpt(bias=False), (n_ctx,), "2mac").per("token")
    params = _matrices(sf.cost(sf.zoo.gpt(bias=False)))
    assert same(3 * full["h"].flops, 6 * params * (1 + n_ctx / (6 * D)))
    assert 6 * sf.cost(sf.zoo.gpt3_175b()).params * 300 * 10**9 == 314_287_666_790_400_000_000_000


def test_palm_appendix_b():
    """6·N_params + 12·L·H·Q·T a token of training: three times 2·N_params + 4·L·H·Q·T (claim GP-12)."""
    model = sf.zoo.gpt(head_dim=d_h, bias=False)
    cost = sf.cost(model, (T,), "2mac").per("token")
    attention = cost["h"].without("Linear").flops
    assert same(3 * attention, 12 * L * h * d_h * T)
    # nanoGPT's: gains of norms are among its parameters, and take no product
    gpt2 = sf.cost(sf.zoo.gpt2(bias=False), (1024,), "2mac")
    params = gpt2.params - gpt2["wpe"].params
    palm = (6 * params + 12 * 12 * 12 * 64 * 1024) * 1024
    assert (params, palm, 3 * gpt2.flops) == (123_551_232, 875_062_886_400, 874_944_921_600)
    assert palm - 3 * gpt2.flops == 6 * 1024 * (2 * 12 + 1) * 768


def test_appendix_f_of_hoffmann_2022():
    """Claim GP-14: blocks with scores in full and 3 a score for the softmax, whatever the mask; tables dense."""
    model = sf.zoo.gpt(d_ff=d_ff, head_dim=d_h, causal=True)
    cost = sf.cost(model, (T,), "chinchilla")
    k = h * d_h
    gpt = 8 * T * D * k + 4 * T**2 * k + 4 * T * D * d_ff + 3 * h * T**2
    assert same(cost["h"].flops, L * gpt)
    assert same(cost["wte"].flops, 2 * T * V * D)
    assert same(cost["lm_head"].flops, 2 * T * D * V)


def test_gated_networks():
    """Claim SB-2, forward: 6·N·D·d_ff in three matrices; a third of 18."""
    cost = sf.cost(sf.zoo.llama(), convention="2mac")
    assert same(cost["layers.0.mlp"].flops, 6 * N * D * d_ff)


def test_kipply():
    """Claims KP-2 and KP-5: keys and values of a token, and what scores and values take over n_ctx positions."""
    sizes = {"vocab_size": V, "n_ctx": 2048, "d_model": 8192, "num_layers": 64, "num_heads": 64}
    step = sf.cost(sf.zoo.gpt(**sizes, cache_length=2047), convention="2mac")
    keys, values = (64 * step[f"h.0.attn.{name}_proj"].flops for name in "kv")
    assert keys + values == 17_179_869_184
    scores, weighting = (64 * step[f"h.0.attn.{name}"].flops for name in ("scores", "weighting"))
    assert scores + weighting == 4 * 2048 * 8192 * 64 == 4_294_967_296


# decoding


def test_decoding_steps_add_up_to_the_prompt():
    """Token by token with a cache takes what all take at once under the mask."""
    i = sympy.Symbol("i", integer=True, nonnegative=True)
    for model in (sf.zoo.gpt, sf.zoo.llama, sf.zoo.mixtral_8x7b):
        step, prompt = sf.cost(model(cache_length=S)), sf.cost(model(causal=True))
        total = sympy.summation(sympy.expand(step.macs).subs(S, i), (i, 0, N - 1))
        assert same(total, prompt.macs)
        assert same(step.kv_cache.subs(S, N - 1), prompt.kv_cache)


@pytest.mark.parametrize(
    ("model", "elements"),
    [
        (sf.zoo.gpt(head_dim=d_h), 2 * L * h * d_h),
        (sf.zoo.gpt(head_dim=d_h, kv_heads=h_kv), 2 * L * h_kv * d_h),
        (sf.zoo.gpt(head_dim=d_h, kv_heads=1), 2 * L * d_h),
        (sf.zoo.llama(), 2 * L * h_kv * D / h),
        (sf.zoo.deepseek_v3(num_layers=L, kv_lora_rank=r, qk_rope_head_dim=2 * d_h), L * (r + 2 * d_h)),
    ],
    ids=["MHA", "GQA", "MQA", "llama", "MLA"],
)  # fmt: skip
def test_elements_kept_a_token(model, elements):
    cost = sf.cost(model)
    assert same(cost.kv_cache, elements * N)
    assert same(cost.kv_cache_size("bfloat16"), 2 * elements * N)


@pytest.mark.parametrize("name", ["t5", "transformer", "whisper"])
def test_steps_of_a_decoder_are_all_but_what_is_read_once(name):
    """M steps behind 0 … M − 1 words cost what M words do, without the encoder and the keys of its output."""
    family = sf.zoo.model
    whole, step = sf.cost(family(name, causal=True)), sf.cost(family(name, cache_length=S))
    assert whole.params == step.params
    (words,) = sf.cost(family(name))["target"].output[:1]
    for metric in ("mults", "adds", "macs"):
        crossing = [f"decoder.layers.0.multihead_attn.{role}_proj" for role in "kv"]
        once = sum(getattr(whole[path], metric) for path in ("source", "encoder"))
        once += L * sum(getattr(whole[path], metric) for path in crossing)
        steps = sympy.summation(getattr(step, metric).expand(), (S, 0, words - 1))
        assert same(getattr(whole, metric), once + steps), metric
    assert (step["encoder"].flops, step["source"].activations) == (0, 0)
    assert same(step.kv_cache.subs(S, words - 1), whole.kv_cache)


@pytest.mark.parametrize(
    ("model", "tokens", "dtype", "size"),
    [
        (sf.zoo.llama3_8b(), 32768, "bfloat16", 4_294_967_296),  # KV-1
        (sf.zoo.llama3_8b(kv_heads=32), 32768, "bfloat16", 4 * 4_294_967_296),
        (
            sf.zoo.deepseek_v2(),
            8192,
            "bfloat16",
            566_231_040,
        ),  # KV-5, with the part that is rotated
        (sf.zoo.llama3_8b(), 1, "bfloat16", 131_072),  # KV-6
        (sf.zoo.gpt3_175b(n_ctx=4096), 4096, "float16", 77_309_411_328 // 4),  # KV-9, a batch of 4
        (sf.zoo.llama2_7b(), 1, "bfloat16", 524_288),  # KV-17
        (sf.zoo.gpt(d_model=8192, num_layers=64, num_heads=64), 1, "float16", 2_097_152),  # KP-1
        (sf.zoo.gpt(d_model=8192, num_layers=64, num_heads=64), 8192, "int8", 2**33),  # SB-7
        (sf.zoo.llama2_13b(), 8192, "bfloat16", 6_710_886_400),  # SB-18, 6.25 GiB
    ],
)
def test_bytes_kept(model, tokens, dtype, size):
    assert sf.cost(model, (tokens,)).kv_cache_size(dtype) == size


def test_latents_are_kept_for_keys_and_values():
    """Claims KV-12 and KV-13: 576 for 2·128·128 a block; to DeepSeek-67B 82.2 %, 93.3 % with 6 bits for 16."""
    latent = sf.cost(sf.zoo.deepseek_v2(), (1,)).kv_cache
    grouped = sf.zoo.llama(num_layers=95, d_model=8192, num_heads=64, kv_heads=8)
    before = sf.cost(grouped, (1,)).kv_cache
    assert (latent, before) == (34_560, 194_560)
    assert sympy.Rational(latent, 60 * 2 * 128 * 128) == sympy.Rational(576, 32768)
    assert f"{1 - latent / before:.3f}, {1 - latent * 6 / (before * 16):.3f}" == "0.822, 0.933"


def test_latents_are_absorbed_at_decoding():
    """A position seen takes h·(2·r_kv + d_r) products a block, or h·(d_n + d_r + d_v) and its keys and values anew."""
    absorbed, anew = (
        sympy.diff(sf.cost(sf.zoo.deepseek_v3(cache_length=S, absorb=absorb)).macs, S)
        for absorb in (True, False)
    )
    assert absorbed == 61 * 128 * (2 * 512 + 64)
    assert anew == 61 * (128 * (128 + 64 + 128) + 512 * 128 * (128 + 128))


def test_a_window_bounds_what_is_kept():
    cost = sf.cost(sf.zoo.mistral_7b())
    assert cost.at(N=10_000).kv_cache == cost.at(N=4096).kv_cache == 65536 * 4096
    assert cost.at(N=100).kv_cache == 65536 * 100
    full, seen = sf.cost(sf.zoo.mistral_7b(window=None)), cost
    pairs = 4096 * 10_000 - 4096 * 4095 // 2
    assert full.at(N=10_000).macs - seen.at(N=10_000).macs == 2 * 32 * 4096 * (10_000**2 - pairs)
    assert same(full.macs, sf.cost(sf.zoo.llama3_8b(vocab_size=32000)).macs)
