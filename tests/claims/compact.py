"""Ways to make convolutions cheap, and what papers and others wrote of them: blocks and ratios."""

from __future__ import annotations

from functools import partial

from claims.held import Held

import symflops as sf

C, C_1, C_2, C_in, C_out, D_F, D_K, H, L, M, N, N_1, N_2, W = sf.dims(
    "C C_1 C_2 C_in C_out D_F D_K H L M N N_1 N_2 W"
)
c, c_1, c_2, d_1, d_2, e_1, e_3, f_in, f_out, g, h, k, k_h, k_w, m, n, r, r_1, r_2, t, w = sf.dims(
    "c c_1 c_2 d_1 d_2 e_1 e_3 f_in f_out g h k k_h k_w m n r r_1 r_2 t w"
)
squeezed, ghosts, cheap = sf.dims("s s d")
depth, width, resolution = sf.dims("d w r", integer=False)


def conv(inp, out, kernel, groups=1, *, bias=False):
    return sf.Conv2d(inp, out, kernel, padding="same", groups=groups, bias=bias)


def stack(*kernels, bias=False):
    """Convolutions of C channels, one after the other."""
    return sf.cost(sf.Sequential(*(conv(C, C, size, bias=bias) for size in kernels)), (C, H, W))


def saved(less, more):
    return 1 - sf.ratio(less, more)


def separable(inp, out, kernel, *size):
    layer = sf.SeparableConv2d(inp, out, kernel, padding="same", bias=False)
    return layer, (inp, *size)


def inverted(stride):
    block = sf.InvertedResidual(d_1, d_2, stride, t, kernel_size=k)
    return sf.cost(block, (d_1, h, w), assume=("2 | h", "2 | w") if stride == 2 else ())


def shuffle_unit():
    return sf.cost(sf.ShuffleUnit(c, c, g, mid_channels=m), (c, h, w))


def bottleneck():
    body = sf.Sequential(conv(c, m, 1), conv(m, m, 3), conv(m, c, 1))
    return sf.cost(sf.Residual(body), (c, h, w))


def one_by_one():
    return sf.cost(conv(c_1, c_2, 1), (c_1, h, w))


def moved(cost):
    """What a convolution reads and writes, and its weights."""
    return c_1 * h * w + cost.activations + cost.params


def ghost():
    module = sf.GhostModule(c, n, k, ghosts, cheap, form="folded")
    return sf.ratio(sf.cost(conv(c, n, k), (c, H, W)), sf.cost(module, (c, H, W)))


def excitations(*stages):
    """Squeeze-and-excitation in N blocks on C channels, for each stage (N, C, r), and its maps."""
    return sf.cost(
        sf.Parallel(
            *(sf.Repeat(sf.SqueezeExcitation(C, sf.symbols.exact(C) / r), N) for N, C, r in stages)
        ),
        [(C, H, W) for _, C, _ in stages],
    )


def without_biases(cost):
    """Parameters without biases: on maps of 1 × 1 a bias is one addition."""
    return cost.params - (cost.under("mac+bias").flops - cost.macs)


SE_RESNET_50 = (3, 256, 16), (4, 512, 16), (6, 1024, 16), (3, 2048, 16)
two_stages = partial(excitations, (N_1, C_1, r), (N_2, C_2, r))


def scaled(depth=1, width=1, resolution=1):
    """L convolutions, scaled as EfficientNet scales them."""
    body, side = conv(width * C, width * C, k), resolution * H
    assume = () if resolution == 1 else f"1 | {side}"
    return sf.cost(sf.Repeat(body, depth * L), (width * C, side, side), assume=assume)


def fire(*, bias=True):
    squeeze = sf.Conv2d(C, squeezed, 1, bias=bias)
    expand = sf.Concat(
        sf.Conv2d(squeezed, e_1, 1, bias=bias), sf.Conv2d(squeezed, e_3, 3, padding=1, bias=bias)
    )
    return sf.cost(sf.Sequential(squeeze, expand), (C, H, W))


def winograd(tile, kernel):
    """Products of tiles alone, for one input and one output channel."""
    layer = sf.WinogradConv2d(1, 1, kernel, m=tile, transforms=False, bias=False)
    return sf.cost(layer, (1, tile + kernel - 1, tile + kernel - 1))


def direct(tile, kernel):
    size = tile + kernel - 1
    return sf.cost(sf.Conv2d(1, 1, kernel, bias=False), (1, size, size))


SPOKEN = "of a ratio there is no convention to name: the source says which parts it leaves out"

CLAIMS = {
    "CS-3": Held(
        sf.ratio(stack(3, 3, 3), stack(7), "params"),
        strict=sf.ratio(stack(3, 3, 3, bias=True), stack(7, bias=True), "params"),
        verdict="correct",
        why=SPOKEN,
    ),
    "MB-1": Held((conv(M, N, D_K), (M, D_F, D_F)), "macs"),
    "MB-2": Held(separable(M, N, D_K, D_F, D_F), "macs"),
    "MB-6": Held(separable(64, 128, 3, 56, 56), "macs"),
    "MB-11": Held(inverted(1), "macs"),
    "MB-12": Held(inverted(2), "macs"),
    "SH-4": Held(shuffle_unit(), "macs"),
    # a bound that is the wrong way round: at every size with more than one group or channel
    "SH-5": Held(
        sf.ratio(shuffle_unit(), bottleneck()),
        told={"symbols": {"F_Shuffle": shuffle_unit().macs, "F_ResNet": bottleneck().macs}},
        text="latex",
        difference=0,
    ),
    # a bound: the products stand for B
    "SH-7": Held(
        moved(one_by_one()),
        text="h*w*(c_1 + c_2) + c_1*c_2 >= 2*sqrt(h*w*h*w*c_1*c_2) + h*w*c_1*c_2/(h*w)",
        difference=0,
    ),
    "GH-2": Held(ghost()),
    "IN-2": Held(sf.ratio(stack(3, 3), stack(5), "params")),
    "IN-3": Held(saved(stack((3, 1), (1, 3)), stack(3))),
    "IN-4": Held(saved(stack(2, 2), stack(3)), text="11%"),
    "IN-5": Held(sf.ratio(stack((1, n), (n, 1)), stack(n))),
    "SE-1": Held(
        two_stages(),
        "params",
        exact=without_biases(two_stages()),
        strict=two_stages().params,
    ),
    "SE-2": Held(
        without_biases(excitations(*SE_RESNET_50)),
        strict=excitations(*SE_RESNET_50).params,
        text="latex",
    ),
    # of a formula: a layer would find the bias that makes it right, which this one never has
    "SE-4": Held(sf.cost(sf.ECA(C, k), (C, H, W)).params),
    "EF-2": Held(sf.ratio(scaled(depth, width, resolution), scaled())),
    "WI-1": Held(sf.ratio(direct(m, r), winograd(m, r)), verdict="correct", why=SPOKEN),
    "WI-2": Held(winograd(2, 3), "mults"),
    "DC-1": Held(
        (
            sf.TuckerConv2d(C_in, C_out, (k_h, k_w), r_1, r_2, padding="same", bias=False),
            (C_in, H, W),
        ),
        "params",
    ),
    "DC-3": Held((sf.LowRankLinear(f_in, f_out, r, bias=False), (f_in,)), "params"),
    "DC-4": Held(),
    "SQ-3": Held(fire(), "params", exact=fire(bias=False).params, strict=fire().params),
}
