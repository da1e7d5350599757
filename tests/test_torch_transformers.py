"""Encoders and decoders beside PyTorch's own: parameters, shapes, FLOPs, and what the oracle computes."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

import strategies  # noqa: E402 - only where PyTorch is
import torch_modules  # noqa: E402
from hypothesis import given, settings  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

import symflops as sf  # noqa: E402
from symflops.oracle.number import Counter  # noqa: E402
from symflops.oracle.running import Run  # noqa: E402

# PyTorch says that it will not take a faster way
pytestmark = pytest.mark.filterwarnings("ignore:enable_nested_tensor is True:UserWarning")


def few(number):
    return settings(max_examples=number, deadline=None, derandomize=True)


def each(shape):
    return shape if isinstance(shape[0], tuple) else (shape,)


def built(layer):
    """PyTorch's module of the same name and arguments."""
    if isinstance(layer, sf.TransformerEncoder | sf.TransformerDecoder):
        block = getattr(layer, "encoder_layer", None) or layer.decoder_layer
        norm = None if layer.norm is None else torch_modules.module(layer.norm)
        return getattr(nn, type(layer).__name__)(built(block), int(layer.num_layers), norm)
    names = [name for name in torch_modules.fields(layer) if name not in OURS]
    given = {name: getattr(layer, name) for name in names}
    given = {name: torch_modules.plain(value) for name, value in given.items()}
    return getattr(nn, type(layer).__name__)(**given)


OURS = {"causal", "gated", "norm", "attention", "feed_forward", "cross_attention"}


@few(120)
@given(strategies.transformers())
def test_parameters_shapes_and_flops(case):
    layer, shape = case.numeric
    module = built(layer).train()  # what is fused at inference, or on a CPU, is not counted there
    with FlopCounterMode(display=False) as counted, sdpa_kernel(SDPBackend.MATH):
        output = module(*map(torch.zeros, each(shape)))
    cost = sf.cost(layer, shape, "2mac", batched=True)
    assert cost.params == sum(p.numel() for p in module.parameters())
    assert cost.output == tuple(output.shape)
    assert cost.flops == counted.get_total_flops()


def slots(module):
    """The tensors of a module in the order in which a run meets them."""
    if isinstance(module, nn.Transformer):
        return [*slots(module.encoder), *slots(module.decoder)]
    if isinstance(module, nn.TransformerEncoder | nn.TransformerDecoder):
        parts = [*module.layers, *([] if module.norm is None else [module.norm])]
        return [slot for part in parts for slot in slots(part)]
    if isinstance(module, nn.MultiheadAttention):
        weights = module.in_proj_weight.chunk(3)
        biases = (None,) * 3 if module.in_proj_bias is None else module.in_proj_bias.chunk(3)
        pairs = [*zip(weights, biases, strict=True)]
        pairs.append((module.out_proj.weight, module.out_proj.bias))
        return [slot for pair in pairs for slot in pair if slot is not None]
    if isinstance(module, nn.TransformerEncoderLayer | nn.TransformerDecoderLayer):
        attentions = [module.self_attn, getattr(module, "multihead_attn", None)]
        groups = [[part] for part in attentions if part is not None]
        groups.append([module.linear1, module.linear2])
        found = []
        for i, group in enumerate(groups, 1):
            norm = getattr(module, f"norm{i}")
            found += [norm, *group] if module.norm_first else [*group, norm]
        return [slot for part in found for slot in slots(part)]
    return list(module.parameters())


@few(60)
@given(strategies.transformers())
def test_the_oracle_computes_what_pytorch_computes(case):
    layer, shape = case.numeric
    counter = Counter(seed=1)
    inputs = tuple(counter.draw(*one) for one in each(shape))
    (ours,) = Run(counter).apply(layer, inputs)
    module = built(layer).double().train()
    with torch.no_grad():
        for slot, array in zip(slots(module), counter.learned, strict=True):
            slot.copy_(torch_modules.tensor(array).reshape(slot.shape))
        theirs = module(*map(torch_modules.tensor, inputs))
    torch.testing.assert_close(torch_modules.tensor(ours), theirs)


def test_the_first_transformer():
    module = nn.Transformer()
    cost = sf.cost(sf.Transformer(), [(sf.dim("M"), 512), (sf.dim("N"), 512)])
    assert cost.params == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("layer_of", "shape"),
    [
        (lambda of: of.TransformerEncoderLayer(6, 4, batch_first=True), (1, 2, 6)),
        (lambda of: of.TransformerEncoderLayer(6, 2, batch_first=True), (1, 2, 5)),
        (
            lambda of: of.TransformerEncoderLayer(6, 2, activation="tan", batch_first=True),
            (1, 2, 6),
        ),
        (lambda of: of.Embedding(5, 3, padding_idx=5), (1, 2)),
        (lambda of: of.Embedding(5, 3, padding_idx=-6), (1, 2)),
    ],
)
def test_refused_by_both(layer_of, shape):
    with pytest.raises((RuntimeError, AssertionError, ValueError)):
        layer_of(nn)(torch.zeros(shape))
    with pytest.raises(sf.SymflopsError):
        sf.cost(layer_of(sf), shape, batched=True)
