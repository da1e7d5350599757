"""State-space models and linear attention that fades: formulas by hand and in print, and what is refused."""

from __future__ import annotations

import pytest
import sympy
from sympy import Integer, Rational, expand

import symflops as sf
from symflops.conventions import Convention
from symflops.layers.gated_linear import ForgetGate
from symflops.layers.state_space import Bias
from symflops.oracle.checking import EACH
from symflops.oracle.number import Counter
from symflops.oracle.running import Run
from symflops.trace import Step, Times

B, C, D, E, H, N, P, Q, R, T, d, g, h, k, n, r, s = sf.dims("B C D E H N P Q R T d g h k n r s")
#: Every operation once, but a dot product of n terms is n products and n sums.
FMA = Convention("fma", "A product with its sum is two.", "by hand", {("*", "*"): 1, ("mul", "dot"): 2, ("add", "dot"): 0})  # fmt: skip
#: Two for each MAC, and nothing of a matrix product is skipped.
DENSE = Convention("dense", "2 per MAC, whole squares.", "by hand", {("mul", "dot"): 2}, dense=True)


def same(a, b):
    return expand(Integer(0) + a - b) == 0


def scan_of(state=N, **options):
    return sf.SelectiveScan(D, state, **options), [(T, D), (T, D), (T, state), (T, state)]


def duality(groups=1, **options):
    inputs = [(T, h * P), (T, h), (T, groups * N), (T, groups * N)]
    return sf.SSD(h, P, N, groups, **options), inputs


def fading(**options):
    gates = {"vector": [(T, h * k)], "scalar": [(T, h)], "fixed": []}
    layer = sf.GatedRecurrence(h, k, d, **options)
    return layer, [(T, h * k), (T, h * k), (T, h * d), *gates[layer.decay]]


# every operation by hand

STATES = T * D * N
PAIRS = (
    T * (Q + 1) / 2
)  # positions of a chunk with those that are not behind them, all chunks together
FORMULAS = [
    (  # Δ·A, exp, Δ·B; Ā·h, B̄·x and their sum; C·h; D·x
        *scan_of(),
        {"mul": 5 * STATES + T * D, "exp": STATES, "add": STATES + T * D * (N - 1) + T * D},
    ),
    (
        *scan_of(skip=False),
        {"mul": 5 * STATES, "exp": STATES, "add": STATES + T * D * (N - 1)},
    ),
    (  # Δ·A and exp a head; Δ·x; a·h and x·B with their sum; C·h; D·x
        *duality(),
        {
            "mul": T * h * (1 + P + 2 * P * N + P * N + P),
            "exp": T * h,
            "add": T * h * (P * N + P * (N - 1) + P),
        },
    ),
    (  # Δ·x, Δ·A; C Bᵀ, its product with L, with Δ·x; to the end, B x; handed on; C h, decayed
        *duality(g, chunk_size=Q, skip=False),
        {
            "mul": T * h * (P + 1)
            + PAIRS * (g * N + h + h * P)
            + T * h * (P + P * N)
            + T / Q * h * P * N
            + T * h * (P * N + P),
            "sub": PAIRS * h + T * h,
            "exp": PAIRS * h + T * h + T / Q * h + T * h,
            "add": (T - T / Q) * h
            + PAIRS * g * (N - 1)
            + (PAIRS - T) * h * P
            + (T - T / Q) * h * P * N
            + T / Q * h * P * N
            + T * h * P * (N - 1)
            + T * h * P,
        },
    ),
    (  # a·h of complex numbers, and x; the real part of c·h; D·x
        sf.S4D(H, 2 * n),
        (T, H),
        {
            "mul": T * H * (4 * n + 2 * n + 1),
            "sub": T * H * (n + n),
            "add": T * H * (2 * n + (n - 1) + 1),
        },
    ),
    *(
        (*fading(decay=decay), {"mul": T * h * 3 * k * d, "add": T * h * d * (2 * k - 1)})
        for decay in ("vector", "scalar", "fixed")
    ),
    (ForgetGate(), (T, D), dict.fromkeys(("exp", "add", "div", "pow"), T * D)),
    (Bias(D), (T, D), {"add": T * D}),
    (
        sf.CausalConv1d(C * g, D * g, k, dilation=s, groups=g),
        (C * g, T),
        {"mul": T * D * g * C * k, "add": T * D * g * C * k},
    ),
]


