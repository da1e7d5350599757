"""Attention against PyTorch's own module and function: parameters, shapes, FLOPs, values."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

import torch_modules  # noqa: E402 - only where PyTorch is
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

import symflops as sf  # noqa: E402
from symflops.oracle.number import Counter  # noqa: E402
from symflops.oracle.running import Run  # noqa: E402


@st.composite
def cases(draw):
    """PyTorch's arguments, and the shapes of one input, or of three."""
    words = ("bias", "add_bias_kv", "add_zero_attn", "batch_first")
    options = {name: draw(st.booleans()) for name in words}
    heads, width, batch, queries, keys = (draw(st.integers(1, 4)) for _ in range(5))
    options |= {name: draw(st.sampled_from([None, 3, 5])) for name in ("kdim", "vdim")}
    one = options["kdim"] is options["vdim"] is None and draw(st.booleans())
    embed = heads * width
    widths = (embed, options["kdim"] or embed, options["vdim"] or embed)
    lengths = (queries, queries, queries) if one else (queries, keys, keys)
    batched = draw(st.booleans())
    shapes = [
        (n, size)
        if not batched
        else (batch, n, size)
        if options["batch_first"]
        else (n, batch, size)
        for n, size in zip(lengths, widths, strict=True)
    ]
    return (embed, heads), options, shapes, one, batched


def theirs_of(sizes, options):
    return nn.MultiheadAttention(*sizes, **options).double()


@settings(max_examples=120, deadline=None, derandomize=True)
@given(cases())
def test_parameters_shapes_and_flops_are_pytorchs(case):
    sizes, options, shapes, one, batched = case
    built = theirs_of(sizes, options)
    tensors = [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
    tensors = [tensors[0]] * 3 if one else tensors
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        output, _ = built(*tensors)
    layer = sf.MultiheadAttention(*sizes, **options)
    cost = sf.cost(layer, shapes[0] if one else shapes, "2mac", batched=batched).at()
    assert cost.params == sum(p.numel() for p in built.parameters())
    assert cost.output == tuple(output.shape)
    assert cost.flops == counted.get_total_flops()


def put_in(built, learned, layer):
    """Put what a run learned into PyTorch's module, which may hold three projections as one."""
    learned = [torch_modules.tensor(array) for array in learned]
    biased = 2 if layer.bias else 1
    projections, rest = learned[: 3 * biased], learned[3 * biased :]
    weights, biases = projections[::biased], projections[1::biased] if layer.bias else []
    with torch.no_grad():
        if built.in_proj_weight is not None:
            built.in_proj_weight.copy_(torch.cat(weights))
        else:
            for role, weight in zip("qkv", weights, strict=True):
                getattr(built, f"{role}_proj_weight").copy_(weight)
        if biases:
            built.in_proj_bias.copy_(torch.cat(biases))
        if layer.add_bias_kv:
            built.bias_k.copy_(rest.pop(0).reshape(1, 1, -1))
            built.bias_v.copy_(rest.pop(0).reshape(1, 1, -1))
        for slot, value in zip(built.out_proj.parameters(), rest, strict=True):
            slot.copy_(value)
    return built


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cases().filter(lambda case: case[-1]), st.booleans())
def test_the_oracle_computes_what_the_module_computes(case, causal):
    sizes, options, shapes, one, _ = case
    causal = causal and one
    layer = sf.MultiheadAttention(*sizes, **options, causal=causal)
    counter = Counter(seed=1)
    inputs = tuple(counter.draw(*shape) for shape in (shapes[:1] if one else shapes))
    (ours,) = Run(counter).apply(layer, inputs)
    built = put_in(theirs_of(sizes, options), counter.learned, layer)
    tensors = list(map(torch_modules.tensor, inputs))
    queries = shapes[0][1 if options["batch_first"] else 0]
    mask = nn.Transformer.generate_square_subsequent_mask(queries).double() if causal else None
    with torch.no_grad():
        output, _ = built(*(tensors * 3 if one else tensors), attn_mask=mask)
    torch.testing.assert_close(torch_modules.tensor(ours), output)


@pytest.mark.parametrize(("heads", "shared"), [(8, 8), (8, 2), (8, 1)])
@pytest.mark.parametrize("causal", [False, True])
def test_the_core_is_pytorchs_function(heads, shared, causal):
    """Values of grouped heads under a mask, and of the FLOPs those without a mask."""
    counter = Counter(seed=2)
    q, k, v = (counter.draw(2, 5, 3 * n) for n in (heads, shared, shared))
    mask = {"causal": causal}
    core = sf.Sequential(
        sf.Scores(heads, shared, **mask), sf.ScaleScores(3, **mask), sf.MaskedSoftmax(**mask)
    )
    (weights,) = Run(counter).apply(core, (q, k))
    (ours,) = Run(counter).apply(sf.Weighting(shared, **mask), (weights, v))
    tensors = [
        torch_modules.tensor(x).unflatten(2, (n, 3)).transpose(1, 2)
        for x, n in ((q, heads), (k, shared), (v, shared))
    ]
    theirs = nn.functional.scaled_dot_product_attention(*tensors, is_causal=causal, enable_gqa=True)
    torch.testing.assert_close(torch_modules.tensor(ours), theirs.transpose(1, 2).flatten(2))
    cost = sf.cost(sf.MultiheadAttention(3 * heads, heads, kv_heads=shared), (2, 5, 3 * heads))
    alike = [tensors[0], *(x.repeat_interleave(heads // shared, 1) for x in tensors[1:])]
    with FlopCounterMode(display=False) as counted, sdpa_kernel(SDPBackend.MATH):
        nn.functional.scaled_dot_product_attention(*alike)
    parts = (cost[name].under("2mac").flops for name in ("scores", "weighting"))
    assert sum(parts) == counted.get_total_flops()
