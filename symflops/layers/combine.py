"""Composition: layers that hold layers, and the joins that bring branches together.

Children have names: their position, or the keyword they were given with.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import sympy

from symflops.errors import ArgumentError, ShapeError
from symflops.exprs import ONE
from symflops.facts import equal
from symflops.fields import SAME, mapped, pointwise
from symflops.layers.base import Forward, Layer, Require, Size, written
from symflops.primitives import elementwise, move
from symflops.trace import Flow, Group, Shape, all_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symflops.fields import Axes
    from symflops.layers.tracing import Tracer
    from symflops.symbols import Symbol
    from symflops.tally import Operation, Role


class Container(Layer, init=False):
    """Layers with names: positional ones are called 0, 1, …, the others by their keywords."""

    arity: ClassVar[int | None] = None
    children: tuple[tuple[str, Layer], ...]

    def __init__(self, /, *layers: Layer, **named: Layer) -> None:
        children = [*((str(i), layer) for i, layer in enumerate(layers)), *named.items()]
        for name, layer in children:
            if not isinstance(layer, Layer):
                hint = "; write ReLU() for the class ReLU" if isinstance(layer, type) else ""
                message = f"{type(self).__name__}: child {name} is no layer: {layer!r}{hint}"
                raise ArgumentError(message)
        for name in named:
            if not name or "." in name or (name.isdecimal() and int(name) < len(layers)):
                message = (
                    f"{type(self).__name__}: {name!r} cannot be a child's name: it must be there once, "
                    "and without a dot, which parts the names of a path"
                )
                raise ArgumentError(message)
        object.__setattr__(self, "children", tuple(children))

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Self:
        """Return the container with symbols replaced in every child."""
        return self._with(tuple((name, layer.substituted(swaps)) for name, layer in self.children))

    def _with(self, children: tuple[tuple[str, Layer], ...]) -> Self:
        changed = object.__new__(type(self))
        for name, value in vars(self).items():
            object.__setattr__(changed, name, value)
        object.__setattr__(changed, "children", children)
        return changed

    def __repr__(self) -> str:
        shown = [
            written(layer) if name == str(i) else f"{name}={written(layer)}"
            for i, (name, layer) in enumerate(self.children)
        ]
        return f"{type(self).__name__}({', '.join([*shown, *self._options()])})"

    def _options(self) -> list[str]:
        return []

    def branches(self, inputs: tuple[Shape, ...]) -> Forward:
        """Apply every child to the input, or each to its own of as many inputs."""
        own = len(inputs) == len(self.children)
        if not own and len(inputs) != 1:
            message = (
                f"{type(self).__name__} has {len(self.children)} branches and takes 1 input or "
                f"{len(self.children)}, got {len(inputs)}"
            )
            raise ShapeError(message)
        outputs: list[Shape] = []
        for i, (name, layer) in enumerate(self.children):
            output = yield name, layer, inputs[i if own else 0]
            outputs.extend(_each(output))
        return tuple(outputs)


def _each(value: Shape | tuple[Shape, ...]) -> tuple[Shape, ...]:
    return (value,) if isinstance(value, Shape) else value


class Sequential(Container, init=False):
    """Layers one after the other: ``Sequential(a, b)`` or ``Sequential(stem=a, head=b)``.

    Cost: the sum over the layers.

    >>> import symflops as sf
    >>> C, D, E = sf.dims("C D E")
    >>> sf.cost(sf.Sequential(sf.Linear(C, D), sf.ReLU(), sf.Linear(D, E)), (C,)).macs
    D*(C + E)
    """

    def forward(self, *inputs: Shape) -> Forward:
        """Pass each layer's output on to the next."""
        for name, layer in self.children:
            inputs = _each((yield name, layer, *inputs))
        return inputs

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, in order."""
        return tuple(layer for _, layer in self.children)


class Residual(Layer):
    """``body(x) + x``, or ``body(x) + shortcut(x)`` (He et al. 2016, equations 1 and 2).

    Cost: body, shortcut, and one addition an element (role ``skip``).

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> block = sf.Residual(sf.Conv2d(C, C, 3, padding=1, bias=False))
    >>> sf.cost(block, (C, H, W)).flops
    18*C**2*H*W
    """

    body: Layer
    shortcut: Layer | None = None

    def forward(self, x: Shape) -> Forward:
        """Apply both branches and add."""
        y = yield "body", self.body, x
        side = x if self.shortcut is None else (yield "shortcut", self.shortcut, x)
        return (yield "add", Add(), y, side)


class Parallel(Container, init=False):
    """Branches side by side on one input (or each on its own): one output a branch.

    Cost: the sum over the branches.

    >>> import symflops as sf
    >>> C, D = sf.dims("C D")
    >>> sf.cost(sf.Parallel(sf.Linear(C, D), sf.Identity()), (C,)).output
    ((D,), (C,))
    """

    def forward(self, *inputs: Shape) -> Forward:
        """Return the outputs of all branches."""
        return (yield from self.branches(inputs))


class Join(Container, init=False):
    """Branches whose outputs are brought together; without branches it joins its inputs."""

    def forward(self, *inputs: Shape) -> Forward:
        """Apply the branches, then join what they give."""
        if not self.children:
            return (yield from self.join(inputs))
        outputs = yield from self.branches(inputs)
        return (yield type(self).__name__.lower(), self._with(()), *outputs)

    def join(self, inputs: tuple[Shape, ...]) -> Forward:
        """Return the shape of the joined output, yielding what joining takes."""
        raise NotImplementedError


class Concat(Join, init=False):
    """Branches laid one behind the other along axis ``dim`` of a batched tensor; moves alone.

    >>> import symflops as sf
    >>> C, g, H, W = sf.dims("C g H W")
    >>> sf.cost(sf.Concat(sf.Identity(), sf.Conv2d(C, g, 3, padding=1)), (C, H, W)).output
    (C + g, H, W)
    """

    dim: Size = 1

    def __init__(self, /, *layers: Layer, dim: Any = 1, **named: Layer) -> None:
        super().__init__(*layers, **named)
        object.__setattr__(self, "dim", whole_number("Concat", "dim", dim))

    def _options(self) -> list[str]:
        return [] if self.dim == 1 else [f"dim={self.dim}"]

    def sees(self, *inputs: Shape) -> Axes | None:
        """Return every axis but that of the branches, which must be no axis of positions."""
        if self.children or axis_of(self.dim, inputs[0], "Concat") != 1:
            return None
        return mapped(len(inputs[0]), (SAME,) * (len(inputs[0]) - 2))

    def join(self, inputs: tuple[Shape, ...]) -> Forward:
        """Add up the sizes of the axis; all others are the same."""
        first = inputs[0]
        axis = axis_of(self.dim, first, "Concat")
        for other in inputs[1:]:
            if len(other) != len(first):
                message = f"Concat needs shapes of one rank, got {len(first)} and {len(other)} axes"
                raise ShapeError(message)
            for i, (a, b) in enumerate(zip(first, other, strict=True)):
                if i != axis:
                    yield same_size("Concat", i, a, b)
        yield "concat", move()
        total = sympy.expand(sum(shape[axis] for shape in inputs))
        return (*first[:axis], total, *first[axis + 1 :])


class Elementwise(Join, init=False):
    """Branches joined element by element; sizes of 1 are broadcast, as in PyTorch."""

    operation: ClassVar[Operation] = "add"
    role: ClassVar[Role] = "other"

    def sees(self, *inputs: Shape) -> Axes | None:
        """Return every axis as it is; inputs are matched from the last axis."""
        return None if self.children else pointwise(max(map(len, inputs)))

    def join(self, inputs: tuple[Shape, ...]) -> Forward:
        """Apply the operation between the inputs: one less than there are, an element."""
        output, name = inputs[0], type(self).__name__.lower()
        for i, other in enumerate(inputs[1:]):
            output = yield from self.broadcast(output, other)
            step = elementwise(self.operation, output, self.role)
            yield f"{name}{i + 1}" if i else name, step
        return output

    def broadcast(self, a: Shape, b: Shape) -> Forward:
        """Return the shape that both stretch to."""
        short, long = sorted((a, b), key=len)
        sizes = list(long[: len(long) - len(short)])
        for axis, (m, n) in enumerate(zip(short, long[len(sizes) :], strict=True), len(sizes)):
            if m != n and ONE not in (m, n):
                yield same_size(type(self).__name__, axis, m, n)
            sizes.append(n if m == ONE else m)
        return Shape(sizes)


class Add(Elementwise, init=False):
    """Branches (or inputs) added element by element: m of them take m - 1 additions an element.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> sf.cost(sf.Add(sf.Identity(), sf.Identity(), sf.Identity()), (C, H, W)).adds
    2*C*H*W
    """

    operation: ClassVar[Operation] = "add"
    role: ClassVar[Role] = "skip"


class Multiply(Elementwise, init=False):
    """Branches (or inputs) multiplied element by element: m - 1 multiplications an element.

    >>> import symflops as sf
    >>> C, H, W = sf.dims("C H W")
    >>> gate = sf.Multiply(sf.Identity(), sf.AdaptiveAvgPool2d(1))
    >>> sf.cost(gate, (C, H, W)).mults
    C*H*W
    """

    operation: ClassVar[Operation] = "mul"


class Shared(Layer):
    """A layer whose weights are tied by ``name``: used anywhere else by that name, they count once.

    A name that starts with a dot ties within the layer that yields it: two blocks that each use ``".mlp"``
    twice have two such MLPs.

    >>> import symflops as sf
    >>> D = sf.dim("D")
    >>> tied = sf.Shared("w", sf.Linear(D, D, bias=False))
    >>> cost = sf.cost(sf.Sequential(tied, tied), (D,))
    >>> cost.params, cost.macs
    (D**2, 2*D**2)
    >>> local = sf.Shared(".w", sf.Linear(D, D, bias=False))
    >>> twice = sf.Sequential(local, local)
    >>> sf.cost(sf.Sequential(twice, twice), (D,)).params
    2*D**2

    Raises:
        ArgumentError: no name, or weights of other sizes that have the same.
    """

    name: str
    layer: Layer
    arity: ClassVar[int | None] = None

    def needs(self) -> Iterable[Require]:
        """A name to tie by."""
        if not self.name.strip("."):
            message = f"Shared needs a name to tie weights by, such as 'wte', got {self.name!r}"
            raise ArgumentError(message)
        return ()

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the layer and mark its weights as tied, those that have another name already by that."""
        group = tracer.apply(self.layer, inputs)
        if group.tied in ("", self.name):
            return replace(group, tied=self.name)
        into = (("layer", all_of("", inputs)),)
        flow = Flow(into, all_of("layer", group.outputs))
        return Group(self, inputs, group.outputs, (("layer", group),), tied=self.name, flow=flow)


def same_size(kind: str, axis: int, a: Size, b: Size) -> Require:
    """Require two sizes of an axis to be the same."""
    return Require(
        equal(a, b), lambda: f"{kind} needs branches of one size on axis {axis}, got {a} and {b}"
    )


def whole_number(kind: str, name: str, value: Any) -> int:
    """Return an argument that counts axes as an int.

    Raises:
        ArgumentError: it is no whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int | sympy.Integer):
        message = f"{kind}: {name} must be a whole number, got {value!r}"
        raise ArgumentError(message)
    return int(value)


def axis_of(dim: Any, shape: Shape, kind: str) -> int:
    """Return a ``dim`` argument as an axis of a batched shape, counted from the front.

    Raises:
        ShapeError: the shape has no such axis.
    """
    dim = whole_number(kind, "dim", dim)
    if not -len(shape) <= dim < len(shape):
        message = f"{kind}: dim {dim} is not among the {len(shape)} axes of a batched input"
        raise ShapeError(message)
    return int(dim) % len(shape)
