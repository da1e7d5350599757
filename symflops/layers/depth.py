"""Depth: blocks that are repeated, or that depend on their index; the depth may be a symbol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import sympy

from symflops.errors import ArgumentError, NotClosedError, SymflopsError
from symflops.exprs import ONE, ZERO
from symflops.facts import at_least, equal
from symflops.layers.base import Layer, Require, Size, positive
from symflops.symbols import Member, Symbol, exact, index
from symflops.trace import Condition, Flow, Group, Shape, Sum, Times, all_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from symflops.layers.tracing import Tracer


class Repeat(Layer):
    """``body`` applied L times, each time with weights of its own; L may be a symbol.

    Cost: L times the body's where its output has the shape of its input; where the shape changes, the
    sum over the depth.

    >>> import symflops as sf
    >>> L, D = sf.dims("L D")
    >>> sf.cost(sf.Repeat(sf.Linear(D, D), L), (D,)).params
    D*L*(D + 1)
    """

    body: Layer
    n: Size

    def needs(self) -> Iterable[Require]:
        """At least one repetition."""
        return positive(self, "n")

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the body once if it keeps the shape, else block by block or as a sum."""
        n = tracer.expr(self.n)
        body = named(tracer, self.body, inputs, "0")
        if body.outputs == inputs:
            flow = Flow(out=all_of("", inputs))
            return Group(self, inputs, inputs, (("", Times(n, body)),), flow=flow)
        if n.is_Integer and n <= MAX_UNROLLED:
            return unrolled(self, tracer, [self.body] * int(n), inputs)
        return summed(self, tracer, self.body, index(), ZERO, n, inputs)


MAX_UNROLLED = 2_000  # blocks that are laid out one by one; more of them are a sum


class Stack(Layer, init=False):
    """Blocks that depend on their index: ``Stack(lambda i: …, L)``; L may be a symbol.

    The function is called once, with an index symbol, and what it returns is kept as a template. The index
    runs over L whole numbers from ``start``; left out, that is 0, or 1 if the block at 0 cannot take the
    input and the block at 1 can. Over a symbolic depth the sizes of each axis must stay, grow by a constant,
    or grow by a factor; this is proved by induction, and sums are closed.

    >>> import symflops as sf
    >>> C, g, L, H, W = sf.dims("C g L H W")
    >>> dense = lambda i: sf.Concat(sf.Identity(), sf.Conv2d(C + i * g, g, 3, padding=1, bias=False))
    >>> cost = sf.cost(sf.Stack(dense, L), (C, H, W))
    >>> cost.output
    (C + L*g, H, W)
    >>> cost.params
    9*L*g*(2*C + L*g - g)/2
    """

    block: Any
    n: Size
    start: Size = None
    i: Symbol = None

    def __init__(
        self,
        block: Callable[[Symbol], Layer] | Layer,
        n: Size,
        start: Size = None,
        i: Symbol | None = None,
    ) -> None:
        if not isinstance(block, Layer):
            block, i = _template(block)
        elif i is None:
            i = index()
        fields = {"block": block, "n": n, "start": start, "i": i}
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    def needs(self) -> Iterable[Require]:
        """At least one block."""
        return positive(self, "n")

    def __repr__(self) -> str:
        start = "" if self.start is None else f", start={self.start}"
        return f"Stack(lambda {self.i}: {self.block!r}, {self.n}{start})"

    def block_at(self, value: Any) -> Layer:
        """Return the block at an index."""
        block: Layer = self.block.substituted({self.i: exact(value)})
        return block

    @property
    def symbols(self) -> set[Symbol]:
        """The dimensions of the blocks, without the index."""
        return super().symbols - {self.i}

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Self:
        """Return the stack with symbols replaced; the index is bound and stays."""
        return super().substituted({s: e for s, e in swaps.items() if s != self.i})

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace block by block for a number, and as a sum for a symbol."""
        n = tracer.expr(self.n)
        start = self._first(tracer, inputs)
        if not n.is_Integer:
            return summed(self, tracer, self.block, self.i, start, n, inputs)
        if n > MAX_UNROLLED:
            message = f"Stack has {n} blocks; at most {MAX_UNROLLED} are laid out one by one"
            raise ArgumentError(message)
        return unrolled(self, tracer, [self.block_at(start + j) for j in range(int(n))], inputs)

    def _first(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> sympy.Expr:
        if self.start is not None:
            return self.start
        try:
            block = self.block_at(0)
        except SymflopsError:
            return ONE  # there is no C[-1]
        try:
            tracer.apply(block, inputs)
        except SymflopsError:
            try:
                tracer.apply(self.block_at(1), inputs)
            except SymflopsError:
                return ZERO  # and fail there with the reason
            return ONE
        return ZERO


_INDICES: list[Symbol] = []  # those of the stacks whose functions are running now


def _template(function: Callable[[Symbol], Layer]) -> tuple[Layer, Symbol]:
    """Call a Stack's function once, with an index that no stack around it uses."""
    code = getattr(function, "__code__", None)
    name = code.co_varnames[0] if code is not None and code.co_argcount else "i"
    while index(name) in _INDICES:
        name += "_"
    if not callable(function):
        message = f"Stack needs a function of the index, or a layer, got {function!r}"
        raise ArgumentError(message)
    _INDICES.append(index(name))
    try:
        block = function(_INDICES[-1])
    finally:
        i = _INDICES.pop()
    if not isinstance(block, Layer):
        message = f"the function of a Stack must return a layer, got {block!r}"
        raise ArgumentError(message)
    while i.name in {symbol.name for symbol in block.symbols - {i}}:  # a dimension has its name
        fresh = index(i.name + "_")
        block, i = block.substituted({i: fresh}), fresh
    return block, i


