"""A part of a transformer's block with the norm before it and the sum around both (pre-norm)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.layers.combine import Add

if TYPE_CHECKING:
    from symflops.layers.base import Forward, Layer
    from symflops.trace import Shape


def sublayer(x: Shape, norm: tuple[str, Layer], part: tuple[str, Layer]) -> Forward:
    """Return x + part(norm(x)), both under their names (Radford et al. 2019, section 2.3)."""
    y = yield (*norm, x)
    y = yield (*part, y)
    return (yield f"{part[0]}_add", Add(), x, y)
