"""Language models of the zoo: what was printed for them, families and their members, and refusals."""

import csv
from pathlib import Path

import pytest
import sympy
from models import model_cost

import symflops as sf

L, L_d, E_s, P, S, h = sf.dims("L L_d E_s P S h")
PUBLISHED = Path(__file__).parent / "published"
FAMILIES = {
    "gpt": {"V", "n_ctx", "D", "L", "h", "N"},
    "bert": {"V", "n_ctx", "D", "L", "h", "N"},
    "llama": {"V", "D", "L", "h", "h_kv", "d_ff", "N"},
    "t5": {"V", "D", "L", "h", "d_h", "d_ff", "N", "M"},
    "whisper": {"V", "n_ctx", "D", "L", "h", "T", "N"},
    "transformer": {"V", "D", "L", "h", "d_ff", "N", "M"},
    "mixtral": {"V", "D", "L", "h", "h_kv", "d_ff", "E", "k", "N"},
    "deepseek": {
        *("V", "D", "L", "L_d", "h", "d_ff", "d_e", "E", "E_s", "k"),
        *("r_q", "r_kv", "d_n", "d_r", "d_v", "N"),
    },
    "mamba2": {"V", "D", "L", "d_state", "k", "E", "P", "N"},
}


def same(a, b):
    return sympy.expand(a - b) == 0


def rows():
    with (PUBLISHED / "language_models.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# what others printed


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["model"])
def test_parameters_of_released_weights(row):
    model = sf.zoo.model(row["model"])
    assert sf.cost(model).params == int(row["params"])
    assert [(n.quantity, n.value) for n in model.published] == [("params", int(row["params"]))]
    assert row["source"]


def test_every_released_model_is_among_them():
    released = {row["model"] for row in rows()}
    with_tokens = {name for name in sf.zoo.names() if name.startswith(MEMBERS)}
    assert with_tokens == released


#: Names of models whose weights are released; GPT-3 and the first transformer have a table in their papers.
MEMBERS = (
    *("bert_", "gpt2", "llama2_", "llama3_", "mistral_", "mixtral_", "qwen2_"),
    *("deepseek_", "t5_", "whisper_", "mamba_130m", "mamba2_"),
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
    cost = model_cost(name)
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
    cost = model_cost(name)
    assert {symbol.name for symbol in cost.symbols} == FAMILIES[name]
    assert cost.params.is_polynomial(*cost.symbols - {h, P})
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
        ("mamba2", "mamba2_130m", {"V": 50288, "D": 768, "L": 24, "d_state": 128, "k": 4, "E": 2, "P": 64}),
        (
            "mixtral",
            "mixtral_8x7b",
            {"V": 32000, "D": 4096, "L": 32, "h": 32, "h_kv": 8, "d_ff": 14336, "E": 8, "k": 2},
        ),
        (
            "deepseek",
            "deepseek_v3",
            {"V": 129280, "D": 7168, "L": 61, "h": 128, "L_d": 3, "d_ff": 18432, "d_e": 2048, "E": 256, "k": 8,
             "E_s": 1, "r_q": 1536, "r_kv": 512, "d_n": 128, "d_r": 64, "d_v": 128},
        ),
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


@pytest.mark.parametrize("name", ["mamba2_130m", "mamba2_2_7b"])
def test_a_token_of_mamba_2(name):
    """One projection to z, x, B, C and Δ, the convolution of x, B and C, what reads the state, and one back."""
    model = sf.zoo.model(name)
    layers, d = int(model.given["num_layers"]), int(model.given["d_model"])
    wide, heads, state, taps = 2 * d, 2 * d // 64, 128, 4
    mixed = wide + 2 * state
    products = d * (wide + mixed + heads) + mixed * taps + wide * state + wide * d
    cost = sf.cost(model, (1,))
    assert cost.macs == layers * products + 50288 * d
    others = mixed + 3 * heads + wide + d  # biases, A, D and those of Δ, and both norms
    weights = layers * (products - wide * state + others)
    assert cost.params == weights + 50288 * d + d
    assert cost.kv_cache == layers * (wide * state + (taps - 1) * mixed)


def test_deepseek_without_dense_blocks_or_shared_experts():
    """A number of 0 is that part left out, given at once or put in later; of no blocks there is no model."""
    router, expert, dense = 7168 * 256, 3 * 7168 * 2048, 3 * 7168 * 18432
    published = sf.cost(sf.zoo.deepseek_v3()).params
    sparse = sf.zoo.deepseek_v3(dense_layers=0)
    assert sf.cost(sparse).params - published == 3 * (router + 257 * expert - dense)
    assert sf.cost(sf.zoo.deepseek_v3(dense_layers=L_d)).at(L_d=0).params == sf.cost(sparse).params
    alone = sf.zoo.deepseek_v3(shared_experts=0)
    assert published - sf.cost(alone).params == 58 * expert
    assert sf.cost(sf.zoo.deepseek_v3(shared_experts=E_s)).at(E_s=0).params == sf.cost(alone).params
    plain = sf.cost(sf.zoo.deepseek_v3(num_layers=3))
    assert sf.cost(sf.zoo.deepseek_v3(num_layers=L)).at(L=3).params == plain.params
    assert [name for name, _ in plain["layers"].tree.children] == ["dense"]


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
        sf.zoo.t5(**sizes, head_dim=3, d_ff=3, cache_length=S),
        sf.zoo.transformer(**sizes, d_ff=3, cache_length=2),
        sf.zoo.whisper(**sizes, n_ctx=6, n_mels=2, cache_length=S),
        sf.zoo.deepseek_v2(**latent),
        sf.zoo.deepseek_v3(**latent, cache_length=2),
        sf.zoo.deepseek_v3(**latent, cache_length=2, absorb=True),
    ):
        verified = sf.verify(sf.cost(model))
        assert verified, (model, verified)