def named(tracer: Tracer, layer: Layer, inputs: tuple[Shape, ...], name: str) -> Group:
    """Apply a layer as the child of this name."""
    try:
        return tracer.apply(layer, inputs)
    except SymflopsError as error:
        error.within(name)
        raise


def unrolled(
    layer: Layer, tracer: Tracer, blocks: Iterable[Layer], inputs: tuple[Shape, ...]
) -> Group:
    """Return the trace of blocks laid out one by one."""
    children, outputs, name, into = [], inputs, "", []
    for j, block in enumerate(blocks):
        into.append((str(j), all_of(name, outputs)))
        name = str(j)
        child = named(tracer, block, outputs, name)
        children.append((name, child))
        outputs = child.outputs
    flow = Flow(tuple(into), all_of(name, outputs))
    return Group(layer, inputs, outputs, tuple(children), flow=flow)


def summed(
    layer: Layer,
    tracer: Tracer,
    block: Layer,
    i: Symbol,
    start: sympy.Expr,
    n: sympy.Expr,
    inputs: tuple[Shape, ...],
) -> Group:
    """Return the trace of a symbolic depth as one sum over the index.

    The shapes that go into block i are guessed from the first two blocks, then proved: the first is the
    input, and block i turns the guess for i into the guess for i + 1. Sizes of a map that follow no rule
    known here stay a family of their own, H_i, which the block defines step by step.

    Raises:
        NotClosedError: the channels follow no rule that is known here.
    """
    first = named(tracer, block.substituted({i: start}), inputs, "0")
    second = named(tracer, block.substituted({i: start + 1}), first.outputs, "1")
    shapes = (inputs, first.outputs, second.outputs)
    if len({tuple(map(len, shape)) for shape in shapes}) != 1:
        raise _not_closed(layer, shapes)
    rows = zip(*map(_sizes, shapes), strict=True)
    ruled = [_rule(row, i, start) for row in rows]
    defined = _families(ruled, inputs, i, start)
    guess = [size for size in ruled if size is not None]
    if len(guess) < len(ruled):
        raise _not_closed(layer, shapes)
    tracer.assume(at_least(i, start))
    child = named(tracer, block, _reshaped(guess, inputs), "i")
    conditions, names = [], {}
    for place, (size, grown) in enumerate(zip(guess, _sizes(child.outputs), strict=True)):
        after = size.xreplace({i: i + 1})
        if place in defined:
            conditions += _definition(
                _sizes(inputs)[place], size.xreplace({i: start}), after, grown
            )
            names[grown] = after
        elif sympy.expand(grown - after) != 0:
            raise _not_closed(layer, shapes)
    if names:
        tracer.call(names)
        child = named(tracer, block, _reshaped(guess, inputs), "i")
    outputs = [sympy.expand(size.xreplace({i: start + n})) for size in guess]
    children = (("", Sum(i, start, n, child)),)
    return Group(
        layer,
        inputs,
        _reshaped(outputs, inputs),
        children,
        tuple(dict.fromkeys(conditions)),
        flow=Flow(out=all_of("", inputs)),
    )


