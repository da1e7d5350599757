"""What a cost was asked for: layer, input and facts, ready to be asked again with other values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.arithmetic import read_fact
from symflops.conditions import noted
from symflops.contradictions import contradiction
from symflops.errors import ArgumentError, ConditionError, SymbolError
from symflops.exprs import spread
from symflops.extents import put_in
from symflops.facts import Facts, Relation, at_least, different, divides, equal, more_than
from symflops.layers.tracing import trace
from symflops.metrics import Profiler
from symflops.portions import WHOLE, Portion
from symflops.selection import select, up_to, without
from symflops.symbols import Symbol, exact
from symflops.trace import Condition, Group, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
    sympy.Ne: different,
}


def facts_in(assume: Any) -> tuple[Any, ...]:
    """Return what ``assume=`` states, one fact or several."""
    if isinstance(assume, str | sympy.Basic) or not hasattr(assume, "__iter__"):
        return (assume,)
    return tuple(assume)


def relations_in(assume: Any, known: Mapping[str, Symbol]) -> tuple[Relation, ...]:
    """Return what ``assume=`` states as relations of these symbols."""
    return tuple(relation for fact in facts_in(assume) for relation in relations_of(fact, known))


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
    portion: Portion = WHOLE
    bound: bool = False
    general: Setup | None = None  # the question in symbols, before values were put in

    def traced(self) -> tuple[Group, tuple[Condition, ...], bool]:
        """Return the trace, what it rests on, and whether a batch is written.

        Raises:
            ConditionError: a stated fact that does not hold, or blocks of a symbolic depth that cannot be.
        """
        equalities = solved(self.assume)
        setup = self._with(equalities).hiding(equalities) if equalities else self
        _check(self.assume, setup.assume, equalities)
        facts = Facts(tuple(r for r in setup.assume if r.symbols))
        root, conditions, tracer = trace(
            setup.layer, setup.inputs, facts, dict(setup.hidden), self.batched
        )
        self._check_used(root)
        if tracer.has_sums:
            tuple(noted(root))  # a block further on may be refused
        for verb, path in self.edits:
            root = EDITS[verb](root, path)
        stated = tuple(Condition(r, "stated") for r in self.assume if r.symbols)
        return root, (*stated, *conditions), tracer.batch_written

    def _check_used(self, root: Group) -> None:
        """Refuse facts about symbols that the cost does not have."""
        stated: set[Symbol] = set().union(*(r.symbols for r in self.assume))
        if not stated:
            return
        known = _brought_in(self.assume, self.symbols | symbols_within(root))
        if stated - known:  # an equality may have replaced a symbol inside a forward
            bare = replace(self, assume=tuple(r for r in self.assume if r.sign != "="))
            plain, _, _ = trace(bare.layer, bare.inputs, Facts(), dict(bare.hidden), bare.batched)
            known = _brought_in(self.assume, known | symbols_within(plain))
        if stated - known:
            names = ", ".join(sorted(s.name for s in stated - known))
            message = f"an assumption speaks of {names}, which the cost does not have"
            raise ConditionError(message)

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
        values = (*((s, put_in(e, swaps)) for s, e in self.values), *swaps.items())
        portion, general = self.portion.at(swaps), self.general or self
        return replace(self._with(swaps), values=values, portion=portion, general=general)

    def renamed(self, swaps: Mapping[Symbol, Symbol]) -> Setup:
        """Return the same question with other symbols, also in what was put in before."""
        return replace(
            self._with(swaps),
            values=tuple((symbol, put_in(value, swaps)) for symbol, value in self.values),
            portion=self.portion.at(swaps),
            general=self.general and self.general.renamed(swaps),
        )

    def hiding(self, swaps: Mapping[Symbol, sympy.Expr]) -> Setup:
        """Return the question with symbols replaced that stand only inside a layer's ``forward``.

        Raises:
            SymbolError: the values speak of the symbols themselves, so that they cannot be told apart.
        """
        hidden = (*((s, put_in(e, swaps)) for s, e in self.hidden), *swaps.items())
        new = self.symbols.union(*(value.free_symbols for _, value in hidden))
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
            inputs=tuple(tuple(put_in(size, swaps) for size in shape) for shape in self.inputs),
            assume=tuple(r.at(swaps) for r in self.assume),
        )


def listed(swaps: Mapping[Symbol, sympy.Expr]) -> str:
    """Write values as they were put in: H = 224, W = 224."""
    return ", ".join(f"{symbol} = {value}" for symbol, value in swaps.items())


EDITS = {"select": select, "upto": up_to, "without": without}


def solved(relations: Iterable[Relation]) -> dict[Symbol, sympy.Expr]:
    """Return what to write for symbols so that all stated equalities hold: W for H where H = W.

    Raises:
        ConditionError: an equality that does not hold with the others, or is solved for no symbol.
    """
    swaps: dict[Symbol, sympy.Expr] = {}
    waiting = [relation for relation in relations if relation.sign == "=" and relation.symbols]
    while waiting:
        for relation in waiting:
            now = relation.at(swaps)
            # a padding may be 0, though a dimension is taken to be at least 1
            given = 0 in (now.left, now.right) and (now.left.is_Symbol or now.right.is_Symbol)
            holds = None if given else Facts().decide(now)
            if holds is False:
                raise _does_not_hold(relation, swaps)
            found = {} if holds else _solution(now)
            if holds or found:
                break
        else:
            message = (
                f"the assumption {waiting[0]} cannot be solved for a symbol; write it as H = …"
            )
            raise ConditionError(message)
        swaps = {symbol: put_in(value, found) for symbol, value in swaps.items()} | found
        waiting.remove(relation)
    return swaps


def _solution(relation: Relation) -> dict[Symbol, sympy.Expr]:
    """Read H = W as: write W for H; and 4 = 2*W as: write 2 for W; nothing where it cannot be solved."""
    for symbol, value in ((relation.left, relation.right), (relation.right, relation.left)):
        if symbol.is_Symbol and not value.has(symbol):
            return _possible(relation, symbol, value)
    difference = spread(relation.left - relation.right)
    for symbol in sorted(difference.free_symbols, key=str):
        factor = difference.coeff(symbol)
        rest = spread(difference - factor * symbol)
        if factor.is_Rational and factor != 0 and not rest.has(symbol):
            return _possible(relation, symbol, -rest / factor)
    return {}


def _possible(relation: Relation, symbol: Symbol, value: sympy.Expr) -> dict[Symbol, sympy.Expr]:
    whole = not symbol.is_integer or Facts().decide(divides(1, value)) is not False
    if not whole or Facts().decide(at_least(value, 0)) is False:
        message = f"the assumption {relation} does not hold: {symbol} would be {value}"
        raise ConditionError(message)
    return {symbol: value}


def _check(
    stated: tuple[Relation, ...], now: tuple[Relation, ...], swaps: Mapping[Symbol, sympy.Expr]
) -> None:
    """Refuse stated facts that do not hold, or not together, once equalities were put in."""
    for relation, changed in zip(stated, now, strict=True):
        if Facts().decide(changed) is False:
            raise _does_not_hold(relation, swaps)
    names = dict(zip(now, stated, strict=True))
    left = [relation for relation in now if relation.symbols and relation.sign != "="]
    if together := contradiction(left):
        *first, last = (str(names[relation]) for relation in together)
        message = f"the assumptions {', '.join(first)} and {last} cannot all hold"
        raise ConditionError(message + _where(swaps))


def _does_not_hold(relation: Relation, swaps: Mapping[Symbol, sympy.Expr]) -> ConditionError:
    used = {symbol: value for symbol, value in swaps.items() if symbol in relation.symbols}
    return ConditionError(f"the assumption {relation} does not hold" + _where(used))


def _where(swaps: Mapping[Symbol, sympy.Expr]) -> str:
    return f" where {listed(swaps)}" if swaps else ""


def _brought_in(relations: Iterable[Relation], known: set[Symbol]) -> set[Symbol]:
    """Return the symbols of a cost, and those that equalities write in their place: h with H = 32*h."""
    equalities = [relation for relation in relations if relation.sign == "="]
    while True:
        new = set(known)
        for relation in equalities:
            if not known.isdisjoint(_solution(relation) or relation.symbols):
                new |= relation.symbols
        if new == known:
            return known
        known = new


def symbols_within(root: Group) -> set[Symbol]:
    """Return the dimensions in the steps and shapes of a trace, indices and all."""
    found: set[Symbol] = set()
    for piece in Profiler()(root):
        item = piece.item
        if isinstance(item, Step):
            found |= set().union(*(count.free_symbols for _, count in item.counts))
            found |= set().union(*(count.free_symbols for _, count in item.dense))
            found |= set().union(*(weight.elements.free_symbols for weight in item.weights))
            found |= item.cached.free_symbols
        else:
            found |= set().union(*(n.free_symbols for shape in item.outputs for n in shape))
            found |= set().union(*(c.relation.symbols for c in item.conditions))
    return found
