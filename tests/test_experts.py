"""Mixtures of experts, low-rank adapters and bottlenecks: closed forms, tables, parts, published numbers."""

import pytest
import sympy

import symflops as sf
from symflops.oracle.number import Counter
from symflops.oracle.running import Run

N, D, E, k, d_ff, r, L, c = sf.dims("N D E k d_ff r L c")


def swiglu(d, f):
    return sf.SwiGLU(d, f)


def mixture(**options):
    return sf.MixtureOfExperts(D, E, k, sf.FeedForward(D, d_ff, "relu", bias=False), **options)


def same(a, b):
    return sympy.expand(sympy.Integer(0) + a - b) == 0


# closed forms


def test_all_weights_are_there_and_k_experts_are_met():
    cost = sf.cost(mixture(), (N, D))
    assert same(cost.params, D * E + E * 2 * D * d_ff)
    assert same(cost.active_params, D * E + k * 2 * D * d_ff)
    assert same(cost.macs, N * cost.active_params)
    assert [str(condition) for condition in cost.conditions] == ["E >= k"]


def test_what_choosing_and_combining_take():
    """Softmax 5E - 2; k passes over what is left; k - 1 sums and k divisions; k products and k - 1 sums of D."""
    cost = sf.cost(mixture(), (N, D))
    assert same(cost["softmax"].flops, N * (5 * E - 2))
    assert same(cost["top_k"].flops, N * (k * E - k * (k + 1) / 2))
    assert same(cost["normalize"].flops, N * (2 * k - 1))
    assert same(cost["combine"].flops, N * D * (2 * k - 1))
    assert cost["combine"].macs == 0  # elementwise, as a skip is
    assert cost["top_k"].at(E=8, k=3, N=1).flops == 7 + 6 + 5


@pytest.mark.parametrize("scoring", ["softmax", "sigmoid"])
def test_options_of_the_router(scoring):
    plain = sf.cost(mixture(normalize=False, scoring=scoring), (N, D))
    normal = sf.cost(mixture(scoring=scoring), (N, D))
    scaled = sf.cost(mixture(scoring=scoring, scaling=2.5), (N, D))
    biased = sf.cost(mixture(scoring=scoring, router_bias=True), (N, D))
    assert same(normal.flops - plain.flops, N * (2 * k - 1))
    assert same(scaled.flops - normal.flops, N * k)
    assert same(biased.params - normal.params, E)
    assert same(biased.adds - normal.adds, N * E)
    assert same(plain[scoring].flops, N * (3 * E if scoring == "sigmoid" else 5 * E - 2))


def test_a_shared_expert_and_its_gate():
    plain = sf.cost(mixture(), (N, D))
    shared = sf.cost(mixture(shared=swiglu(D, d_ff)), (N, D))
    gated = sf.cost(mixture(shared=swiglu(D, d_ff), shared_gate=True), (N, D))
    alone = sf.cost(swiglu(D, d_ff), (N, D))
    assert same(shared.params - plain.params, alone.params)
    assert same(shared.active_params - plain.active_params, alone.params)
    assert same(shared.flops - plain.flops, alone.flops + N * D)
    # x w of D products, a sigmoid of 3, and one product an element
    assert same(gated.flops - shared.flops, N * (2 * D - 1 + 3 + D))
    assert same(gated.active_params - shared.active_params, D)


