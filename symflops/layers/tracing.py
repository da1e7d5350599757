"""Applies layers to shapes: runs each ``forward``, and writes down what it yields as a trace.

Here sizes become canonical, conditions are decided or noted, and errors learn their path. A layer that
is applied twice to the same shape is traced once.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError, ShapeError, SymflopsError
from symflops.exprs import ONE, ZERO, gcd, spread
from symflops.facts import Facts, Relation, at_least, divides, simplified
from symflops.layers.base import IsBatched, Layer, Require, drive
from symflops.primitives.orders import KNOWING
from symflops.symbols import Member, Symbol, exact
from symflops.tally import Tally
from symflops.trace import Condition, Flow, Group, Node, Shape, Source, Step, Tensor, Weight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symflops.layers.replacing import Replacement

MAX_DEPTH = 100  # layers inside layers


class BatchIsWritten(Exception):  # noqa: N818 - a signal, not an error
    """The first layer of fixed rank found one axis more than one sample has."""


@dataclass(frozen=True)
class Law:
    """How a family of sizes is made: its member at ``place``, next after ``place - 1``, is ``right``.

    ``first`` is the member it begins with and what that is; without one, the family is of dimensions.
    """

    family: Symbol
    index: Symbol
    place: sympy.Expr
    right: sympy.Expr = ZERO
    first: tuple[sympy.Expr, sympy.Expr] | None = None

    @property
    def before(self) -> sympy.Expr:
        """The size that goes into block i."""
        return Member(self.family, self.place - 1)

    @property
    def next(self) -> sympy.Expr:
        """The size that goes into block i + 1."""
        return Member(self.family, self.place)

    @property
    def reaches_back(self) -> bool:
        """Whether a member is made from the one before."""
        return bool(self.right.has(self.family))


class Tracer:
    """Applies layers under one set of facts; remembers each layer and shape it has met."""

    def __init__(
        self,
        facts: Facts | None = None,
        swaps: Mapping[Symbol, sympy.Expr] | None = None,
        *,
        batched: bool | None = None,
    ) -> None:
        self.facts = facts or Facts()
        self.swaps = swaps or {}
        self.batch_written = bool(batched)
        self.decided = batched is not None
        self.indices: tuple[Symbol, ...] = ()  # of the sums that are being traced
        self.has_sums = False
        self.laws: dict[Symbol, Law] = {}
        self.replaced: set[Replacement] = set()  # those that found a layer to replace
        self._replacements: tuple[Replacement, ...] = ()
        self._groups: dict[Any, Group] = {}
        self._names: dict[sympy.Expr, sympy.Expr] = {}
        self._sizes: dict[sympy.Expr, tuple[sympy.Expr, tuple[Condition, ...]]] = {}
        self._depth = 0

    def apply(self, layer: Layer, inputs: tuple[Shape, ...]) -> Group:
        """Return the trace of a layer on these inputs."""
        for place, replacement in reversed(tuple(enumerate(self._replacements))):
            if replacement.takes(layer):
                self.replaced.add(replacement)
                around = self._replacements[:place]  # what is put in is left as it is
                return self._under(around, replacement.made(layer), inputs)
        key = (layer, inputs, self._replacements)
        if key not in self._groups:
            self._depth += 1
            try:
                self._groups[key] = self._apply(layer, inputs)
            except SymflopsError as error:
                error.inside(type(layer).__name__, ", ".join(map(self.shown, inputs)))
                raise
            finally:
                self._depth -= 1
        return self._groups[key]

    def replacing(self, replacement: Replacement, layer: Layer, inputs: tuple[Shape, ...]) -> Group:
        """Return the trace of a layer with others in place of some of the layers in it."""
        return self._under((*self._replacements, replacement), layer, inputs)

    def _under(
        self, replacements: tuple[Replacement, ...], layer: Layer, inputs: tuple[Shape, ...]
    ) -> Group:
        before, self._replacements = self._replacements, replacements
        try:
            return self.apply(layer, inputs)
        finally:
            self._replacements = before

    def _apply(self, layer: Layer, inputs: tuple[Shape, ...]) -> Group:
        if self._depth > MAX_DEPTH:
            message = f"layers are nested deeper than {MAX_DEPTH} levels; put them side by side"
            raise ArgumentError(message)
        if layer.arity is not None and len(inputs) != layer.arity:
            number = "1 input" if layer.arity == 1 else f"{layer.arity} inputs"
            message = f"{type(layer).__name__} takes {number}, got {len(inputs)}"
            raise ShapeError(message)
        self._check_rank(layer, inputs)
        own = getattr(layer, "trace", None)
        group: Group = own(self, inputs) if own else Recorder(self, layer, inputs).run()
        return group

    def _check_rank(self, layer: Layer, inputs: tuple[Shape, ...]) -> None:
        if layer.rank is None:
            if not self.decided and any(map(layer.sees_batch, inputs)):
                raise BatchIsWritten
            return
        for shape in inputs:
            if len(shape) == layer.rank:
                self.decided = True
            elif not self.decided and len(shape) == layer.rank + 1:
                raise BatchIsWritten
            else:
                self.decided = True  # no batch would help
                axes = layer.sample or AXES.get(layer.rank, f"{layer.rank - 1} axes")
                message = (
                    f"{type(layer).__name__} needs ({axes}) or (B, {axes}), got "
                    f"{len(shape) - (not self.batch_written)} axes"
                )
                raise ShapeError(message)

    def shape(self, value: Any) -> tuple[Shape, tuple[Condition, ...]]:
        """Return a shape with canonical sizes, and on what it rests."""
        sizes: list[sympy.Expr] = []
        conditions: list[Condition] = []
        for item in value:
            size, rests_on = self.size(item, value)
            sizes.append(size)
            conditions.extend(rests_on)
        return Shape(sizes), tuple(conditions)

    def size(self, value: Any, shape: Any) -> tuple[sympy.Expr, tuple[Condition, ...]]:
        """Return one canonical size that is whole and at least 1, or assumed to be."""
        raw = exact(value)
        if raw not in self._sizes:
            size = self.expr(raw)
            rests_on = []
            for relation in _sound(size):
                holds = self.facts.decide(relation)
                if holds is False:
                    wrong = "is not a whole number" if relation.sign == "|" else "is not positive"
                    message = f"the size {size} in {self.shown(Shape(shape))} {wrong}"
                    raise ShapeError(message)
                if holds is None:
                    rests_on.append(Condition(simplified(relation)))
            self._sizes[raw] = size, tuple(rests_on)
        return self._sizes[raw]

    def expr(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression with the values put in and its floors in canonical form."""
        if expr.is_Rational:
            return expr
        if self.swaps:
            expr = expr.xreplace(self.swaps)
        expr = self.facts.canonical(expr)
        return expr.xreplace(self._names) if self._names else expr

    def step(self, step: Step) -> Step:
        """Return a step with canonical counts."""
        counts = {key: self.expr(count) for key, count in step.counts}
        weights = tuple(Weight(w.name, self.expr(w.elements)) for w in step.weights)
        order = tuple(map(self.expr, step.order)) if self.swaps else step.order
        dense = Tally({key: self.expr(count) for key, count in step.dense})
        cached = self.expr(step.cached)
        return replace(
            step, counts=Tally(counts), weights=weights, order=order, dense=dense, cached=cached
        )

    def assume(self, relation: Relation) -> None:
        """Take one more fact to be true from here on."""
        self.facts = Facts((*self.facts.relations, relation))
        self._sizes.clear()

    @contextmanager
    def summing(self, i: Symbol, start: sympy.Expr) -> Iterator[None]:
        """Trace the block of a sum: what is known of its index, and called by name, holds there alone."""
        kept = self.facts, self.indices, self._groups, self._sizes, self._names
        self.indices, self.has_sums = (*self.indices, i), True
        self._groups, self._sizes, self._names = dict(self._groups), {}, dict(self._names)
        self.assume(at_least(i, start))
        try:
            yield
        finally:
            self.facts, self.indices, self._groups, self._sizes, self._names = kept

    def call(self, names: Mapping[sympy.Expr, sympy.Expr]) -> None:
        """Write a name wherever one of these expressions comes up, until the sum is traced."""
        self._names |= names
        self._groups.clear()
        self._sizes.clear()

    def obeys(self, law: Law) -> bool:
        """Say whether a family obeys a law, which it does where no other is known."""
        known = self.laws.setdefault(law.family, law)
        here = law.place - known.place + known.index
        same = self.plain(known.right.xreplace({known.index: here}) - law.right) == 0
        return same and law.first in (None, known.first)

    def plain(self, expr: sympy.Expr) -> sympy.Expr:
        """Return an expression multiplied out, its floors in canonical form."""
        return self.expr(spread(expr))

    def shown(self, shape: Shape) -> str:
        """Write a shape as the user did, with or without its batch."""
        return str(shape.written(batched=self.batch_written))


