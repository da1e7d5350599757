"""Global pooling: one number a channel, as adaptive pooling to a single window."""

from __future__ import annotations

from symflops.layers.pool import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)


def GlobalAvgPool1d() -> AdaptiveAvgPool1d:
    """Return the mean of every channel, (B, C, L) to (B, C, 1).

    L - 1 additions and a division a channel.

    >>> import symflops as sf
    >>> sf.cost(sf.GlobalAvgPool1d(), sf.dims("C L")).flops
    C*L
    """
    return AdaptiveAvgPool1d(1)


def GlobalAvgPool2d() -> AdaptiveAvgPool2d:
    """Return the mean of every channel, (B, C, H, W) to (B, C, 1, 1) (Lin et al. 2014, section 3.2).

    H·W - 1 additions and a division a channel.

    >>> import symflops as sf
    >>> sf.cost(sf.GlobalAvgPool2d(), sf.dims("C H W")).flops
    C*H*W
    """
    return AdaptiveAvgPool2d(1)


def GlobalAvgPool3d() -> AdaptiveAvgPool3d:
    """Return the mean of every channel, (B, C, D, H, W) to (B, C, 1, 1, 1).

    D·H·W - 1 additions and a division a channel.

    >>> import symflops as sf
    >>> sf.cost(sf.GlobalAvgPool3d(), sf.dims("C D H W")).flops
    C*D*H*W
    """
    return AdaptiveAvgPool3d(1)


def GlobalMaxPool1d() -> AdaptiveMaxPool1d:
    """Return the greatest of every channel, (B, C, L) to (B, C, 1): L - 1 comparisons a channel.

    >>> import symflops as sf
    >>> sf.cost(sf.GlobalMaxPool1d(), sf.dims("C L")).flops
    C*(L - 1)
    """
    return AdaptiveMaxPool1d(1)


def GlobalMaxPool2d() -> AdaptiveMaxPool2d:
    """Return the greatest of every channel, (B, C, H, W) to (B, C, 1, 1): H·W - 1 comparisons a channel.

    >>> import symflops as sf
    >>> sf.cost(sf.GlobalMaxPool2d(), sf.dims("C H W")).flops
    C*(H*W - 1)
    """
    return AdaptiveMaxPool2d(1)


def GlobalMaxPool3d() -> AdaptiveMaxPool3d:
    """Return the greatest of every channel, (B, C, D, H, W) to (B, C, 1, 1, 1): D·H·W - 1 comparisons a channel.

    >>> import symflops as sf
    >>> sf.cost(sf.GlobalMaxPool3d(), sf.dims("C D H W")).flops
    C*(D*H*W - 1)
    """
    return AdaptiveMaxPool3d(1)
