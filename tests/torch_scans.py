"""State-space models and gated linear attention on PyTorch's tensors, a position at a time unless said otherwise."""

from __future__ import annotations

import torch
from torch import nn

import symflops as sf
from symflops.layers.gated_linear import ForgetGate
from symflops.layers.state_space import Bias


def learned(*shape):
    return nn.Parameter(torch.zeros(*map(int, shape)))


class Causal(nn.Module):
    """A convolution of what was padded on the left."""

    def __init__(self, layer):
        super().__init__()
        kernel, stride, dilation = (
            int(n) for n in (layer.kernel_size, layer.stride, layer.dilation)
        )
        channels = int(layer.in_channels), int(layer.out_channels)
        options = {"dilation": dilation, "groups": int(layer.groups), "bias": layer.bias}
        self.conv = nn.Conv1d(*channels, kernel, stride, **options)
        self.before = dilation * (kernel - 1)

    def forward(self, x):
        return self.conv(nn.functional.pad(x, (self.before, 0)))


class Scan(nn.Module):
    """Mamba's recurrence: all channels at once."""

    def __init__(self, layer):
        super().__init__()
        self.A_log = learned(layer.d_inner, layer.d_state)
        self.D = learned(layer.d_inner) if layer.skip else None

    def forward(self, x, delta, b, c):
        state, made = torch.zeros(len(x), *self.A_log.shape, dtype=x.dtype), []
        for t in range(x.shape[1]):
            step = delta[:, t, :, None]
            driven = step * b[:, t, None] * x[:, t, :, None]
            state = (step * -self.A_log.exp()).exp() * state + driven
            made.append((state @ c[:, t, :, None])[..., 0])
        y = torch.stack(made, 1)
        return y if self.D is None else y + self.D * x