#: The axes of a map without its batch, by the rank with it.
AXES = {3: "C, L", 4: "C, H, W", 5: "C, D, H, W"}


def _sound(size: sympy.Expr) -> list[Relation]:
    if size.is_Integer:
        return [] if size > 0 else [at_least(size, 1)]
    if (size.is_Symbol and size.is_integer) or isinstance(size, gcd | Member):
        return []
    if size.is_Mul and all(f.is_integer for f in size.args) and size.as_coeff_Mul()[0] > 0:
        # a product of sizes: each of them
        return [relation for factor in size.args for relation in _sound(factor)]
    relations = []
    if not size.is_integer:
        number, divisor = sympy.together(size).as_numer_denom()
        relations.append(divides(divisor, number))
        return [*relations, at_least(size, 1)]
    content, part = size.primitive()  # of whole numbers, 2·x is at least 1 exactly when x is
    return [at_least(part if content > 0 and part.is_integer else size, 1)]


class Recorder:
    """Runs one layer's ``forward`` and collects what it yields."""

    def __init__(self, tracer: Tracer, layer: Layer, inputs: tuple[Shape, ...]) -> None:
        self.tracer, self.layer, self.inputs = tracer, layer, inputs
        self.children: list[tuple[str, Node]] = []
        self.names: set[str] = set()
        self.conditions: list[Condition] = []
        self.into: list[tuple[str, tuple[Source | None, ...]]] = []

    def run(self) -> Group:
        """Return the layer's trace."""
        for need in self.layer.needs():
            self.require(need)
        own = (Tensor.made(shape, "", i) for i, shape in enumerate(self.inputs))
        before = KNOWING.set(self.tracer)
        try:
            outputs = _shapes(drive(self.layer.forward(*own), self.take), self.layer)
        except ValueError as error:
            if isinstance(error, SymflopsError) or "to unpack" not in str(error):
                raise
            message = f"{type(self.layer).__name__}.forward takes a shape apart that has other axes: {error}"
            raise ShapeError(message) from error
        finally:
            KNOWING.reset(before)
        return Group(
            self.layer,
            self.inputs,
            tuple(map(self.shape, outputs)),
            tuple(self.children),
            tuple(dict.fromkeys(self.conditions)),
            flow=Flow(tuple(self.into), sources(outputs)),
        )

    def take(self, item: Any) -> Any:
        """Record one yielded thing; a layer is answered with the shape of its output."""
        if isinstance(item, Require):
            return self.require(item)
        if isinstance(item, Condition):
            return self.conditions.append(item)
        if isinstance(item, IsBatched):
            return self.tracer.batch_written
        if isinstance(item, tuple) and item and isinstance(item[0], str):
            self.check_name(item[0])
        match item:
            case (str(name), Step() as step):
                return self.children.append((name, self.tracer.step(step)))
            case (str(name), Layer() as layer, *inputs) if inputs:
                self.into.append((name, sources(inputs)))
                return self.child(name, layer, tuple(map(self.shape, inputs)))
        message = (
            f"{type(self.layer).__name__}.forward yielded {item!r}; yield (name, step) or "
            "(name, layer, input)"
        )
        raise ArgumentError(message)

    def check_name(self, name: str) -> None:
        """Refuse a name that no path could reach."""
        if not name or "." in name or name in self.names:
            message = (
                f"{type(self.layer).__name__}.forward yielded the name {name!r}: a name is there once, "
                "and without a dot, which parts the names of a path"
            )
            raise ArgumentError(message)
        self.names.add(name)

    def child(
        self, name: str, layer: Layer, inputs: tuple[Shape, ...]
    ) -> Shape | tuple[Shape, ...]:
        """Apply a child layer, and put its name on any error."""
        try:
            group = self.tracer.apply(layer, inputs)
        except SymflopsError as error:
            error.within(name)
            raise
        self.children.append((name, group))
        made = tuple(Tensor.made(shape, name, i) for i, shape in enumerate(group.outputs))
        return made[0] if len(made) == 1 else made

    def shape(self, value: Any) -> Shape:
        """Return a canonical shape, noting on what it rests."""
        if isinstance(value, Tensor):  # it was looked at where it was made
            return Shape(value)
        shape, conditions = self.tracer.shape(value)
        self.conditions.extend(conditions)
        return shape

    def require(self, need: Require) -> None:
        """Decide what a layer needs: refuse it, take it, or note that it is assumed."""
        relation = Relation(
            self.tracer.expr(need.relation.left),
            need.relation.sign,
            self.tracer.expr(need.relation.right),
        )
        holds = self.tracer.facts.decide(relation)
        if holds is False:
            error = ShapeError(need.message())
            error.needed = relation
            raise error
        if holds is None:
            self.conditions.append(Condition(simplified(relation)))
            if need.fact:
                self.tracer.assume(relation)