@pytest.mark.parametrize(
    ("layer", "shape", "formulas"), FORMULAS, ids=lambda value: str(value)[:50]
)
def test_every_operation_by_definition(layer, shape, formulas):
    cost = sf.cost(layer, shape)
    for name, convention in EACH.items():
        counted = cost.under(convention).flops
        assert same(counted, formulas.get(name, 0)), f"{name}: {counted}"


@pytest.mark.parametrize(
    ("layer", "shape", "params", "kept"),
    [
        (*scan_of(), D * N + D, D * N),
        (*scan_of(skip=False), D * N, D * N),
        (*duality(g), 2 * h, h * P * N),
        (*duality(chunk_size=Q, skip=False), h, h * P * N),
        (sf.S4D(H, 2 * n), (T, H), H * (4 * n + 2), 2 * n * H),
        (sf.S4D(H, 2 * n, mode="convolution", size=s), (T, H), H * (4 * n + 2), 0),
        (*fading(), 0, h * k * d),
        (*fading(decay="fixed"), 0, h * k * d),
        (sf.CausalConv1d(C, D, k, dilation=s), (C, T), C * D * k + D, C * (k - 1) * s),
        (sf.CausalConv1d(C, D, 1), (C, T), C * D + D, 0),
        (sf.MambaBlock(D, N, k, E, R), (T, D), 3 * E * D**2 + E * D * (3 * N + 2 * R + k + 3), E * D * (N + k - 1)),
        (
            sf.Mamba2Block(h * P, N, k, 1, P, g, conv_bias=False),
            (T, h * P),
            h * P * (2 * h * P + 2 * g * N + h) + (h * P + 2 * g * N) * k + 3 * h + h * P + (h * P) ** 2,
            h * P * N + (h * P + 2 * g * N) * (k - 1),
        ),
    ],
    ids=lambda value: str(value)[:50],
)  # fmt: skip
def test_weights_and_what_decoding_keeps(layer, shape, params, kept):
    cost = sf.cost(layer, shape, assume=("h*P >= 1",) if isinstance(layer, sf.Mamba2Block) else ())
    assert same(cost.params, params)
    assert same(cost.kv_cache, kept)
    assert not Integer(0) + cost.kv_cache.has(T) if kept else cost.kv_cache == 0


# in print


def test_selective_scan_in_print():
    """8·B·L·D·N + 2·B·D·L with as many sums as products; 9·B·L·D·N + B·D·L, from VMamba, has more than there are."""
    layer, inputs = scan_of()
    cost = sf.cost(layer, [(B, *shape) for shape in inputs])
    literature, printed = 8 * B * T * D * N + 2 * B * D * T, 9 * B * T * D * N + B * D * T
    assert same(cost.under(FMA).flops, literature)
    assert same(cost.flops, literature - B * D * T)  # a sum less for each dot product
    assert same(printed - literature, B * D * T * (N - 1))
    sizes = {B: 1, T: 4096, D: 1536, N: 16}
    assert (literature.subs(sizes), printed.subs(sizes)) == (817_889_280, 912_261_120)
    once = cost.flops - B * T * D * (N - 1)  # Δ·x for all states at once, as other codes do
    assert same(once, B * T * D * (7 * N + 2))


def test_two_blocks_have_the_projections_of_a_transformer_layer():
    """Gu and Dao 2023, section 3.4: 3·E·D² each; at E = 2 two of them have 12·D²."""
    block = sf.cost(sf.MambaBlock(D, expand=E), (T, D))
    projections = block["in_proj"].params + block["out_proj"].params
    assert same(projections, 3 * E * D**2)
    assert same(2 * projections.subs(E, 2), 12 * D**2)
    assert same(block["in_proj"].macs + block["out_proj"].macs, 3 * E * D**2 * T)


RELEASED = {  # the released weights, state-spaces/mamba-…-hf
    "mamba_130m": 129_135_360,
    "mamba_370m": 371_516_416,
    "mamba_790m": 793_204_224,
    "mamba_1_4b": 1_372_178_432,
    "mamba_2_8b": 2_768_345_600,
}


@pytest.mark.parametrize(("name", "params"), RELEASED.items())
def test_parameters_of_released_weights(name, params):
    model = sf.zoo.model(name)
    assert sf.cost(model).params == params
    assert [(number.quantity, number.value) for number in model.published] == [("params", params)]
    assert all(model.published[0].source)


