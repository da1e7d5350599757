"""Language models of the zoo: what was printed for them, and the closed forms that follow from their layers."""

import csv
from pathlib import Path

import pytest
import sympy

import symflops as sf

D, L, M, N, S, T, V, d_a, d_ff, d_h, h, h_kv, n_ctx, r = sf.dims(
    "D L M N S T V d_a d_ff d_h h h_kv n_ctx r"
)
PUBLISHED = Path(__file__).parent / "published"
FAMILIES = {
    "gpt": {"V", "n_ctx", "D", "L", "h", "N"},
    "bert": {"V", "n_ctx", "D", "L", "h", "N"},
    "llama": {"V", "D", "L", "h", "h_kv", "d_ff", "N"},
    "t5": {"V", "D", "L", "h", "d_h", "d_ff", "N", "M"},
    "whisper": {"V", "n_ctx", "D", "L", "h", "T", "N"},
    "transformer": {"V", "D", "L", "h", "d_ff", "N", "M"},
}


def same(a, b):
    return sympy.expand(a - b) == 0


def rows(name):
    with (PUBLISHED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def block(model, path, **options):
    """The first block of a model, 2 FLOPs for a product with its sum."""
    return sf.cost(model, convention="2mac", **options)[path]


# what others printed


@pytest.mark.parametrize("row", rows("language_models.csv"), ids=lambda row: row["model"])
def test_parameters_of_released_weights(row):
    model = sf.zoo.model(row["model"])
    assert sf.cost(model).params == int(row["params"])
    assert [(n.quantity, n.value) for n in model.published] == [("params", int(row["params"]))]
    assert row["source"]


def test_every_released_model_is_among_them():
    released = {row["model"] for row in rows("language_models.csv")}
    with_tokens = {name for name in sf.zoo.names() if name.startswith(MEMBERS)}
    assert with_tokens == released


#: Names of models whose weights are released; GPT-3 and the first transformer have a table in their papers.
MEMBERS = (
    *("bert_", "gpt2", "llama2_", "llama3_", "mistral_", "mixtral_", "qwen2_"),
    *("deepseek_", "t5_", "whisper_"),
)


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("small", 125),
        ("medium", 356),
        ("large", 760),
        ("xl", 1_320),
        ("2_7b", 2_650),
        ("6_7b", 6_660),
        ("13b", 12_850),
        ("175b", 174_600),
    ],
)
def test_brown_2020_table_d_1(name, millions):
    """Parameters in millions, as printed: to the million below 10⁹, above to ten million."""
    params = sf.cost(sf.zoo.model(f"gpt3_{name}")).params
    unit = 10**6 if millions < 1000 else 10**7
    assert round(params / unit) * unit == millions * 10**6


def test_widths_that_brown_2020_prints_otherwise():
    """Table 2.1: 13B is 5140 wide with 40 heads of 128, XL 2048 with 24 heads of 128: not those of table D.1."""
    for name, layers, width, attended in (("13b", 40, 5140, 5120), ("xl", 24, 2048, 3072)):
        printed = sf.zoo.model(
            f"gpt3_{name}", d_model=width, num_heads=attended // 128, head_dim=128
        )
        attention = 4 * width * attended + 3 * attended + width
        around = layers * (8 * width**2 + 5 * width + 4 * width) + (50257 + 2048 + 2) * width
        params = sf.cost(printed).params
        assert params == layers * attention + around
        assert round(params / 10**7) not in {1_285, 132}
    with pytest.raises(sf.ArgumentError, match="num_heads = 24 must divide embed_dim = 2048"):
        sf.cost(sf.zoo.gpt3_xl(num_heads=24))


@pytest.mark.parametrize(
    ("name", "all_of_them", "met"),
    [  # in 10⁹: Jiang et al. 2024, section 2.1 and the model's card; DeepSeek-AI 2024, abstracts of both reports
        ("mixtral_8x7b", "46.7", "12.9"),
        ("deepseek_v2", "235.7", "21.4"),  # printed: 236 and 21
        (
            "deepseek_v3",
            "671.0",
            "37.6",
        ),  # printed: 671 and 37, which is 37.6 less the table of tokens
    ],
)
def test_parameters_that_a_token_meets(name, all_of_them, met):
    cost = sf.cost(sf.zoo.model(name))
    assert (f"{cost.params / 1e9:.1f}", f"{cost.active_params / 1e9:.1f}") == (all_of_them, met)


