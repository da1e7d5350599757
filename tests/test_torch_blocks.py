"""Blocks against PyTorch: modules written from the figures of the papers, values of a run put into them."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

import torch_modules  # noqa: E402 - only where PyTorch is
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from test_blocks import BLOCKS, few  # noqa: E402
from torch import nn  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402

import symflops as sf  # noqa: E402
from symflops.oracle.number import Counter  # noqa: E402
from symflops.oracle.running import Run  # noqa: E402


def conv(inp, out, kernel=1, *, stride=1, groups=1):
    kernel = torch_modules.plain(kernel)
    sizes = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    padding = tuple(size // 2 for size in sizes)
    return nn.Conv2d(
        int(inp), int(out), sizes, int(stride), padding, groups=int(groups), bias=False
    )


def norm(channels):
    return nn.BatchNorm2d(int(channels))


class Block(nn.Module):
    """Everything of a block that has weights, in the order in which they are drawn; ``run`` does the rest."""

    def __init__(self, layer, run, **parts):
        super().__init__()
        self.layer, self.run = layer, run
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x):
        return self.run(self, x)


def squeeze_excitation(layer):
    return Block(
        layer,
        lambda self, x: x * self.weigh(x.mean((2, 3), keepdim=True)),
        weigh=nn.Sequential(
            nn.Conv2d(int(layer.input_channels), int(layer.squeeze_channels), 1),
            torch_modules.module(layer.activation),
            nn.Conv2d(int(layer.squeeze_channels), int(layer.input_channels), 1),
            torch_modules.module(layer.scale_activation),
        ),
    )


def eca(layer):
    def run(self, x):
        row = x.mean((2, 3)).unsqueeze(1)
        return x * torch.sigmoid(self.conv(row)).squeeze(1)[:, :, None, None]

    k = int(layer.kernel_size)
    return Block(layer, run, conv=nn.Conv1d(1, 1, k, padding=k // 2, bias=False))


def cbam(layer):
    def run(self, x):
        gate = torch.sigmoid(self.mlp(x.mean((2, 3))) + self.mlp(x.amax((2, 3))))
        x = x * gate[:, :, None, None]
        two = torch.stack([x.amax(1), x.mean(1)], 1)
        return x * torch.sigmoid(self.bn(self.conv(two)))

    C, c = int(layer.channels), int(layer.channels) // int(layer.reduction)
    mlp = nn.Sequential(nn.Linear(C, c, layer.bias), nn.ReLU(), nn.Linear(c, C, layer.bias))
    return Block(layer, run, mlp=mlp, conv=conv(2, 1, layer.kernel_size), bn=norm(1))


def inverted_residual(layer):
    def run(self, x):
        y = self.body(x)
        return x + y if layer.stride == 1 and layer.inp == layer.oup else y

    hidden = round(float(layer.inp * layer.expand_ratio))
    parts = []
    if layer.expand_ratio != 1:
        parts += [conv(layer.inp, hidden), norm(hidden), nn.ReLU6()]
    depthwise = conv(hidden, hidden, layer.kernel_size, stride=layer.stride, groups=hidden)
    parts += [depthwise, norm(hidden), nn.ReLU6()]
    parts += [conv(hidden, layer.oup), norm(layer.oup)]
    return Block(layer, run, body=nn.Sequential(*parts))


def ghost(layer):
    def run(self, x):
        y = self.primary(x)
        if layer.ratio != 1:
            y = torch.cat([y, self.cheap(y)], 1)
        return y[:, : int(layer.oup)]

    def part(convolution):
        act = [nn.ReLU()] * layer.relu
        return nn.Sequential(convolution, norm(convolution.out_channels), *act)

    first = math.ceil(layer.oup / layer.ratio)
    ghosts = first * (int(layer.ratio) - 1)
    parts = {"primary": part(conv(layer.inp, first, layer.kernel_size, stride=layer.stride))}
    if ghosts:
        parts["cheap"] = part(conv(first, ghosts, layer.dw_size, groups=first))
    return Block(layer, run, **parts)


def shuffle_unit(layer):
    g, stride = int(layer.groups), int(layer.stride)
    m = int(layer.mid_channels or layer.oup // 4)
    new = int(layer.oup) - (int(layer.inp) if stride == 2 else 0)

    def run(self, x):
        y = self.squeeze(x)
        batch, _, h, w = y.shape
        y = y.reshape(batch, g, m // g, h, w).transpose(1, 2).reshape(batch, m, h, w)
        y = self.rest(y)
        if stride == 1:
            return torch.relu(x + y)
        return torch.cat([nn.functional.avg_pool2d(x, 3, 2, padding=1), torch.relu(y)], 1)

    squeeze = conv(layer.inp, m, groups=g if layer.grouped_first else 1)
    depthwise = conv(m, m, layer.kernel_size, stride=stride, groups=m)
    return Block(
        layer,
        run,
        squeeze=nn.Sequential(squeeze, norm(m), nn.ReLU()),
        rest=nn.Sequential(depthwise, norm(m), conv(m, new, groups=g), norm(new)),
    )


MODULES = {
    sf.SqueezeExcitation: squeeze_excitation,
    sf.ECA: eca,
    sf.CBAM: cbam,
    sf.InvertedResidual: inverted_residual,
    sf.GhostModule: ghost,
    sf.ShuffleUnit: shuffle_unit,
}


def computed_there(case):
    """The modules here normalise as PyTorch does at inference."""
    layer, _ = case.numeric
    return getattr(layer, "form", "inference") == "inference"


@pytest.mark.parametrize("family", BLOCKS)
@few(30)
@given(st.data())
def test_blocks_have_the_parameters_shapes_and_flops_of_modules(family, data):
    layer, shape = data.draw(BLOCKS[family].filter(computed_there)).numeric
    built = MODULES[type(layer)](layer).eval()
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        output = built(torch.zeros(shape))
    cost = sf.cost(layer, shape, "2mac", batched=True).at()
    parameters = sum(p.numel() for p in built.parameters())
    assert (cost.params, cost.output, cost.flops) == (
        parameters,
        tuple(output.shape),
        counted.get_total_flops(),
    )


@pytest.mark.parametrize("family", BLOCKS)
@few(20)
@given(st.data())
def test_the_oracle_computes_what_modules_compute(family, data):
    layer, shape = data.draw(BLOCKS[family].filter(computed_there)).numeric
    counter = Counter(seed=1)
    x = counter.draw(*shape)
    (ours,) = Run(counter).apply(layer, (x,))
    built = torch_modules.filled(MODULES[type(layer)](layer).eval(), counter.learned)
    with torch.no_grad():
        theirs = built(torch_modules.tensor(x))
    assert ours.shape == tuple(theirs.shape)
    torch.testing.assert_close(torch_modules.tensor(ours), theirs)


@pytest.mark.parametrize("dim", [0, 1, -1, 3, -4, 4, (1, 2), (1, 1), (1, -3), (2, -1), (0, 1), ()])
@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize(("kind", "function"), [(sf.Mean, torch.mean), (sf.Amax, torch.amax)])
def test_reductions_refuse_what_pytorch_refuses(kind, function, dim, keepdim):
    """Apart from the batch, which must stay, and no axis at all, which means every axis there."""
    shape = (2, 3, 4, 5)
    try:
        theirs = tuple(function(torch.zeros(shape), dim=dim, keepdim=keepdim).shape)
    except (RuntimeError, IndexError):
        theirs = None
    try:
        ours = sf.cost(kind(dim, keepdim), shape, batched=True).at().output
    except sf.SymflopsError:
        ours = None
    dims = dim if isinstance(dim, tuple) else (dim,)
    if not dims or ({0, -4} & set(dims) and not keepdim):
        theirs = None
    assert ours == theirs
