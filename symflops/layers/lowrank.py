"""Weights factored to a low rank, as the layers that the factors are."""

from __future__ import annotations

from typing import Any

from symflops.layers.base import Size, per_axis
from symflops.layers.combine import Sequential
from symflops.layers.conv import Conv2d, PointwiseConv2d
from symflops.layers.linear import Linear


def LowRankLinear(
    in_features: Size, out_features: Size, rank: Size, *, bias: bool = True
) -> Sequential:
    """Return the fully connected layer with a matrix of rank r, W = U V, as two of them.

    Params and MACs for each position: r·(d_in + d_out), and d_out params with a bias.

    >>> import symflops as sf
    >>> r, d_in, d_out = sf.dims("r d_in d_out")
    >>> sf.cost(sf.LowRankLinear(d_in, d_out, r, bias=False), (d_in,)).params
    r*(d_in + d_out)

    Source: Sainath et al. 2013, Low-rank matrix factorization for deep neural network training.
    """
    return Sequential(
        down=Linear(in_features, rank, bias=False), up=Linear(rank, out_features, bias=bias)
    )


def TuckerConv2d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Size,
    in_rank: Size,
    out_rank: Size,
    stride: Size = 1,
    padding: Any = 0,
    dilation: Size = 1,
    *,
    bias: bool = True,
) -> Sequential:
    """Return the convolution with a kernel of Tucker rank (r_1, r_2): 1 × 1, k × k and 1 × 1.

    Params: r_1·C_in + r_1·r_2·k² + r_2·C_out, and C_out with a bias, which the last one has. MACs:
    r_1·C_in·H·W + (r_1·r_2·k² + r_2·C_out)·H_out·W_out.

    >>> import symflops as sf
    >>> k, C_in, C_out, r_1, r_2, H, W = sf.dims("k C_in C_out r_1 r_2 H W")
    >>> factored = sf.TuckerConv2d(C_in, C_out, k, r_1, r_2, padding="same", bias=False)
    >>> sf.cost(factored, (C_in, H, W)).params
    C_in*r_1 + C_out*r_2 + k**2*r_1*r_2

    Source: Kim et al. 2016, Compression of deep convolutional neural networks for fast and low power mobile
    applications, section 3.1.
    """
    return Sequential(
        down=PointwiseConv2d(in_channels, in_rank, bias=False),
        core=Conv2d(in_rank, out_rank, kernel_size, stride, padding, dilation, bias=False),
        up=PointwiseConv2d(out_rank, out_channels, bias=bias),
    )


def CPConv2d(
    in_channels: Size,
    out_channels: Size,
    kernel_size: Size,
    rank: Size,
    stride: Size = 1,
    padding: Any = 0,
    dilation: Size = 1,
    *,
    bias: bool = True,
) -> Sequential:
    """Return the convolution with a kernel of CP rank r: 1 × 1, k × 1 and 1 × k a channel, and 1 × 1.

    Params, and MACs a position at stride 1: r·(C_in + 2k + C_out), and C_out params with a bias, which the
    last one has.

    >>> import symflops as sf
    >>> k, C_in, C_out, r, H, W = sf.dims("k C_in C_out r H W")
    >>> factored = sf.CPConv2d(C_in, C_out, k, r, padding="same", bias=False)
    >>> cost = sf.cost(factored, (C_in, H, W))
    >>> cost.params, cost.macs
    (r*(C_in + C_out + 2*k), H*W*r*(C_in + C_out + 2*k))

    Source: Lebedev et al. 2015, Speeding-up convolutional neural networks using fine-tuned CP-decomposition.
    """
    whole = Conv2d(in_channels, out_channels, kernel_size, stride, padding, dilation)

    def along(axis: int) -> Conv2d:
        """Return the depthwise convolution along one axis: the other one is left as it is."""

        def alone(value: Any, other: int) -> Any:
            if isinstance(value, str):
                return value
            kept = per_axis(value, 2, "size")[axis]
            if kept == other:
                return other
            return (kept, other) if axis == 0 else (other, kept)

        return Conv2d(
            rank,
            rank,
            alone(whole.kernel_size, 1),
            alone(whole.stride, 1),
            alone(whole.padding, 0),
            alone(whole.dilation, 1),
            groups=rank,
            bias=False,
        )

    return Sequential(
        down=PointwiseConv2d(in_channels, rank, bias=False),
        vertical=along(0),
        horizontal=along(1),
        up=PointwiseConv2d(rank, out_channels, bias=bias),
    )
