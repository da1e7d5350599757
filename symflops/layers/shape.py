"""Views: layers that see the same elements in another shape, order or grouping. Nothing is moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import product, spread
from symflops.facts import at_least, divides, equal
from symflops.fields import SAME, all_but, pointwise
from symflops.layers.arguments import portions
from symflops.layers.base import Forward, Layer, Require, Size, written
from symflops.layers.combine import axis_of, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symflops.fields import Axes
    from symflops.trace import Shape


class Identity(Layer):
    """The input itself: nothing is done, nothing is new.

    >>> import symflops as sf
    >>> sf.cost(sf.Identity(), sf.dims("C H W")).activations
    0
    """

    def forward(self, x: Shape) -> Shape:
        """Return the input."""
        return x


class Dropout(Layer):
    """Dropout at inference: the input itself. It drops nothing there, and takes nothing.

    >>> import symflops as sf
    >>> sf.cost(sf.Dropout(0.5), sf.dims("N D")).flops
    0

    Raises:
        ArgumentError: a p outside of 0 to 1.
    """

    p: Size = 0.5
    inplace: bool = False

    def needs(self) -> Iterable[Require]:
        """A part that can be dropped."""
        portions(self, "p")
        return ()

    def forward(self, x: Shape) -> Shape:
        """Return the input."""
        return x


class Dropout1d(Dropout):
    """Dropout of whole channels of (B, C, L): at inference the input itself.

    >>> import symflops as sf
    >>> sf.cost(sf.Dropout1d(0.2), sf.dims("C L")).flops
    0
    """


class Dropout2d(Dropout):
    """Dropout of whole channels of (B, C, H, W): at inference the input itself.

    >>> import symflops as sf
    >>> sf.cost(sf.Dropout2d(0.2), sf.dims("C H W")).flops
    0
    """


class Dropout3d(Dropout):
    """Dropout of whole channels of (B, C, D, H, W): at inference the input itself.

    >>> import symflops as sf
    >>> sf.cost(sf.Dropout3d(0.2), sf.dims("C D H W")).flops
    0
    """


class AlphaDropout(Dropout):
    """Dropout that keeps mean and variance (Klambauer et al. 2017): at inference the input itself.

    >>> import symflops as sf
    >>> sf.cost(sf.AlphaDropout(0.2), sf.dims("N D")).flops
    0
    """


class Flatten(Layer):
    """Axes ``start_dim`` to ``end_dim`` of a batched tensor as one: a view, nothing is moved.

    >>> import symflops as sf
    >>> sf.cost(sf.Flatten(), sf.dims("C H W")).output
    (C*H*W,)
    """

    start_dim: Any = 1
    end_dim: Any = -1

    def sees(self, *inputs: Shape) -> Axes:
        """Return the axes that stay; those that become one are seen whole."""
        (x,) = inputs
        start, end = axis_of(self.start_dim, x, "Flatten"), axis_of(self.end_dim, x, "Flatten")
        merged: Axes = (None,) if end > start else ((start, SAME),)
        before = pointwise(start)
        return (*before, *merged, *((axis, SAME) for axis in range(end + 1, len(x))))

    def forward(self, x: Shape) -> tuple[Any, ...]:
        """Multiply the sizes of the axes."""
        start, end = axis_of(self.start_dim, x, "Flatten"), axis_of(self.end_dim, x, "Flatten")
        if start > end:
            message = f"Flatten: start_dim {self.start_dim} comes after end_dim {self.end_dim}"
            raise ShapeError(message)
        return (*x[:start], product(x[start : end + 1]), *x[end + 1 :])


class Unflatten(Layer):
    """Axis ``dim`` of a batched tensor as several axes: a view, nothing is moved.

    One of the sizes may be -1: it is what the others leave of the axis.

    >>> import symflops as sf
    >>> h, d, N = sf.dims("h d N")
    >>> sf.cost(sf.Unflatten(-1, (h, -1)), (N, h * d)).output
    (N, h, d)

    Raises:
        ArgumentError: no tuple of sizes, a size below 1, or -1 twice.
        ShapeError: sizes whose product is not that of the axis.
    """

    dim: Any
    unflattened_size: Any

    def needs(self) -> Iterable[Require]:
        """A tuple of sizes, at most one of them left open."""
        whole_number("Unflatten", "dim", self.dim)
        sizes = self.unflattened_size
        known = [n for n in sizes if n != -1] if isinstance(sizes, tuple) else []
        several = isinstance(sizes, tuple) and 0 < len(sizes) <= len(known) + 1
        if not several or not are_sizes(known):
            message = (
                "Unflatten: unflattened_size must be a tuple of sizes, one of which may be -1; got "
                f"{written(sizes)}"
            )
            raise ArgumentError(message)
        return ()

    def sees(self, *inputs: Shape) -> Axes:
        """Return the other axes as they are; what became of this one is seen whole."""
        (x,) = inputs
        axis = axis_of(self.dim, x, "Unflatten")
        apart = (None,) * len(self.unflattened_size)
        return (*pointwise(axis), *apart, *((i, SAME) for i in range(axis + 1, len(x))))

    def forward(self, x: Shape) -> Forward:
        """Take the axis apart."""
        axis = axis_of(self.dim, x, "Unflatten")
        sizes, size = self.unflattened_size, x[axis]
        known = product(n for n in sizes if n != -1)
        is_open = -1 in sizes
        yield Require(
            divides(known, size) if is_open else equal(known, size),
            lambda: f"Unflatten cannot make {written(sizes)} of axis {axis} of size {size}",
        )
        return (*x[:axis], *(size / known if n == -1 else n for n in sizes), *x[axis + 1 :])


class Permute(Layer):
    """The axes of a batched tensor in another order: a view, nothing is moved.

    ``dims`` lists the axes, the batch being 0, as in torchvision's Permute.

    >>> import symflops as sf
    >>> sf.cost(sf.Permute((0, 2, 3, 1)), sf.dims("C H W")).output
    (H, W, C)

    Raises:
        ArgumentError: dims that do not name every axis once.
        ShapeError: an input with another number of axes.
    """

    dims: Any

    @property
    def order(self) -> tuple[int, ...]:
        """The axes, counted from the front."""
        given = self.dims if isinstance(self.dims, tuple) else (self.dims,)
        order = [whole_number("Permute", "dims", dim) for dim in given]
        n = len(order)
        if sorted(dim % n if -n <= dim < n else n for dim in order) != list(range(n)):
            message = f"Permute: dims must name each of {n} axes once, got {written(given)}"
            raise ArgumentError(message)
        return tuple(dim % n for dim in order)

    def needs(self) -> Iterable[Require]:
        """Every axis once."""
        _ = self.order
        return ()

    def sees_batch(self, shape: Shape) -> bool:
        """Whether only a batch has as many axes as are named."""
        return len(shape) == len(self.order) + 1

    def sees(self, *inputs: Shape) -> Axes:
        """Return the axes in their new order."""
        return tuple((axis, SAME) for axis in self.order) if inputs else ()

    def forward(self, x: Shape) -> tuple[Any, ...]:
        """Put the axes in order."""
        if len(x) != len(self.order):
            message = f"Permute names {len(self.order)} axes, and a batched input has {len(x)}"
            raise ShapeError(message)
        return tuple(x[axis] for axis in self.order)


MOST_PARTS = 10_000  # outputs of one layer


class Split(Layer):
    """Parts of axis ``dim`` of a batched tensor, one output a part: a view, nothing is moved.

    A size makes as many parts of that size as there are, and a last one of what is left; a tuple lists the
    sizes of the parts, as in torch.split.

    >>> import symflops as sf
    >>> C, D, H, W = sf.dims("C D H W")
    >>> sf.cost(sf.Split(C), (2 * C, H, W)).output
    ((C, H, W), (C, H, W))
    >>> sf.cost(sf.Split((C, D), dim=-1), (H, W, C + D)).output
    ((H, W, C), (H, W, D))

    Raises:
        ArgumentError: a size below 1.
        ShapeError: sizes that do not add up, or a size of which it is not known how often it fits.
    """

    split_size_or_sections: Any
    dim: Any = 1

    def needs(self) -> Iterable[Require]:
        """A size, or several, of at least 1."""
        whole_number("Split", "dim", self.dim)
        given = self.split_size_or_sections
        if given == () or not are_sizes(given if isinstance(given, tuple) else (given,)):
            message = (
                "Split: split_size_or_sections must be a size of at least 1 or a tuple of sizes, got "
                f"{written(given)}"
            )
            raise ArgumentError(message)
        return ()

    def sees(self, *inputs: Shape) -> Axes:
        """Return the other axes as they are."""
        return all_but(axis_of(self.dim, inputs[0], "Split"), len(inputs[0]))

    def forward(self, x: Shape) -> Forward:
        """Cut the axis."""
        axis = axis_of(self.dim, x, "Split")
        given = self.split_size_or_sections
        parts = given if isinstance(given, tuple) else chunks(x[axis], given)
        yield Require(
            equal(sympy.Add(*parts), x[axis]),
            lambda: (
                f"Split: {' + '.join(map(str, parts))} is not the size {x[axis]} of axis {axis}"
            ),
        )
        return tuple((*x[:axis], part, *x[axis + 1 :]) for part in parts)


class Select(Layer):
    """One entry of axis ``dim`` of a batched tensor, which goes: a view, nothing is moved.

    As torch.select, such as the class token, ``Select(1, 0)``; a negative ``index`` counts from the back.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> sf.cost(sf.Select(1, 0), (N, D)).output
    (D,)

    Raises:
        ShapeError: no such axis or entry, or the batch, of which nothing would be left.
    """

    dim: Any
    index: Any

    def needs(self) -> Iterable[Require]:
        """Whole numbers."""
        whole_number("Select", "dim", self.dim)
        whole_number("Select", "index", self.index)
        return ()

    def sees(self, *inputs: Shape) -> Axes:
        """Return the other axes as they are."""
        axis = axis_of(self.dim, inputs[0], "Select")
        return tuple((i, SAME) for i in range(len(inputs[0])) if i != axis)

    def forward(self, x: Shape) -> Forward:
        """Leave the axis out."""
        axis, index = axis_of(self.dim, x, "Select"), whole_number("Select", "index", self.index)
        if axis == 0:
            message = (
                "Select along axis 0 would leave no batch: dim numbers the axes of a batched input"
            )
            raise ShapeError(message)
        yield Require(
            at_least(x[axis], -index if index < 0 else index + 1),
            lambda: f"Select: there is no entry {index} among the {x[axis]} of axis {axis}",
        )
        return (*x[:axis], *x[axis + 1 :])


def are_sizes(values: Sequence[Any]) -> bool:
    """Say whether each value is a whole number of at least 1 or an expression."""
    return all(
        isinstance(n, sympy.Expr) and (not n.is_Rational or (n.is_Integer and n >= 1))
        for n in values
    )


def chunks(size: Any, part: Any) -> tuple[Any, ...]:
    """Return the sizes of as many equal parts as fit, and of what is left.

    Raises:
        ShapeError: it is not known how many fit, or they are too many.
    """
    (m, a), (n, b) = spread(size).primitive(), spread(part).primitive()
    if a != b:
        message = (
            f"Split: how many parts of {part} there are in {size} is not known; give the sizes of the "
            "parts as a tuple"
        )
        raise ShapeError(message)
    whole = m // n
    if whole > MOST_PARTS:
        message = f"Split makes up to {MOST_PARTS:,} parts; {size} has {int(whole):,} of {part}"
        raise ShapeError(message)
    left = m - whole * n
    return (*(part,) * int(whole), *((left * a,) if left else ()))
