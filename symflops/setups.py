"""What a cost was asked for: layer, input and facts, ready to be asked again with other values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.arithmetic import read_fact
from symflops.errors import ArgumentError, ConditionError, SymbolError
from symflops.facts import Facts, Relation, at_least, equal, more_than
from symflops.layers.tracing import trace
from symflops.metrics import Profiler
from symflops.selection import select, up_to, without
from symflops.symbols import Symbol, exact
from symflops.trace import Condition, Group, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symflops.layers.base import Layer


def shapes_of(layer: Layer, given: Any) -> tuple[tuple[Any, ...], ...]:
    """Return the input as one shape or several, exact; a model of the zoo brings its own."""
    if given is None:
        given = getattr(layer, "input", None)
    if given is None:
        message = f"cost({type(layer).__name__}…) needs an input shape, such as (C_in, H, W)"
        raise ArgumentError(message)
    if isinstance(given, str | sympy.Basic) or not hasattr(given, "__iter__"):
        message = f"the input must be a tuple of sizes, such as (3, 224, 224), got {given!r}"
        raise ArgumentError(message)
    given = tuple(given)
    several = bool(given) and all(isinstance(g, tuple | list) for g in given)
    shapes = given if several else (given,)
    if not all(shapes):
        message = "the input needs at least one size, such as (64,)"
        raise ArgumentError(message)
    return tuple(tuple(map(exact, shape)) for shape in shapes)


#: sympy's own relations, as facts.
RELATIONS = {
    sympy.Ge: at_least,
    sympy.Gt: more_than,
    sympy.Le: lambda a, b: at_least(b, a),
    sympy.Lt: lambda a, b: more_than(b, a),
    sympy.Eq: equal,
}


def relations_of(fact: Any, known: Mapping[str, Symbol]) -> Iterator[Relation]:
    """Yield a fact as a relation of the symbols that the cost has; what is plainly true is nothing."""
    if fact in (True, False):  # sympy decides H <= H itself
        fact = equal(1, int(bool(fact)))
    if isinstance(fact, str):
        fact = read_fact(fact, known)
    elif type(fact) in RELATIONS:
        fact = RELATIONS[type(fact)](fact.lhs, fact.rhs)
    if not isinstance(fact, Relation):
        message = f"{fact!r} states no fact; write one such as '32 | H' or 'N >= w'"
        raise ArgumentError(message)
    fact = fact.at({s: known[s.name] for s in fact.symbols if s.name in known})
    if not (fact.sign == "=" and fact.left == fact.right):
        yield fact


@dataclass(frozen=True)
class Setup:
    """What a cost was asked for, so that it can be asked again with numbers in place of symbols."""

    layer: Layer
    inputs: tuple[tuple[Any, ...], ...]
    assume: tuple[Relation, ...] = ()
    batched: bool | None = None
    values: tuple[tuple[Symbol, sympy.Expr], ...] = ()  # what was put in, for all to read
    hidden: tuple[tuple[Symbol, sympy.Expr], ...] = ()  # put in where a forward names a symbol
    edits: tuple[tuple[str, str], ...] = ()
    bound: bool = False

    def traced(self) -> tuple[Group, tuple[Condition, ...], bool]:
        """Return the trace, what it rests on, and whether a batch is written.

        Raises:
            ConditionError: a stated fact that does not hold.
        """
        equalities = dict(_solved(r) for r in self.assume if r.sign == "=" and r.symbols)
        setup = self._with(equalities).hiding(equalities) if equalities else self
        for relation in setup.assume:
            if Facts().decide(relation) is False:
                message = f"the assumption {relation} does not hold"
                raise ConditionError(message)
        facts = Facts(tuple(r for r in setup.assume if r.symbols))
        root, conditions, tracer = trace(
            setup.layer, setup.inputs, facts, dict(setup.hidden), self.batched
        )
        _check_used(facts, setup, root)
        for verb, path in self.edits:
            root = EDITS[verb](root, path)
        stated = tuple(Condition(r, "stated") for r in self.assume if r.symbols)
        return root, (*stated, *conditions), tracer.batch_written

    @property
    def symbols(self) -> set[Symbol]:
        """The dimensions of the layer and its inputs."""
        return self.layer.symbols.union(*(n.free_symbols for shape in self.inputs for n in shape))

    def at(self, swaps: Mapping[Symbol, sympy.Expr]) -> Setup:
        """Return the same question with values in place of symbols.

        Raises:
            ConditionError: a stated fact that the values break.
        """
        for relation in self.assume:
            if Facts().decide(relation.at(swaps)) is False:
                message = f"the assumption {relation} does not hold for {listed(swaps)}"
                raise ConditionError(message)
        values = (*((s, e.xreplace(swaps)) for s, e in self.values), *swaps.items())
        return replace(self._with(swaps), values=values)

    def hiding(self, swaps: Mapping[Symbol, sympy.Expr]) -> Setup:
        """Return the question with symbols replaced that stand only inside a layer's ``forward``.

        Raises:
            SymbolError: the values speak of the symbols themselves, so that they cannot be told apart.
        """
        hidden = (*((s, e.xreplace(swaps)) for s, e in self.hidden), *swaps.items())
        new = set().union(*(value.free_symbols for _, value in hidden))
        if clash := new & {symbol for symbol, _ in hidden}:
            message = (
                f"{', '.join(sorted(map(str, clash)))} stands inside the forward of a layer; put in "
                "an expression of other symbols"
            )
            raise SymbolError(message)
        return replace(self, hidden=hidden)

    def _with(self, swaps: Mapping[Symbol, sympy.Expr]) -> Setup:
        return replace(
            self,
            layer=self.layer.substituted(swaps),
            inputs=tuple(tuple(size.xreplace(swaps) for size in shape) for shape in self.inputs),
            assume=tuple(r.at(swaps) for r in self.assume),
        )


def listed(swaps: Mapping[Symbol, sympy.Expr]) -> str:
    """Write values as they were put in: H = 224, W = 224."""
    return ", ".join(f"{symbol} = {value}" for symbol, value in swaps.items())


EDITS = {"select": select, "upto": up_to, "without": without}


def _solved(relation: Relation) -> tuple[Symbol, sympy.Expr]:
    """Read H = W as: write W for H; and 4 = 2*W as: write 2 for W."""
    for symbol, value in ((relation.left, relation.right), (relation.right, relation.left)):
        if symbol.is_Symbol and not value.has(symbol):
            return symbol, value
    difference = sympy.expand(relation.left - relation.right)
    for symbol in sorted(difference.free_symbols, key=str):
        factor = difference.coeff(symbol)
        rest = sympy.expand(difference - factor * symbol)
        if factor.is_Rational and factor != 0 and not rest.has(symbol):
            value = -rest / factor
            if value.is_Rational and not (value.is_Integer and value > 0):
                message = f"the assumption {relation} does not hold: {symbol} would be {value}"
                raise ConditionError(message)
            return symbol, value
    message = f"the assumption {relation} cannot be solved for a symbol; write it as H = …"
    raise ConditionError(message)


def symbols_within(root: Group) -> set[Symbol]:
    """Return the dimensions in the steps and shapes of a trace, indices and all."""
    found: set[Symbol] = set()
    for piece in Profiler()(root):
        item = piece.item
        if isinstance(item, Step):
            found |= set().union(*(count.free_symbols for _, count in item.counts))
            found |= set().union(*(weight.elements.free_symbols for weight in item.weights))
        else:
            found |= set().union(*(n.free_symbols for shape in item.outputs for n in shape))
            found |= set().union(*(c.relation.symbols for c in item.conditions))
    return found


def _check_used(facts: Facts, setup: Setup, root: Group) -> None:
    stated: set[Symbol] = set().union(*(r.symbols for r in facts.relations))
    if stated and (unused := stated - setup.symbols - symbols_within(root)):
        names = ", ".join(sorted(s.name for s in unused))
        message = f"an assumption speaks of {names}, which the cost does not have"
        raise ConditionError(message)