def sources(shapes: Iterable[Any]) -> tuple[Source | None, ...]:
    """Return where tensors come from, None for a shape that was made by hand."""
    return tuple(getattr(shape, "source", None) for shape in shapes)


def _shapes(outputs: Any, layer: Layer) -> tuple[Any, ...]:
    """Return one output or several as a tuple of shapes."""
    if isinstance(outputs, tuple | list) and outputs:
        return tuple(outputs) if isinstance(outputs[0], tuple | list) else (outputs,)
    message = f"{type(layer).__name__}.forward must return the shape of its output, got {outputs!r}"
    raise ArgumentError(message)


def trace(
    layer: Layer,
    inputs: tuple[tuple[Any, ...], ...],
    facts: Facts,
    swaps: Mapping[Symbol, sympy.Expr] | None = None,
    batched: bool | None = None,  # noqa: FBT001 - as in cost()
) -> tuple[Group, tuple[Condition, ...], Tracer]:
    """Apply a layer to shapes as users write them, deciding once whether a batch is written."""
    tracer = Tracer(facts, swaps, batched=batched)
    try:
        return _trace(tracer, layer, inputs)
    except BatchIsWritten:
        return _trace(Tracer(facts, swaps, batched=True), layer, inputs)


def _trace(
    tracer: Tracer, layer: Layer, inputs: tuple[tuple[Any, ...], ...]
) -> tuple[Group, tuple[Condition, ...], Tracer]:
    shapes: list[Shape] = []
    conditions: list[Condition] = []
    for sizes in inputs:
        shape, rests_on = tracer.shape(sizes if tracer.batch_written else (ONE, *sizes))
        shapes.append(shape)
        conditions.extend(rests_on)
    # a size that must be whole is, from here on: no floor stands over r·H
    for condition in conditions:
        if condition.relation.sign == "|":
            tracer.assume(condition.relation)
    try:
        return tracer.apply(layer, tuple(shapes)), tuple(conditions), tracer
    except ShapeError as error:
        several = any(len(shape) > 1 for shape in inputs)
        if layer.arity not in (None, len(inputs)):  # a batch makes no more inputs
            error.message += "; write a list of shapes" if len(inputs) == 1 else ""
        elif several and not tracer.decided and not tracer.batch_written:
            error.message += "; if the first axis is a batch, pass batched=True"
        raise