PROJECTED = ("q_proj", "k_proj", "v_proj")
TURNED = (*PROJECTED, "q_rotary", "k_rotary", "scores", "scale", "softmax", "weighting", "out_proj")
PLAIN = (*PROJECTED, "scores", "scale", "softmax", "weighting", "out_proj")
BIASED = (*PROJECTED, "scores", "score_bias", "softmax", "weighting", "out_proj")
MIXED = ("sigmoid", "top_k", "normalize", "scale", "experts", "combine", "shared", "add")


@pytest.mark.parametrize(
    ("name", "path", "parts"),
    [
        ("gpt2", "h.0.attn", PLAIN),
        ("bert_base", "encoder.layers.0.self_attn", PLAIN),
        ("llama3_8b", "layers.0.self_attn", TURNED),
        ("mistral_7b", "layers.0.self_attn", TURNED),
        ("mixtral_8x7b", "layers.0.self_attn", TURNED),
        ("qwen2_7b", "layers.0.self_attn", TURNED),
        ("t5_base", "encoder.layers.0.self_attn", BIASED),
        ("t5_base", "decoder.layers.0.self_attn", BIASED),
        ("t5_base", "decoder.layers.0.multihead_attn", tuple(p for p in PLAIN if p != "scale")),
        ("whisper_tiny", "decoder.layers.0.multihead_attn", PLAIN),
        ("transformer_big", "encoder.layers.0.self_attn", PLAIN),
        ("mixtral_8x7b", "layers.0.mlp", ("router", "softmax", *MIXED[1:3], *MIXED[4:6])),
        ("deepseek_v3", "layers.moe.0.mlp", ("router", *MIXED)),
        ("deepseek_v2", "layers.moe.0.mlp", ("router", "softmax", "top_k", *MIXED[3:])),
        ("gpt3_xl", "", ("wte", "wpe", "h", "ln_f", "lm_head")),
        ("gpt3_xl", "h.0", ("ln_1", "attn", "attn_add", "ln_2", "mlp", "mlp_add")),
        ("llama2_7b", "", ("embed_tokens", "layers", "norm", "lm_head")),
        ("transformer_base", "source", ("embedding", "scale", "positions")),
        ("t5_3b", "lm_head", ("scale", "linear")),
    ],
)
def test_what_parts_are_made_of(name, path, parts):
    cost = model_cost(name)
    tree = cost[path].tree if path else cost.tree
    assert tuple(child for child, _ in tree.children) == parts


