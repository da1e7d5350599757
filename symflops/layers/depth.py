"""Depth: blocks that are repeated, or that depend on their index; the depth may be a symbol."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Self

from symflops.errors import ArgumentError, SymflopsError
from symflops.exprs import ONE, ZERO
from symflops.facts import at_least, simplified
from symflops.layers.base import Layer, Require, Size, positive
from symflops.layers.series import MAX_UNROLLED, carried, named, summed
from symflops.symbols import Symbol, exact, index, unused
from symflops.trace import Condition, Flow, Group, Shape, Times, all_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import sympy

    from symflops.layers.tracing import Tracer


class Repeat(Layer):
    """``body`` applied L times, each time with weights of its own; L may be a symbol.

    Cost: L times the body's where its output has the shape of its input; where the shape changes, the
    sum over the depth. Inputs that the body takes beside what it returns, such as a decoder's memory, go into
    every block as they are.

    >>> import symflops as sf
    >>> L, D = sf.dims("L D")
    >>> sf.cost(sf.Repeat(sf.Linear(D, D), L), (D,)).params
    D*L*(D + 1)
    """

    arity: ClassVar[int | None] = None
    body: Layer
    n: Size

    def needs(self) -> Iterable[Require]:
        """At least one repetition."""
        return positive(self, "n")

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the body once if it keeps the shape, else block by block or as a sum; L/2 must be whole."""
        n, rests_on = tracer.size(self.n, (self.n,))
        group = self.repeated(n, tracer, inputs)
        found = [condition for condition in rests_on if condition.relation.sign == "|"]
        # of L - 1 blocks behind a first one there may be none: the formula holds there too
        if len(found) < len(rests_on) and tracer.facts.decide(at_least(n, ZERO)) is None:
            found.append(Condition(simplified(at_least(n, ZERO))))
        return (
            dataclasses.replace(group, conditions=(*group.conditions, *found)) if found else group
        )

    def repeated(self, n: sympy.Expr, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Return the trace of ``n`` repetitions."""
        body = named(tracer, self.body, inputs, "0")
        outputs = body.outputs
        if carried(outputs, inputs) == inputs:
            flow = Flow(out=all_of("", outputs))
            return Group(self, inputs, outputs, (("", Times(n, body)),), flow=flow)
        if n.is_Integer and n <= MAX_UNROLLED:
            return unrolled(self, tracer, [self.body] * int(n), inputs)
        return summed(self, tracer, self.body, index(), ZERO, n, inputs)


class Stack(Layer, init=False):
    """Blocks that depend on their index: ``Stack(lambda i: …, L)``; L may be a symbol.

    The function is called once, with an index symbol, and what it returns is kept as a template. The index
    runs over L whole numbers from ``start``; left out, that is 0, or 1 where the block at 0 cannot be (there
    is no C[-1]) or takes other channels and the block at 1 fits. Over a symbolic depth the channels must stay,
    grow by a constant or a factor, or be of a family; this is proved by induction, and sums are closed where
    they can be. Sizes of maps that follow no rule are defined step by step, by conditions.

    >>> import symflops as sf
    >>> C, g, L, H, W = sf.dims("C g L H W")
    >>> dense = lambda i: sf.Concat(sf.Identity(), sf.Conv2d(C + i * g, g, 3, padding=1, bias=False))
    >>> cost = sf.cost(sf.Stack(dense, L), (C, H, W))
    >>> cost.output
    (C + L*g, H, W)
    >>> cost.params
    9*L*g*(2*C + L*g - g)/2
    """

    arity: ClassVar[int | None] = None
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
        if start is None and not _can_be(block, i):
            start = ONE  # there is no C[-1]
        fields = {"block": block, "n": n, "start": start, "i": i}
        for name, value in fields.items():
            object.__setattr__(self, name, value)
        self.__post_init__()

    def needs(self) -> Iterable[Require]:
        """At least one block, and an index that is a whole number."""
        yield from positive(self, "n")
        yield from positive(self, "start", least=0)

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
        """Return the stack with symbols replaced; the index is bound, and none that comes in."""
        swaps = {symbol: value for symbol, value in swaps.items() if symbol != self.i}
        if not any(self.i in value.free_symbols for value in swaps.values()):
            return super().substituted(swaps)
        i = unused(self.i, *self.symbols, *swaps.values())
        block = self.block.substituted({self.i: i})
        return dataclasses.replace(self, block=block, i=i).substituted(swaps)

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
            tracer.apply(self.block_at(0), inputs)
        except SymflopsError as error:
            if getattr(error.needed, "sign", "") == ">=":
                return ZERO  # a map that is too small is so whatever the index is
            try:
                tracer.apply(self.block_at(1), inputs)
            except SymflopsError:
                return ZERO  # and fail there with the reason
            return ONE
        return ZERO


def _can_be(block: Layer, i: Symbol) -> bool:
    """Say whether there is a block at the index 0."""
    try:
        block.substituted({i: ZERO})
    except SymflopsError:
        return False
    return True


_INDICES: list[Symbol] = []  # those of the stacks whose functions are running now


def _template(function: Callable[[Symbol], Layer]) -> tuple[Layer, Symbol]:
    """Call a Stack's function once, with an index that no stack around it uses."""
    if not callable(function):
        message = f"Stack needs a function of the index, or a layer, got {function!r}"
        raise ArgumentError(message)
    i = unused(*_INDICES, name=_named(function))
    _INDICES.append(i)
    try:
        block = function(i)
    except (TypeError, LookupError) as error:
        message = (
            f"the function of a Stack is called once, with the index {i} as a symbol, and cannot: {error}; "
            "write sizes as expressions of it, or as members of a family, sf.family('C')[i]"
        )
        raise ArgumentError(message) from error
    finally:
        _INDICES.pop()
    if not isinstance(block, Layer):
        message = f"the function of a Stack must return a layer, got {block!r}"
        raise ArgumentError(message)
    others = block.symbols - {i}
    if i.name in {symbol.name for symbol in others}:  # a dimension has its name
        fresh = unused(i, *others, *_INDICES)
        block, i = block.substituted({i: fresh}), fresh
    return block, i


def _named(function: Callable[[Symbol], Layer]) -> str:
    """Return the name that a function gives its argument, which is that of the index in print."""
    parameters = getattr(getattr(function, "__code__", None), "co_varnames", ())
    names = [name for name in parameters[:2] if name != "self"]
    return names[0].strip("_") or "i" if names else "i"


def unrolled(
    layer: Layer, tracer: Tracer, blocks: Iterable[Layer], inputs: tuple[Shape, ...]
) -> Group:
    """Return the trace of blocks laid out one by one."""
    children, outputs, name, into = [], inputs, "", []
    for j, block in enumerate(blocks):
        beside = all_of("", inputs)[len(outputs) :]
        into.append((str(j), (*all_of(name, outputs), *beside)))
        name = str(j)
        child = named(tracer, block, carried(outputs, inputs), name)
        children.append((name, child))
        outputs = child.outputs
    flow = Flow(tuple(into), all_of(name, outputs))
    return Group(layer, inputs, outputs, tuple(children), flow=flow)
