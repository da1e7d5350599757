"""Reductions by their definitions: every row is gathered, then averaged or searched for its greatest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.reduction import Amax, Mean
from symflops.oracle.number import Array, grid, total

if TYPE_CHECKING:
    from collections.abc import Callable

    from symflops.oracle.number import Counter, Number


def along(function: Callable[[list[Number]], Number]) -> Callable[..., Array]:
    """Return the reference that makes one number of all that differ along the axes alone."""

    def reference(layer: Any, inputs: tuple[Array, ...], _: Counter) -> Array:
        (x,) = inputs
        given = layer.dim if isinstance(layer.dim, tuple) else (layer.dim,)
        gone = {int(dim) % len(x.shape) for dim in given}
        rows: dict[tuple[int, ...], list[Number]] = {}
        for at in grid(x.shape):
            row = tuple(0 if axis in gone else i for axis, i in enumerate(at))
            rows.setdefault(row, []).append(x[at])
        ones = [1 if axis in gone else size for axis, size in enumerate(x.shape)]
        reduced = Array.of(ones, lambda *row: function(rows[row]))
        if layer.keepdim:
            return reduced
        return reduced.reshaped([size for axis, size in enumerate(x.shape) if axis not in gone])

    return reference


REFERENCES: dict[type, Any] = {
    Mean: along(lambda row: total(row) / len(row)),
    Amax: along(max),
}