def test_slots_that_stay_empty_are_computed():
    """Fedus et al. 2021, equation 3: capacity = tokens/experts · factor, for each of k choices."""
    free = sf.cost(mixture(), (N, D))
    cost = sf.cost(mixture(capacity_factor=c), (N, D), assume="E | c*k*N")
    assert same(cost["experts"].macs, c * free["experts"].macs)
    assert same(cost["combine"].flops, free["combine"].flops)
    assert (cost.params, cost.active_params) == (free.params, free.active_params)
    slots = sf.cost(mixture(capacity_factor=1.25), (N, D)).at(E=8, k=1, N=64, D=2, d_ff=3)
    assert slots["experts"].macs == 8 * (64 // 8 * 5 // 4) * 2 * 2 * 3  # 8 experts of 10 slots
    conditions = sf.cost(mixture(capacity_factor=1.25).at(E=8, k=2), (N, D)).conditions
    assert [str(condition) for condition in conditions] == ["16 | 5*N"]


def test_the_batch_is_tokens_too():
    B = sf.dim("B")
    one, many = sf.cost(mixture(), (N, D)), sf.cost(mixture(), (B, N, D), batched=True)
    assert (many.params, many.active_params) == (one.params, one.active_params)
    assert same(many.flops, B * one.flops)


def test_a_depth_of_mixtures():
    block = sf.Residual(mixture())
    one, deep = sf.cost(block, (N, D)), sf.cost(sf.Repeat(block, L), (N, D))
    for metric in ("params", "active_params", "macs", "flops", "activations"):
        assert same(getattr(deep, metric), L * getattr(one, metric)), metric


def test_a_mixture_of_mixtures():
    """A token meets 2 of 3 mixtures, and in each of them k of E networks."""
    inner = sf.cost(mixture(), (N, D))
    outer = sf.cost(sf.MixtureOfExperts(D, 3, 2, mixture()), (N, D))
    assert same(outer.params, 3 * D + 3 * inner.params)
    assert same(outer.active_params, 3 * D + 2 * inner.active_params)
    assert sf.verify(outer).holds


# what is published


def test_mixtral_8x7b():
    """46.7 B parameters, of which a token uses 12.9 B: Jiang et al. 2024, Mixtral of Experts, and its announcement."""
    layer = sf.MixtureOfExperts(4096, 8, 2, swiglu(4096, 14336))
    cost = sf.cost(sf.Repeat(layer, 32), (N, 4096))
    attention = 2 * 4096 * 4096 + 2 * 4096 * 1024  # 32 heads, 8 of keys and values
    rest = 32 * (attention + 2 * 4096) + 4096 + 2 * 32000 * 4096
    assert cost.params + rest == 46_702_792_704
    assert f"{(cost.active_params + rest) / 10**9:.1f}" == "12.9"


def test_deepseek_v3_has_256_experts_and_one_that_all_share():
    """A layer of DeepSeek-V3: 8 of 256 experts of width 2048 and a shared one, D = 7168 (DeepSeek-AI 2024, 4.2)."""
    layer = sf.MixtureOfExperts(
        7168, 256, 8, swiglu(7168, 2048), shared=swiglu(7168, 2048), scoring="sigmoid", scaling=2.5
    )
    cost = sf.cost(layer, (N, 7168))
    one = 3 * 7168 * 2048
    assert cost.params == 257 * one + 256 * 7168
    assert cost.active_params == 9 * one + 256 * 7168


def test_qwen2_57b_a14b_has_shared_experts_with_a_gate():
    """64 experts of 2560, 8 of them active, and a shared one as wide as 8 (Yang et al. 2024, table 1)."""
    shared = swiglu(3584, 20480)
    layer = sf.MixtureOfExperts(
        3584, 64, 8, swiglu(3584, 2560), shared=shared, normalize=False, shared_gate=True
    )
    cost = sf.cost(sf.Repeat(layer, 28), (N, 3584))
    attention = 2 * 3584 * 3584 + 2 * 3584 * 512 + 3584 + 2 * 512  # biases of q, k and v
    rest = 28 * (attention + 2 * 3584) + 3584 + 2 * 151936 * 3584
    assert f"{(cost.params + rest) / 10**9:.1f}" == "57.4"
    assert f"{(cost.active_params + rest) / 10**9:.0f}" == "14"


# tables and parts


def test_rows_say_how_many_of_how_many():
    table = sf.cost(mixture(), (N, D)).table("layer,params,active_params,macs", depth=2)
    labels = [str(row[0]) for row in table.rows]
    assert labels == [
        "router Linear",
        "softmax Softmax",
        "top_k TopK",
        "normalize Shares",
        "experts.* FeedForward × k of E",
        "combine Combine",
    ]
    assert [row[1] for row in table.rows] == [D * E, 0, 0, 0, 2 * D * E * d_ff, 0]
    assert [row[2] for row in table.rows] == [D * E, 0, 0, 0, 2 * D * k * d_ff, 0]
    assert "experts.* FeedForward $\\times$~$k$ of $E$" in table.to_latex()
    assert "× 2 of 8" in sf.cost(mixture(), (N, D)).at(E=8, k=2).table(depth=2).to_text()


@pytest.mark.parametrize("depth", [1, 2, 3, None])
@pytest.mark.parametrize("deep", [False, True])
def test_columns_add_up_to_the_whole(depth, deep):
    keys = ("params", "active_params", "mults", "adds", "macs", "flops", "activations")
    layer = mixture(shared=swiglu(D, d_ff), shared_gate=True, capacity_factor=2)
    cost = sf.cost(sf.Repeat(layer, L) if deep else layer, (N, D))
    table = cost.table(keys, depth)
    for i, key in enumerate(keys):
        assert same(sum(row[i] for row in table.rows), getattr(cost, key)), key


def test_parts_by_their_paths():
    cost = sf.cost(mixture(), (N, D))
    assert cost["experts"].macs == 2 * D * N * k * d_ff
    assert cost["experts"].params == 2 * D * E * d_ff
    assert cost["experts.0"].macs == cost["experts.5"].macs == 2 * D * N * d_ff
    assert cost["experts.0.up"].params == D * d_ff
    eight = cost.at(E=8, k=2)
    assert eight["experts.7"].params == 2 * D * d_ff
    with pytest.raises(sf.UnknownNameError):
        eight["experts.8"]
    assert same(sf.share(cost, "experts"), 2 * k * d_ff / (2 * k * d_ff + E))


def test_without_parts():
    cost = sf.cost(mixture(), (N, D))
    assert cost.without("experts").params == D * E
    assert same(cost.without("experts.0.up").params, D * E * (1 + d_ff))
    assert same(cost.without("experts.0.up").active_params, D * (E + k * d_ff))
    assert cost.without("experts.0").params == D * E  # one stands for all
    assert cost.without("FeedForward").macs == D * E * N
    assert sf.cost(sf.Repeat(sf.Linear(D, D), L), (D,)).without("Linear").params == 0
    assert same(cost.without("TopK").flops + cost["top_k"].flops, cost.flops)


def test_up_to_parts():
    cost = sf.cost(mixture(), (N, D))
    assert cost.upto("softmax").output == (N, E)
    assert cost.upto("experts").output == (N, k, D)
    half = cost.upto("experts.0.up")
    assert same(half.macs, D * E * N + D * N * k * d_ff)
    assert same(half.params, D * E + D * E * d_ff)
    assert half.output == (N, d_ff)
    assert same(cost.upto("experts.3").macs, cost.upto("experts").macs)


def test_a_token_sees_itself():
    B = sf.dim("B")
    field = sf.cost(sf.Sequential(mixture()), (B, N, D), batched=True).receptive_field
    assert field.size == (1,)


# what is refused


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: sf.MixtureOfExperts(D, 4, 8, sf.Linear(D, D)), "top_k = 8 of 4 experts"),
        (lambda: sf.MixtureOfExperts(D, 4, 0, sf.Linear(D, D)), "top_k must be at least 1"),
        (lambda: sf.MixtureOfExperts(D, 4, 2, "swiglu"), "expected a layer"),
        (lambda: mixture(scoring="tanh"), "scoring must be one of 'softmax', 'sigmoid'"),
        (lambda: mixture(shared_gate=True), "needs a shared expert"),
        (lambda: mixture(capacity_factor=0), "capacity_factor must be above 0"),
        (lambda: sf.LoRA(sf.Conv2d(3, 3, 1), 4), "linear must be a layer Linear"),
        (lambda: sf.LoRA(sf.Linear(D, D), 0), "r must be at least 1"),
        (lambda: sf.Adapter(D, 0), "bottleneck must be at least 1"),
        (lambda: sf.Adapter(D, 4, "swish"), "activation must be a layer"),
    ],
)
def test_arguments_that_cannot_be(build, message):
    with pytest.raises(sf.ArgumentError, match=message):
        build()