@pytest.mark.parametrize(
    ("name", "path", "activation"),
    [
        ("gpt2", "h.0.mlp", sf.GELU("tanh")),  # "gelu_new" of the released configuration
        ("bert_large", "encoder.layers.0.feed_forward", sf.GELU()),
        ("whisper_base", "decoder.layers.0.feed_forward", sf.GELU()),
        ("t5_large", "decoder.layers.0.feed_forward", sf.ReLU()),
        ("transformer_base", "encoder.layers.0.feed_forward", sf.ReLU()),
        ("llama2_7b", "layers.0.mlp", sf.SiLU()),
        ("deepseek_v3", "layers.moe.0.mlp.shared", sf.SiLU()),
    ],
)
def test_activations(name, path, activation):
    assert model_cost(name)[f"{path}.act"].tree.layer == activation


def test_vectors_are_scaled_by_the_root_of_their_width():
    """Vaswani et al. 2017, section 3.4, on both sides; Raffel et al. before the head that is tied."""
    D, M, N = sf.dims("D M N")
    first, text = sf.cost(sf.zoo.transformer()), sf.cost(sf.zoo.t5())
    assert [first[f"{side}.scale"].flops for side in ("source", "target")] == [D * N, D * M]
    assert [first[f"{side}.positions"].adds for side in ("source", "target")] == [D * N, D * M]
    assert text["lm_head.scale"].mults == D * M


def test_encoders_keep_nothing():
    """What the next word needs are the decoder's own keys and values, and those of the memory."""
    assert sf.cost(sf.zoo.bert()).kv_cache == 0
    for name in ("t5", "transformer", "whisper"):
        cost = model_cost(name)
        assert cost["encoder"].kv_cache == 0
        own, memory = (cost[f"decoder.layers.0.{part}"] for part in ("self_attn", "multihead_attn"))
        L = sf.dim("L")
        assert same(cost.kv_cache, L * (own.kv_cache + memory.kv_cache))
        assert own.kv_cache != memory.kv_cache != 0


def test_masks_and_windows_are_asked_for():
    """Left alone, every pair is counted; the mask is the decoder's to itself, never of an encoder or a memory."""
    for name, path in (("gpt", "h.0.attn"), ("llama", "layers.0.self_attn")):
        masked, full = (sf.cost(sf.zoo.model(name, causal=c))[path] for c in (True, False))
        N = sf.dim("N")
        assert same(masked["scores"].macs * 2 * N, full["scores"].macs * (N + 1))
    for name in ("t5", "transformer", "whisper"):
        masked, full = (sf.cost(sf.zoo.model(name, causal=c)) for c in (True, False))
        differ = masked["decoder.layers.0.self_attn"].macs, full["decoder.layers.0.self_attn"].macs
        assert not same(*differ)
        for path in ("encoder", "decoder.layers.0.multihead_attn"):
            assert same(masked[path].macs, full[path].macs)


def test_nothing_grows_with_the_depth():
    few, many = (sf.cost(sf.zoo.gpt(num_layers=layers)) for layers in (2, 10**6))
    assert (
        len(few.table().rows) == len(many.table().rows) == len(sf.cost(sf.zoo.gpt()).table().rows)
    )


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
        (lambda: sf.zoo.deepseek_v3(num_layers=2), "dense_layers = 3 are more than num_layers = 2"),
        (lambda: sf.zoo.deepseek_v3(num_layers=0, dense_layers=0), "n must be at least 1, got 0"),
        (
            lambda: sf.zoo.deepseek_v3(dense_layers="L"),
            "cannot be built with dense_layers = 'L'; sizes are numbers",
        ),
        (lambda: sf.zoo.bert(d_model=None), "bert cannot be built with d_model = None"),
        (
            lambda: sf.zoo.vit(image_size=(224, 224)),
            "vit cannot be built with image_size = (224, 224)",
        ),
    ],
)
def test_refusals(make, text):
    with pytest.raises(sf.SymflopsError) as caught:
        make()
    assert text in str(caught.value)
