"""Reductions: one or several axes become one entry each, a mean or the greatest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError, ShapeError
from symflops.fields import SAME
from symflops.layers.base import Forward, Layer, Require
from symflops.layers.combine import axis_of, whole_number
from symflops.primitives import reduce, window_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape, Step


class Reduction(Layer):
    """The engine: axes ``dim`` of a batched tensor become 1, or go unless ``keepdim``."""

    dim: Any
    keepdim: bool = False

    @property
    def dims(self) -> tuple[int, ...]:
        """The axes as they were given."""
        given = self.dim if isinstance(self.dim, tuple) else (self.dim,)
        return tuple(whole_number(type(self).__name__, "dim", dim) for dim in given)

    def needs(self) -> Iterable[Require]:
        """At least one axis, and none of them twice."""
        self._check_once(self.dims)
        return ()

    def _check_once(self, axes: tuple[int, ...]) -> None:
        if not axes or len(set(axes)) != len(axes):
            kind = type(self).__name__
            message = f"{kind}: dim names each axis once, and at least one; got {self.dim}"
            raise ArgumentError(message)

    def axes(self, x: Shape) -> tuple[int, ...]:
        """Return the axes that are reduced, counted from the front.

        Raises:
            ArgumentError: one that is named twice.
            ShapeError: one that is not there, or the batch without ``keepdim``.
        """
        kind = type(self).__name__
        axes = tuple(axis_of(dim, x, kind) for dim in self.dims)
        self._check_once(axes)
        if 0 in axes and not self.keepdim:
            message = (
                f"{kind} over axis 0 would leave no batch: dim numbers the axes of a batched input; "
                "write keepdim=True to keep it as 1"
            )
            raise ShapeError(message)
        return axes

    def forward(self, x: Shape) -> Forward:
        """Reduce every row along the axes."""
        axes = self.axes(x)
        batch, *others = [1 if i in axes else size for i, size in enumerate(x)]
        rows = (*others, batch)
        yield (
            type(self).__name__.lower(),
            self.step((*(x[i] for i in axes), *rows), rows),
        )
        if self.keepdim:
            return (batch, *others)
        return tuple(size for i, size in enumerate(x) if i not in axes)

    def sees(self, *inputs: Shape) -> Axes:
        """Return the axes that stay; the others are seen whole."""
        (x,) = inputs
        axes = self.axes(x)
        kept = [None if i in axes else (i, SAME) for i in range(len(x))]
        return tuple(kept if self.keepdim else (kept[i] for i in range(len(x)) if i not in axes))

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return what the rows take."""
        raise NotImplementedError


class Mean(Reduction):
    """The mean along ``dim`` of a batched tensor, as torch.mean: n - 1 additions and a division a row.

    ``dim`` is one axis or several; they go, or stay as 1 with ``keepdim``.

    >>> import symflops as sf
    >>> cost = sf.cost(sf.Mean(1, keepdim=True), sf.dims("C H W"))
    >>> cost.output, cost.flops
    ((1, H, W), C*H*W)

    Raises:
        ArgumentError: an axis that is named twice.
        ShapeError: an axis that is not there.
    """

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return n - 1 additions and a division a row."""
        return window_mean(entries, rows)


class Amax(Reduction):
    """The greatest entry along ``dim`` of a batched tensor, as torch.amax: n - 1 comparisons a row.

    ``dim`` is one axis or several; they go, or stay as 1 with ``keepdim``.

    >>> import symflops as sf
    >>> cost = sf.cost(sf.Amax((2, 3)), sf.dims("C H W"))
    >>> cost.output, cost.flops
    ((C,), C*(H*W - 1))

    Raises:
        ArgumentError: an axis that is named twice.
        ShapeError: an axis that is not there.
    """

    def step(self, entries: tuple[Any, ...], rows: tuple[Any, ...]) -> Step:
        """Return n - 1 comparisons a row."""
        return reduce(entries, rows, "cmp", "pool")