def test_active_parameters_of_mixtral_to_the_unit():
    """Tables, attention, router, two of eight experts of three matrices, norms (Jiang et al. 2024, table 1)."""
    block = 2 * 4096**2 + 2 * 4096 * 1024 + 8 * 4096 + 2 * 3 * 4096 * 14336 + 2 * 4096
    cost = sf.cost(sf.zoo.mixtral_8x7b())
    assert cost.active_params == 2 * 32000 * 4096 + 32 * block + 4096 == 12_879_925_248
    assert cost.params - cost.active_params == 32 * 6 * 3 * 4096 * 14336
    # every matrix that a token meets takes one product an entry; the table of tokens and the norms take none
    weighed = cost.active_params - 32000 * 4096 - 65 * 4096
    assert cost.at(N=1).without("Scores").without("Weighting").macs == weighed


def test_parameters_of_the_first_transformer():
    """Claims TF-1 and TF-2: table 3 of Vaswani et al. 2017 prints 65 and 213 million, with about 37,000 tokens."""
    for name, d, ff, printed in (("base", 512, 2048, 65), ("big", 1024, 4096, 213)):
        encoder = 4 * d**2 + 2 * d * ff + ff + d + 4 * d
        decoder = 8 * d**2 + 2 * d * ff + ff + d + 6 * d
        params = sf.cost(sf.zoo.model(f"transformer_{name}")).params
        assert params == 6 * encoder + 6 * decoder + 37000 * d
        assert abs(params / 10**6 / printed - 1) < 0.04


@pytest.mark.parametrize(
    ("name", "printed"),
    [  # Radford et al. 2022, table 1, in millions
        ("tiny", 39),
        ("base", 74),
        ("small", 244),
        ("medium", 769),
        ("large", 1550),
    ],
)
def test_radford_2022_table_1(name, printed):
    """The released weights are a little fewer than the paper prints, with the sinusoids too."""
    model = sf.zoo.model(f"whisper_{name}")
    sinusoids = 1500 * model.given["d_model"]
    assert 0.94 < sf.cost(model).params / (printed * 10**6) < 1
    assert 0.96 < (sf.cost(model).params + sinusoids) / (printed * 10**6) < 1


# the families


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_its_closed_form(name):
    """All sizes are symbols; naive loops over drawn numbers count the same."""
    cost = sf.cost(sf.zoo.model(name))
    assert {symbol.name for symbol in cost.symbols} == FAMILIES[name]
    assert cost.params.is_polynomial(*cost.symbols - {h})
    verified = sf.verify(cost)
    assert verified, verified


@pytest.mark.parametrize(
    ("family", "member", "values"),
    [
        ("gpt", "gpt2", {"V": 50257, "n_ctx": 1024, "D": 768, "L": 12, "h": 12}),
        ("gpt", "gpt3_175b", {"V": 50257, "n_ctx": 2048, "D": 12288, "L": 96, "h": 96}),
        ("bert", "bert_base", {"V": 30522, "n_ctx": 512, "D": 768, "L": 12, "h": 12}),
        ("llama", "llama3_8b", {"V": 128256, "D": 4096, "L": 32, "h": 32, "h_kv": 8, "d_ff": 14336}),
        ("t5", "t5_11b", {"V": 32128, "D": 1024, "L": 24, "h": 128, "d_h": 128, "d_ff": 65536}),
        ("whisper", "whisper_tiny", {"V": 51865, "n_ctx": 448, "D": 384, "L": 4, "h": 6}),
        ("transformer", "transformer_base", {"V": 37000, "D": 512, "L": 6, "h": 8, "d_ff": 2048}),
    ],
)  # fmt: skip
def test_values_make_a_member_of_a_family(family, member, values):
    symbolic, known = sf.cost(sf.zoo.model(family)), sf.cost(sf.zoo.model(member))
    numbers = {symbol: values[symbol.name] for symbol in symbolic.symbols if symbol.name in values}
    built = symbolic.at(values)
    for metric in ("params", "mults", "adds", "macs", "flops", "activations", "kv_cache"):
        closed = getattr(symbolic, metric).subs(numbers)
        assert same(closed, getattr(known, metric)), metric
        assert same(getattr(built, metric), getattr(known, metric)), metric