class Duality(nn.Module):
    """Mamba-2's scan: the recurrence, or for chunks the dual form, one masked matrix over all positions."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.A_log = learned(layer.nheads)
        self.D = learned(layer.nheads) if layer.skip else None

    def forward(self, x, delta, b, c):
        heads, groups = int(self.layer.nheads), int(self.layer.ngroups)
        x = x.unflatten(2, (heads, -1))
        b, c = (s.unflatten(2, (groups, -1)).repeat_interleave(heads // groups, 2) for s in (b, c))
        slopes, driven = delta * -self.A_log.exp(), delta[..., None] * x
        made = (self.stepwise if self.layer.chunk_size is None else self.dual)(slopes, driven, b, c)
        if self.D is not None:
            made = made + self.D[:, None] * x
        return made.flatten(2)

    def stepwise(self, slopes, driven, b, c):
        state, made = 0, []
        for t in range(slopes.shape[1]):
            added = driven[:, t, :, :, None] * b[:, t, :, None]
            state = slopes[:, t, :, None, None].exp() * state + added
            made.append((state @ c[:, t, :, :, None])[..., 0])
        return torch.stack(made, 1)

    def dual(self, slopes, driven, b, c):
        sums = slopes.cumsum(1)
        between = (
            sums[:, :, None] - sums[:, None]
        ).exp()  # (B, T, T, h): from the second to the first
        scores = torch.einsum("bthn,bshn->btsh", c, b) * between
        positions = range(len(sums[0]))
        mask = torch.tensor([[j <= i for j in positions] for i in positions])
        return torch.einsum("btsh,bshp->bthp", scores * mask[..., None], driven)


class Diagonal(nn.Module):
    """S4D as a convolution with the whole kernel."""

    def __init__(self, layer):
        super().__init__()
        channels, pairs = int(layer.d_model), int(layer.d_state) // 2
        self.C = learned(channels, pairs, 2)
        self.log_dt = learned(channels)
        self.log_A_real, self.A_imag = learned(channels, pairs), learned(channels, pairs)
        self.D = learned(channels)

    def forward(self, x):
        length = x.shape[1]
        a = torch.complex(-self.log_A_real.exp(), self.A_imag)
        step = a * self.log_dt.exp()[:, None]
        read = torch.view_as_complex(self.C) * (step.exp() - 1) / a
        lags = torch.arange(length)
        kernel = 2 * (read[..., None] * (step[..., None] * lags).exp()).sum(1).real
        whole = torch.zeros_like(x)
        for lag in lags:
            whole[:, lag:] += x[:, : length - lag] * kernel[:, lag]
        return whole + self.D * x


class Shift(nn.Module):
    """A weight added to each of the last axis."""

    def __init__(self, layer):
        super().__init__()
        self.bias = learned(layer.in_features)

    def forward(self, x):
        return x + self.bias


class Fading(nn.Module):
    """The recurrence of gated linear attention."""

    def __init__(self, layer):
        super().__init__()
        self.heads, self.decay = int(layer.num_heads), layer.decay

    def forward(self, q, k, v, gates=None):
        heads = self.heads
        q, k, v = (x.unflatten(2, (heads, -1)) for x in (q, k, v))
        if gates is None:
            gates = (1 - 2 ** (-5 - torch.arange(heads, dtype=v.dtype))).expand(*v.shape[:2], -1)
        gates = gates.unflatten(2, (heads, -1))
        state, made = 0, []
        for t in range(v.shape[1]):
            state = gates[:, t, :, :, None] * state + k[:, t, :, :, None] * v[:, t, :, None]
            made.append((q[:, t, :, None] @ state)[:, :, 0])
        return torch.stack(made, 1).flatten(2)


class Gate(nn.Module):
    """A root of the sigmoid, by its logarithm."""

    def __init__(self, layer):
        super().__init__()
        self.tau = int(layer.tau)

    def forward(self, x):
        return (nn.functional.logsigmoid(x) / self.tau).exp()


class Mamba(nn.Module):
    """Mamba's mixer."""

    def __init__(self, layer):
        super().__init__()
        width, inner = int(layer.d_model), int(layer.expand * layer.d_model)
        self.low, self.state = int(layer.dt_rank or -(-width // 16)), int(layer.d_state)
        self.in_proj = nn.Linear(width, 2 * inner, layer.bias)
        conv = sf.CausalConv1d(inner, inner, layer.d_conv, groups=inner, bias=layer.conv_bias)
        self.conv1d = Causal(conv)
        self.x_proj = nn.Linear(inner, self.low + 2 * self.state, bias=False)
        self.dt_proj = nn.Linear(self.low, inner)
        self.scan = Scan(sf.SelectiveScan(inner, self.state))
        self.out_proj = nn.Linear(inner, width, layer.bias)

    def forward(self, x):
        x, z = self.in_proj(x).chunk(2, -1)
        x = nn.functional.silu(self.conv1d(x.mT)).mT
        delta, b, c = self.x_proj(x).split([self.low, self.state, self.state], -1)
        delta = nn.functional.softplus(self.dt_proj(delta))
        return self.out_proj(self.scan(x, delta, b, c) * nn.functional.silu(z))


class Mamba2(nn.Module):
    """Mamba-2's mixer."""

    def __init__(self, layer):
        super().__init__()
        width, inner = int(layer.d_model), int(layer.expand * layer.d_model)
        shared, heads = int(layer.ngroups * layer.d_state), inner // int(layer.headdim)
        self.parts, self.heads = [inner, shared, shared], heads
        mixed = sum(self.parts)
        self.in_proj = nn.Linear(width, inner + mixed + heads, layer.bias)
        conv = sf.CausalConv1d(mixed, mixed, layer.d_conv, groups=mixed, bias=layer.conv_bias)
        self.conv1d = Causal(conv)
        self.dt_bias = Shift(Bias(heads))
        self.ssd = Duality(
            sf.SSD(heads, layer.headdim, layer.d_state, layer.ngroups, chunk_size=layer.chunk_size)
        )
        self.norm = nn.RMSNorm(inner, 1e-5)
        self.out_proj = nn.Linear(inner, width, layer.bias)

    def forward(self, x):
        z, x, delta = self.in_proj(x).split([self.parts[0], sum(self.parts), self.heads], -1)
        x, b, c = nn.functional.silu(self.conv1d(x.mT)).mT.split(self.parts, -1)
        y = self.ssd(x, nn.functional.softplus(self.dt_bias(delta)), b, c)
        return self.out_proj(self.norm(y * nn.functional.silu(z)))


class Gated(nn.Module):
    """Gated linear attention with its projections."""

    def __init__(self, layer):
        super().__init__()
        width, low = int(layer.d_model), int(layer.gate_low_rank_dim)
        keys, values = int(layer.expand_k * width), int(layer.expand_v * width)
        self.heads = int(layer.num_heads)
        self.q, self.k, self.v = (nn.Linear(width, n, bias=False) for n in (keys, keys, values))
        self.gates = nn.Sequential(
            nn.Linear(width, low, bias=False), nn.Linear(low, keys), Gate(ForgetGate())
        )
        self.scan = Fading(sf.GatedRecurrence(self.heads, 1, 1))
        self.norm = nn.RMSNorm(values // self.heads, 1e-5)
        self.r = nn.Linear(width, values, bias=False)
        self.out = nn.Linear(values, width, bias=False)

    def forward(self, x):
        y = self.scan(self.q(x), self.k(x), self.v(x), self.gates(x))
        y = self.norm(y.unflatten(2, (self.heads, -1))).flatten(2)
        return self.out(y * nn.functional.silu(self.r(x)))


BUILT = {
    sf.CausalConv1d: Causal,
    sf.SelectiveScan: Scan,
    sf.SSD: Duality,
    sf.S4D: Diagonal,
    sf.GatedRecurrence: Fading,
    sf.MambaBlock: Mamba,
    sf.Mamba2Block: Mamba2,
    sf.GatedLinearAttention: Gated,
    ForgetGate: Gate,
    Bias: Shift,
}