def test_a_released_mamba_2():
    """state-spaces/mamba2-130m: 128,989,632 parameters, with 50,288 tokens."""
    block = sf.cost(sf.Mamba2Block(768), (T, 768)).params
    assert 24 * (block + 768) + 50_288 * 768 + 768 == 128_989_632


def test_the_rank_of_delta():
    """⌈d_model/16⌉ numbers, as in mamba_simple.py's "auto"."""
    for width, rank in ((1, 1), (16, 1), (17, 2), (40, 3)):
        auto, given = sf.MambaBlock(width), sf.MambaBlock(width, dt_rank=rank)
        assert sf.cost(auto, (T, width)).params == sf.cost(given, (T, width)).params
    symbolic = sf.cost(sf.MambaBlock(D), (T, D))
    assert symbolic.at(D=40).params == sf.cost(sf.MambaBlock(40), (T, 40)).params


@pytest.mark.parametrize(
    "block", [sf.MambaBlock(4), sf.Mamba2Block(32), sf.GatedLinearAttention(8)]
)
def test_what_gates_what(block):
    """The scan's output, normalised or not, times the activation of the other half; not the half itself."""
    into = dict(sf.cost(block, (T, block.d_model)).tree.flow.into)
    act = "g_act" if isinstance(block, sf.GatedLinearAttention) else "gate_act"
    made, gate = into["gate"]
    assert made in {("scan", 0), ("ssd", 0), ("joined", 0)}
    assert gate == (act, 0)
    last = next(reversed(into.values()))
    assert last in {(("gate", 0),), (("norm", 0),)}


def weights(node, path=()):
    if isinstance(node, Step):
        for weight in node.weights:
            yield ".".join((*path[:-1], weight.name)), weight.elements
    elif isinstance(node, Times):
        yield from weights(node.child, path)
    else:
        for name, child in node.children:
            yield from weights(child, (*path, name))


def test_weights_have_the_names_of_the_authors():
    """mamba_simple.py and mamba2.py; A_log and D are the block's own there."""
    found = dict(weights(sf.cost(sf.MambaBlock(768), (T, 768)).tree))
    assert found == {
        "in_proj.weight": 768 * 3072,
        "conv1d.weight": 1536 * 4,
        "conv1d.bias": 1536,
        "x_proj.weight": 1536 * 80,
        "dt_proj.weight": 48 * 1536,
        "dt_proj.bias": 1536,
        "scan.A_log": 1536 * 16,
        "scan.D": 1536,
        "out_proj.weight": 1536 * 768,
    }
    found = dict(weights(sf.cost(sf.Mamba2Block(768, bias=True), (T, 768)).tree))
    assert found == {
        "in_proj.weight": 768 * 3352,
        "in_proj.bias": 3352,
        "conv1d.weight": 1792 * 4,
        "conv1d.bias": 1792,
        "dt_bias.bias": 24,
        "ssd.A_log": 24,
        "ssd.D": 24,
        "norm.weight": 1536,
        "out_proj.weight": 1536 * 768,
        "out_proj.bias": 768,
    }


def test_chunks_in_print():
    """Dao and Gu 2024, theorem 6.1: O(T·N²) where chunk, state and head are N wide; it is 3·T·N² + T·N MACs."""
    layer, inputs = duality(chunk_size=Q)
    macs = sf.cost(layer, inputs).macs
    assert same(macs, 2 * T * h * N * P + T * (Q + 1) / 2 * (N + h * P))
    assert same(macs.subs({Q: N, P: N, h: 1}), 3 * T * N**2 + T * N)


def test_chunks_take_fewer_operations_and_more_products():
    """Mamba-2's sizes, 64 positions a chunk: the state is passed once a chunk, not once a position."""
    (one, inputs), (other, _) = duality(), duality(chunk_size=64)
    sizes = {"h": 24, "P": 64, "N": 128, "T": 2048}
    stepwise, chunked = (sf.cost(layer, inputs).at(sizes) for layer in (one, other))
    assert stepwise.flops == 2048 * 24 * (5 * 128 * 64 + 2 * 64 + 2)
    assert chunked.flops < stepwise.flops
    assert chunked.macs > 2 * stepwise.macs