def test_experts_that_mix_tokens_are_refused():
    across = sf.Sequential(sf.Permute((0, 2, 1)), sf.Linear(N, N), sf.Permute((0, 2, 1)))
    flat = sf.Sequential(sf.Flatten(), sf.Linear(N * D, D))
    by_place = sf.Sequential(sf.Permute((0, 2, 1)), sf.LayerNorm(N), sf.Permute((0, 2, 1)))
    attention = sf.MultiheadAttention(D, 1)
    for expert in (across, flat, by_place, attention, sf.BatchNorm1d(N), sf.Flatten()):
        with pytest.raises(sf.ArgumentError, match="must take every token by itself"):
            sf.cost(sf.MixtureOfExperts(D, 4, 2, expert), (N, D))


def test_values_that_break_a_condition_are_refused():
    cost = sf.cost(mixture(), (N, D))
    with pytest.raises(sf.SymflopsError, match="top_k = 8 of 4 experts"):
        cost.at(E=4, k=8)
    whole = sf.cost(mixture(capacity_factor=1.25).at(E=8, k=2), (N, D))
    with pytest.raises(sf.ShapeError, match="35/16 slots an expert are no whole number"):
        whole.at(N=7)
    with pytest.raises(sf.ShapeError, match="Linear expects D features"):
        sf.cost(mixture(), (N, 2 * D))


# the run