def _sizes(shapes: tuple[Shape, ...]) -> list[sympy.Expr]:
    return [size for shape in shapes for size in shape]


def _reshaped(sizes: list[Any], like: tuple[Shape, ...]) -> tuple[Shape, ...]:
    remaining = iter(sizes)
    return tuple(Shape(next(remaining) for _ in shape) for shape in like)


def _rule(sizes: tuple[sympy.Expr, ...], i: Symbol, start: sympy.Expr) -> sympy.Expr | None:
    """Return the size before block i: a constant, a + d·(i - start), a·r**(i - start), or C[i + …]."""
    a, b, c = sizes
    steps = i - start
    step = sympy.expand(b - a)
    if sympy.expand(c - b - step) == 0:
        return sympy.expand(a + step * steps)
    ratio = sympy.cancel(b / a)
    if ratio.is_integer and sympy.expand(c - b * ratio) == 0:
        return a * ratio**steps
    moved = a.replace(Member, lambda family, place: Member(family, place + steps))
    if moved.xreplace({i: start + 1}) == b and moved.xreplace({i: start + 2}) == c:
        return moved
    return None


SPATIAL = 2  # axes 0 and 1 are batch and channels
LETTERS = {1: "L", 2: "HW", 3: "DHW"}


def _families(
    guess: list[sympy.Expr | None], inputs: tuple[Shape, ...], i: Symbol, start: sympy.Expr
) -> set[int]:
    """Put H_i for the sizes of a map that follow no rule, and return which they are."""
    defined, place = set(), 0
    for shape in inputs:
        letters = LETTERS.get(len(shape) - SPATIAL, "")
        for axis, size in enumerate(shape):
            if guess[place] is None and axis >= SPATIAL and letters:
                name = size.name if size.is_Symbol else letters[axis - SPATIAL]
                own = isinstance(size, Member)  # M[0] goes on as M[1], …
                guess[place] = (
                    Member(size.args[0], size.args[1] + i - start)
                    if own
                    else Member(index(name), i)
                )
                defined.add(place)
            place += 1
    return defined


def _definition(
    size: sympy.Expr, first: sympy.Expr, after: sympy.Expr, grown: sympy.Expr
) -> list[Condition]:
    """Return how a family of sizes is defined: by its first member, and each next by the one before."""
    equations = [] if first == size else [equal(first, size)]
    return [Condition(relation, "defined") for relation in [*equations, equal(after, grown)]]


def _not_closed(layer: Layer, shapes: tuple[tuple[Shape, ...], ...]) -> NotClosedError:
    sizes = " to ".join(str(shape[0]) for shape in shapes)
    return NotClosedError(
        f"{type(layer).__name__} over a symbolic depth: the shape goes from {sizes}, which neither "
        "stays nor grows by a constant or a factor; give the depth a number"
    )