def test_gated_linear_attention_in_print():
    """Yang et al. 2023, section 4.4: 4·d² for the six projections at half as wide keys, and the gate's 16·(d + d/2)."""
    cost = sf.cost(sf.GatedLinearAttention(D), (T, D), assume="8 | D")
    matrices = sum(cost[f"{name}_proj"].params for name in "qkvgo")
    assert same(matrices, 4 * D**2)
    gate = cost["gk_down"].params + cost["gk_up"].params
    assert same(gate, 16 * D + 16 * D / 2 + D / 2)
    assert same(cost.params, matrices + gate + D / 4)
    assert sf.cost(sf.GatedLinearAttention(1024), (T, 1024)).params == 4_219_648


# linear in time, and the same by other ways


@pytest.mark.parametrize(
    "layer",
    [sf.MambaBlock(D), sf.Mamba2Block(64), sf.S4D(D), sf.GatedLinearAttention(32), sf.zoo.mamba()],
    ids=lambda layer: str(layer)[:20],
)
def test_every_token_takes_the_same(layer):
    """A decoding step is one position: what it takes, and what is kept, does not depend on how many came before."""
    width = () if layer == sf.zoo.mamba() else (getattr(layer, "d_model", D),)
    many, one = sf.cost(layer, (T, *width)), sf.cost(layer, (1, *width))
    for metric in ("macs", "flops", "activations"):
        assert same(getattr(many, metric), T * getattr(one, metric)), metric
    assert many.kv_cache == one.kv_cache != 0
    assert many.params == one.params


def values(layer, shapes):
    counter = Counter(seed=3)
    inputs = tuple(counter.draw(*shape) for shape in shapes)
    (made,) = Run(counter).apply(layer, inputs)
    return [number.value for number in made.entries]


@pytest.mark.parametrize("chunk", [1, 2, 3, 6])
def test_chunks_compute_what_the_recurrence_computes(chunk):
    shapes = [(2, 6, 8), (2, 6, 4), (2, 6, 6), (2, 6, 6)]
    by_chunks = values(sf.SSD(4, 2, 3, 2, chunk_size=chunk), shapes)
    assert by_chunks == pytest.approx(values(sf.SSD(4, 2, 3, 2), shapes))


@pytest.mark.parametrize("size", [None, 16])
def test_the_convolution_computes_what_the_recurrence_computes(size):
    by_kernel = values(sf.S4D(3, 4, mode="convolution", size=size), [(2, 5, 3)])
    assert by_kernel == pytest.approx(values(sf.S4D(3, 4), [(2, 5, 3)]))


def test_points_of_a_convolution():
    """The smallest power of two of at least 2T - 1 points: 16 for 5 and 8 positions, 32 for 9."""
    for positions, points in ((1, 1), (2, 4), (5, 16), (8, 16), (9, 32)):
        given = sf.S4D(H, 2, mode="convolution", size=points)
        found = sf.cost(sf.S4D(H, 2, mode="convolution"), (positions, H))
        assert same(found.flops, sf.cost(given, (positions, H)).flops)
    symbolic = sf.cost(sf.S4D(H, 2, mode="convolution", size=n), (T, H))
    assert [str(c) for c in symbolic.conditions] == ["n + 1 >= 2*T", "log2(n) is a whole number"]
    assert symbolic.at(n=16, T=8, H=1).flops == 2 * 5 * 16 * 4 + 6 * 16 + 2 * 8