def test_small_members_are_what_they_count():
    """Those with parts that the families do not have: windows, experts, latents, caches, biases, ties."""
    sizes = {"vocab_size": 5, "d_model": 4, "num_layers": 2, "num_heads": 2}
    shared = {**sizes, "kv_heads": 1, "d_ff": 3}
    latent = {**sizes, "q_lora_rank": 3, "kv_lora_rank": 2, "qk_nope_head_dim": 2}
    latent |= {"qk_rope_head_dim": 2, "v_head_dim": 3, "dense_layers": 1, "d_ff": 3}
    latent |= {"expert_d_ff": 2, "num_experts": 3, "top_k": 2}
    for model in (
        sf.zoo.mistral_7b(**shared, window=3),
        sf.zoo.mistral_7b(**shared, window=3, cache_length=2),
        sf.zoo.mixtral_8x7b(**shared, num_experts=3),
        sf.zoo.qwen2_0_5b(**shared),
        sf.zoo.qwen2_7b(**shared, causal=True),
        sf.zoo.gpt(**sizes, n_ctx=6, bias=False, kv_heads=1, head_dim=3, cache_length=S),
        sf.zoo.deepseek_v2(**latent),
        sf.zoo.deepseek_v3(**latent, cache_length=2),
        sf.zoo.deepseek_v3(**latent, cache_length=2, absorb=True),
    ):
        verified = sf.verify(sf.cost(model))
        assert verified, (model, verified)


def test_nothing_grows_with_the_depth():
    few, many = (sf.cost(sf.zoo.gpt(num_layers=layers)) for layers in (2, 10**6))
    assert (
        len(few.table().rows) == len(many.table().rows) == len(sf.cost(sf.zoo.gpt()).table().rows)
    )


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


def test_encoders_of_electra():
    """Claim EL-4: flops_computation.py counts 6.428335104·10¹⁹ for a million steps of 256 on BERT-base.

    The forward pass of 512 tokens, of which 80 are guessed: layers give all but dropout, the lookup of
    positions as a product, and the choice of the target word. The script leaves D out of one norm a block, and
    takes the backward pass to be as long as the forward pass (claim EL-3).
    """
    weights = {("mul", "dot"): 2, ("add", "bias"): 1, ("exp", "softmax"): 5, ("div", "other"): 1}
    weights |= {("add", "skip"): 1, ("erf", "act"): 8, ("sub", "norm"): 5, ("add", "other"): 1}
    electra = sf.Convention(
        "electra", "As ELECTRA's script.", "flops_computation.py", weights, dense=True
    )
    layers, width, heads, tokens, words, guessed = 12, 768, 12, 512, 30522, 80
    trunk = sf.cost(sf.zoo.bert_base(), (tokens,), electra).upto("encoder").flops
    head = sf.Sequential(
        sf.Linear(width, width),
        sf.GELU(),
        sf.LayerNorm(width),
        sf.Linear(width, words, bias=False),
        sf.Softmax(-1),
    )
    forward = trunk + sf.cost(head, (guessed, width), electra).flops
    dropout = 4 * tokens * (layers * (tokens * heads + 2 * width) + width)
    positions, target = 2 * tokens * tokens * width, 2 * words * guessed
    norms = 5 * layers * tokens * (width - 1)
    script = forward + dropout + positions + target - norms
    assert 2 * 256 * 10**6 * script == 6_428_335_104 * 10**10


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


def test_a_window_bounds_what_is_kept():
    cost = sf.cost(sf.zoo.mistral_7b())
    assert cost.at(N=10_000).kv_cache == cost.at(N=4096).kv_cache == 65536 * 4096
    assert cost.at(N=100).kv_cache == 65536 * 100
    full, seen = sf.cost(sf.zoo.mistral_7b(window=None)), cost
    pairs = 4096 * 10_000 - 4096 * 4095 // 2
    assert full.at(N=10_000).macs - seen.at(N=10_000).macs == 2 * 32 * 4096 * (10_000**2 - pairs)
    assert same(full.macs, sf.cost(sf.zoo.llama3_8b(vocab_size=32000)).macs)


# what is refused


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sf.cost(sf.zoo.gpt2(), (1025,)), "LearnedPositions has 1024 positions, got 1025"),
        (lambda: sf.cost(sf.zoo.gpt2(cache_length=1024)), "has 1024 positions, got 1025"),
        (lambda: sf.cost(sf.zoo.gpt2()).at(N=1025), "Positions has 1024 positions, got 1025"),
        (lambda: sf.cost(sf.zoo.llama3_8b(kv_heads=5)), "kv_heads = 5 must divide num_heads = 32"),
        (lambda: sf.cost(sf.zoo.mixtral_8x7b(top_k=9)), "top_k = 9 of 8 experts"),
        (lambda: sf.cost(sf.zoo.t5_base(), (512,)), "zoo.t5_base() takes 2 inputs, got 1"),
        (lambda: sf.cost(sf.zoo.whisper_tiny(), [(128, 3000), (1,)]), "expects 80 channels"),
        (lambda: sf.zoo.gpt(d_model="D"), "for a symbol write dim('D')"),
    ],
)
def test_refusals(make, text):
    with pytest.raises(sf.SymflopsError) as caught:
        make()
    assert text in str(caught.value)
