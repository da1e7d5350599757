"""Where windows lie: one is slid along an axis while it fits. No formula for how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.oracle.number import Array


def starts(
    size: int, kernel: int, stride: int, pads: tuple[int, int], dilation: int, *, ceil: bool = False
) -> list[int]:
    """Return where the windows start; the axis runs from 0 to size - 1, its padding on either side.

    With ``ceil`` (PyTorch's ceil_mode) one more window may hang over the padded end by less than a
    stride, if it starts inside the axis or its left padding.

    >>> starts(6, 3, 2, (1, 1), 1)
    [-1, 1, 3]
    >>> starts(6, 3, 2, (0, 0), 1, ceil=True)
    [0, 2, 4]
    """
    found = []
    start, last = -pads[0], size + pads[1] - 1
    while start + dilation * (kernel - 1) <= last:
        found.append(start)
        start += stride
    overhang = start + dilation * (kernel - 1) - last
    if ceil and overhang < stride and start < size:
        found.append(start)
    if not found:
        message = f"a window of {kernel} taps, dilation {dilation}, does not fit {size} + {pads}"
        raise ShapeError(message)
    return found


def numbers(value: Any, axes: int) -> list[int]:
    """Return an argument such as ``kernel_size`` as one number an axis."""
    return [int(v) for v in (value if isinstance(value, tuple) else (value,) * axes)]


def must_be(kind: object, what: str, got: Any, expected: Any) -> None:
    """Refuse an input of another size than the layer was made for.

    Raises:
        ShapeError: the sizes differ.
    """
    if got != expected:
        message = f"{type(kind).__name__} expects {what} {expected}, got {got}"
        raise ShapeError(message)


def inside(x: Array, where: Sequence[int]) -> bool:
    """Say whether a position lies inside the spatial axes, which come last."""
    sizes = x.shape[len(x.shape) - len(where) :]
    return all(0 <= i < size for i, size in zip(where, sizes, strict=True))