@pytest.mark.parametrize(
    "layer",
    [
        sf.CausalConv1d(C * g, D * g, 2, 2, dilation=3, groups=g),
        sf.SelectiveScan(D, N),
        sf.MambaBlock(D, 2, 2),
        sf.SSD(h * g, P, N, g),
        sf.Mamba2Block(2 * P, 2, 2, 1, P),
        sf.S4D(D, 2 * n),
        sf.GatedRecurrence(h, k, d),
        sf.GatedLinearAttention(2 * h, h),
        Bias(D),
        ForgetGate(2.5),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_alone(layer):
    verification = sf.verify(layer)
    assert verification, verification


def test_verified_in_chunks_and_by_transforms():
    layer, inputs = duality(g, chunk_size=2)
    inputs = [(2 * n, features.subs(h, 2 * g)) for _, features in inputs]
    assert sf.verify(sf.cost(sf.SSD(2 * g, P, N, g, chunk_size=2), inputs))
    assert sf.verify(sf.cost(sf.S4D(2, 4, mode="convolution"), (5, 2)))
    assert sf.verify(sf.cost(sf.Mamba2Block(4, 3, 2, 1, 2, chunk_size=3), (6, 4)))
    assert layer.chunk_size == 2


def test_a_causal_convolution_is_one_that_keeps_its_length():
    causal = sf.cost(sf.CausalConv1d(C, D, k), (C, T))
    plain = sf.cost(sf.Conv1d(C, D, k, padding="same"), (C, T))
    idiom = sf.cost(sf.Conv1d(C, D, k, padding=k - 1), (C, T))
    for metric in ("params", "mults", "adds", "activations", "output"):
        assert getattr(causal, metric) == getattr(plain, metric), metric
    assert idiom.output == (D, T + k - 1)
    assert same(idiom.macs - causal.macs, C * D * k * (k - 1))
    assert sf.cost(sf.CausalConv1d(C, D, k, 2), (C, T)).output == (D, sympy.floor((T + 1) / 2))
    field = causal.receptive_field
    assert (field.size, field.padding) == ((k,), (k - 1,))


def test_real_taps_of_a_causal_convolution():
    """1 + 2 + … + k at the first positions: k(k - 1)/2 fewer than with the padding."""
    real = sf.cost(sf.CausalConv1d(C, D, k, count_padding=False), (C, T))
    assert same(real.macs, C * D * (k * T - k * (k - 1) / 2))
    assert [str(c) for c in real.conditions] == ["T >= k"]


def test_a_scan_sees_everything():
    """The receptive field is that of the last map before it."""
    net = sf.Sequential(sf.CausalConv1d(4, 4, 3), sf.S4D(T, 2), sf.CausalConv1d(4, 4, 3))
    assert sf.cost(net, (4, T)).receptive_field.size == (3,)


# PyTorch's counter


def test_matrix_products_of_chunks_are_those_of_whole_squares():
    """Listing 1 of Dao and Gu 2024 with the states handed on one by one: what FlopCounterMode sees of it."""
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415 - only where PyTorch is

    batch, chunks, size, groups, shared, width, state = 2, 3, 4, 2, 3, 5, 7
    b, c = (torch.ones(batch, chunks, groups, size, state) for _ in range(2))
    x = torch.ones(batch, chunks, groups, shared, size, width)
    with FlopCounterMode(display=False) as counted:
        scores = (c @ b.mT)[:, :, :, None].expand(-1, -1, -1, shared, -1, -1)
        made = scores @ x
        states = x.mT @ b[:, :, :, None].expand(-1, -1, -1, shared, -1, -1)
        made = made + c[:, :, :, None].expand(-1, -1, -1, shared, -1, -1) @ states.mT
    assert made.shape == x.shape
    heads, positions = groups * shared, chunks * size
    layer = sf.SSD(heads, width, state, groups, chunk_size=size)
    features = (heads * width, heads, groups * state, groups * state)
    cost = sf.cost(layer, [(batch, positions, features_) for features_ in features])
    assert cost.under(DENSE).at().flops == counted.get_total_flops()
    assert cost.under("2mac").at().flops < counted.get_total_flops()


# what is refused


def costing(layer, *shapes, **options):
    return lambda: sf.cost(layer, list(shapes), **options)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sf.CausalConv1d(2, 2, 3, padding=1), "leave out padding"),
        (lambda: sf.CausalConv1d(2, 2, 3, padding_mode="reflect"), "out padding and padding_mode"),
        (lambda: sf.CausalConv1d(3, 2, 3, groups=2), "must be divisible by groups"),
        (lambda: sf.CausalConv1d(2, 2, 0), "kernel_size must be at least 1"),
        (costing(sf.CausalConv1d(2, 2, 3), (3, T)), "expects 2 channels, got 3"),
        (lambda: sf.SelectiveScan(0, 2), "d_inner must be at least 1"),
        (lambda: sf.SelectiveScan(2, (2, 2)), "d_state must be one number"),
        (costing(sf.SelectiveScan(3, 2), (T, 3)), "takes 4 inputs, got 1; write a list of shapes"),
        (
            costing(sf.SelectiveScan(3, 2), (5, 3), (5, 3), (5, 4), (5, 2)),
            "SelectiveScan expects 2 features of B, got 4",
        ),
        (
            costing(sf.SelectiveScan(3, 2), (5, 3), (6, 3), (5, 2), (5, 2)),
            "SelectiveScan expects 5 positions of Δ, as of the first input, got 6",
        ),
        (
            costing(sf.SelectiveScan(3, 2), *[(2, 5, 3)] * 2, (3, 5, 2), (2, 5, 2)),
            "SelectiveScan expects 2 samples of B, as of the first input, got 3",
        ),
        (costing(sf.MambaBlock(4), (B, 1, T, 4)), "MambaBlock needs (T, D) or (B, T, D), got 4"),
        (costing(sf.MambaBlock(4), (T, 5)), "Linear expects 4 features on its last axis, got 5"),
        (lambda: sf.MambaBlock(4, expand=0), "MambaBlock: expand must be above 0, got 0"),
        (lambda: sf.MambaBlock(4, dt_rank=0), "dt_rank must be at least 1"),
        (lambda: sf.MambaBlock(4.5), "d_model must be a whole number"),
        (costing(sf.MambaBlock(1, expand=0.5), (T, 1)), "must be at least 1, got 0"),
        (lambda: sf.SSD(3, 2, 2, 2), "SSD: nheads = 3 must be divisible by ngroups = 2"),
        (lambda: sf.SSD(2, 2, 2, chunk_size=0), "chunk_size must be at least 1"),
        (
            costing(sf.SSD(1, 2, 3, chunk_size=4), (6, 2), (6, 1), (6, 3), (6, 3)),
            "SSD: chunk_size = 4 must divide the 6 positions",
        ),
        (
            lambda: sf.Mamba2Block(48),
            "Mamba2Block: expand·d_model = 96 must be divisible by headdim = 64",
        ),
        (lambda: sf.Mamba2Block(32, ngroups=2), "nheads = 1 must be divisible by ngroups = 2"),
        (costing(Bias(3), (T, 4)), "Bias expects 3 features on its last axis, got 4"),
        (lambda: sf.S4D(4, 3), "S4D: d_state must be even, got 3"),
        (lambda: sf.S4D(4, mode="parallel"), "mode must be one of 'recurrent', 'convolution'"),
        (lambda: sf.S4D(4, size=8), "size is that of the transforms"),
        (lambda: sf.S4D(4, mode="convolution", size=12), "size must be a power of two, got 12"),
        (
            costing(sf.S4D(4, mode="convolution", size=8), (5, 4)),
            "S4D: size must be at least 9, got 8",
        ),
        (
            costing(sf.S4D(4, mode="convolution"), (T, 4)),
            "S4D needs its size, a power of two of at",
        ),
        (lambda: sf.GatedRecurrence(2, 3, 3, decay="none"), "decay must be one of 'vector'"),
        (
            costing(sf.GatedRecurrence(2, 3, 3), *[(T, 6)] * 3),
            "GatedRecurrence takes 4 inputs, q, k, v, α; got 3",
        ),
        (lambda: ForgetGate(1), "tau must be a number above 1, got 1"),
        (lambda: ForgetGate(n), "tau must be a number above 1, got n"),
        (
            lambda: sf.GatedLinearAttention(6, 4),
            "expand_k·d_model = 3 must be divisible by num_heads = 4",
        ),
        (lambda: sf.GatedLinearAttention(4, 2, expand_v=0), "expand_v must be above 0, got 0"),
    ],
)
def test_refusals(make, text):
    with pytest.raises(sf.SymflopsError) as caught:
        make()
    assert text in str(caught.value)