def test_tokens_are_really_routed():
    """Tokens go to different experts, some of which nobody chooses; their weights are there all the same."""
    layer = sf.MixtureOfExperts(3, 6, 1, sf.Linear(3, 2, bias=False))
    came = {}

    class Watched(Run):
        def apply(self, layer, inputs):
            if self.path[:1] == ("experts",) and isinstance(layer, sf.Linear):
                came[self.path[1]] = inputs[0].shape
            return super().apply(layer, inputs)

    counter = Counter(seed=3)
    Watched(counter).apply(layer, (counter.draw(1, 8, 3),))
    rows = [rows for _, rows, _ in came.values()]
    assert len(came) == 6
    assert len(set(rows)) > 1
    assert counter.params == 3 * 6 + 6 * 3 * 2
    assert counter.operations["mul"] == 8 * 3 * 6 + 8 * 3 * 2 + 8 * 2


# LoRA and adapters


def test_lora_adds_what_its_paper_says():
    """Hu et al. 2021, section 5.1: 2 · L · d · r for L square matrices; table 4: 4.7 M and 37.7 M for GPT-3."""
    square = sf.Repeat(sf.LoRA(sf.Linear(D, D, bias=False), r), L)
    added = sf.cost(square, (N, D)).without("0.base")
    assert added.params == 2 * D * L * r
    assert added.macs == 2 * D * L * N * r
    for rank, printed in ((1, "4.7"), (8, "37.7")):
        assert f"{added.at(L=192, D=12288, r=rank).params / 10**6:.1f}" == printed
    assert added.at(L=192, D=12288, r=4).params == 18_874_368


@pytest.mark.parametrize(
    ("rank", "names", "expected"),
    [
        (16, "qkvogud", 39_976_960),
        (8, "qkvogud", 19_988_480),
        (16, "qkvo", 16_777_216),
    ],
)
def test_lora_on_llama_2_7b(rank, names, expected):
    """The 13,107,200 that many pages print for r = 16 on all seven matrices is none of these."""
    shapes = dict.fromkeys("qkvo", (4096, 4096)) | dict.fromkeys("gu", (4096, 11008))
    shapes["d"] = (11008, 4096)
    adapted = [sf.LoRA(sf.Linear(*shapes[name], bias=False), rank) for name in names]
    added = [sf.cost(layer, (N, layer.linear.in_features)).without("base") for layer in adapted]
    assert 32 * sum(cost.params for cost in added) == expected


def test_lora_and_what_is_left_of_it_merged():
    linear = sf.Linear(D, d_ff)
    plain = sf.cost(linear, (N, D))
    merged = sf.cost(sf.LoRA(linear, r, merged=True, alpha=16), (N, D))
    assert (merged.params, merged.flops) == (plain.params, plain.flops)
    beside = sf.cost(sf.LoRA(linear, r), (N, D))
    assert same(beside.macs - plain.macs, N * r * (D + d_ff))
    scaled = sf.cost(sf.LoRA(linear, r, alpha=16), (N, D))
    assert same(scaled.flops - beside.flops, N * d_ff)
    assert [name for name, _ in scaled.tree.children] == [
        "base",
        "lora_A",
        "lora_B",
        "scale",
        "add",
    ]


def test_adapters_of_bert_large():
    """Houlsby et al. 2019, section 2.1: 2·m·d + d + m each; two in each of 24 layers with m = 64 are 6.3 M."""
    m = sf.dim("m")
    cost = sf.cost(sf.Adapter(D, m), (N, D))
    assert same(cost.params, 2 * m * D + D + m)
    assert 24 * 2 * cost.at(D=1024, m=64).params == 6_343_680
    assert same(cost.flops - cost["activation"].flops, N * (4 * D * m + D))


@pytest.mark.parametrize(
    "layer",
    [
        mixture(scaling=2.5, router_bias=True, shared=swiglu(D, d_ff), shared_gate=True),
        mixture(capacity_factor=1.25, normalize=False, scoring="sigmoid"),
        sf.LoRA(sf.Linear(D, d_ff), r, alpha=16, merged=True),
        sf.Adapter(D, r, sf.Tanh()),
    ],
    ids=["mixture", "slots", "LoRA", "Adapter"],
)
def test_repr_pastes_back(layer):
    kinds = "MixtureOfExperts FeedForward SwiGLU LoRA Adapter Linear Tanh"
    names = {kind: getattr(sf, kind) for kind in kinds.split()}
    values = {"N": N, "D": D, "E": E, "k": k, "d_ff": d_ff, "r": r}
    assert eval(repr(layer), names | values) == layer  # noqa: S307 - our own repr