def test_chunks_are_assumed_to_be_whole():
    layer, inputs = duality(chunk_size=Q)
    cost = sf.cost(layer, inputs)
    assert [str(c) for c in cost.conditions] == ["Q | T"]
    assert cost.at(Q=4, T=8).conditions == ()
    with pytest.raises(sf.SymflopsError, match="chunk_size = 4 must divide the 6 positions"):
        cost.at(Q=4, T=6)


@pytest.mark.parametrize(
    "layer",
    [
        sf.CausalConv1d(C, D, 3, dilation=2, bias=False),
        sf.SelectiveScan(D, N, skip=False),
        sf.MambaBlock(D, expand=1.5, dt_rank=R, conv_bias=False),
        sf.SSD(h, P, N, g, chunk_size=Q),
        sf.Mamba2Block(D, headdim=P, ngroups=g, chunk_size=Q),
        sf.S4D(D, mode="convolution", size=n),
        sf.GatedRecurrence(h, k, d, decay="scalar"),
        sf.GatedLinearAttention(D, h, expand_k=Rational(1, 3)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_repr_pastes_back(layer):
    names = {name: getattr(sf, name) for name in sf.__all__} | {"Rational": Rational}
    names |= {symbol.name: symbol for symbol in layer.symbols}
    assert eval(repr(layer), names) == layer  # noqa: S307 - our own repr
