"""Metrics as folds of the trace, each with its own algebra.

Work adds, and a repetition multiplies it. Weights are counted once a name. Activations are the outputs
of leaf layers. Every fold first flattens the tree into distinct pieces with how often each occurs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError
from symflops.exprs import ONE, collect, expanded, joined, minimum, product, terms
from symflops.symbols import Symbol
from symflops.tally import total
from symflops.trace import Group, Node, Routed, Step, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symflops.exprs import Terms
    from symflops.tally import Key
    from symflops.trace import Shape

Limits = tuple[Symbol, sympy.Expr, sympy.Expr]


@dataclass(frozen=True)
class Piece:
    """A step or a layer; inside a sum also its factor there and the limits, innermost first.

    ``stored`` is whether what it makes is: inside fused layers nothing is.
    """

    item: Any
    factor: sympy.Expr = ONE
    limits: tuple[Limits, ...] = ()
    stored: bool = True


#: Which pieces a cost is made of, and how often each of them occurs.
Profile = dict[Piece, sympy.Expr]


class Profiler:
    """Flattens nodes to profiles and remembers those of nodes it has seen."""

    def __init__(self) -> None:
        self._seen: dict[Node, Profile] = {}

    def __call__(self, node: Node) -> Profile:
        """Return the distinct pieces of a node with how often each occurs."""
        if node not in self._seen:
            self._seen[node] = self._profile(node)
        return self._seen[node]

    def _profile(self, node: Node) -> Profile:
        if isinstance(node, Step):
            return {Piece(node): ONE}
        if isinstance(node, Group):
            profile: Profile = {Piece(node): ONE}
            for _, child in node.children:
                for part, count in self(child).items():
                    piece = replace(part, stored=False) if node.fused else part
                    profile[piece] = profile[piece] + count if piece in profile else count
            return profile
        if isinstance(node, Times):
            return {piece: product((node.n, count)) for piece, count in self(node.child).items()}
        limits = node.limits
        return {
            replace(
                piece, factor=product((piece.factor, count)), limits=(*piece.limits, limits)
            ): ONE
            for piece, count in self(node.child).items()
        }


def fold(profile: Profile, value: Callable[[Step | Group], Terms]) -> Terms:
    """Return Σ count · value over a profile, as terms with like terms added."""
    values: dict[Step | Group, Terms] = {}
    weighed = []
    for piece, count in profile.items():
        if piece.item not in values:
            values[piece.item] = value(piece.item)
        pairs = values[piece.item]
        if pairs:
            inside = _summed(piece, pairs) if piece.limits else pairs
            # 2L + 1 norms: those of the blocks, and one more
            weighed += [(times, inside) for times in sympy.Add.make_args(count)]
    return total(weighed)


def _summed(piece: Piece, pairs: Terms) -> Terms:
    """Sum over the indices, in closed form where there is one, else as a sum that stays."""
    expr = product((piece.factor, joined(pairs)))
    for index, first, last in piece.limits:
        expr = closed_sum(expr, index, first, last)
    return collect(terms(expr))


def closed_sum(expr: sympy.Expr, index: Symbol, first: sympy.Expr, last: sympy.Expr) -> sympy.Expr:
    """Return Σ expr for index = first … last, multiplied out where it closes.

    >>> from symflops.symbols import dims, index
    >>> (L, g), i = dims("L g"), index()
    >>> closed_sum(g * i, i, sympy.Integer(0), L - 1)
    L**2*g/2 - L*g/2
    """
    closed = []
    for term in sympy.Add.make_args(_multiplied_out(expr)):
        if not term.has(index):
            closed.append(_multiplied_out(term * (last - first + 1)))
            continue
        outside, inside = term.as_independent(index, as_Add=False)
        closed.append(_multiplied_out(outside * _sum(inside, (index, first, last))))
    return sympy.Add(*closed)


def _multiplied_out(expr: sympy.Expr) -> sympy.Expr:
    """Multiply out, and leave what stands under a floor in the one form that sizes have."""
    floors = {floor: sympy.Dummy(integer=True) for floor in expr.atoms(sympy.floor)}
    if not floors:
        return sympy.expand(expr)
    return sympy.expand(expr.xreplace(floors)).xreplace({d: floor for floor, d in floors.items()})


def _sum(term: sympy.Expr, limits: Limits) -> sympy.Expr:
    """Return Σ term in closed form, or as it stands where that has none, or one only case by case."""
    stays = sympy.Sum(term, limits)
    if any(f.has(limits[0]) for f in term.atoms(sympy.Function, sympy.Sum, sympy.Product)):
        return stays
    total = sympy.summation(term, limits)
    return stays if total.has(sympy.Piecewise) else total


def work(profile: Profile, weigh: Mapping[Key, sympy.Rational], *, dense: bool = False) -> Terms:
    """Return the operations of a profile, each at its weight; ``dense`` skips nothing."""

    def operations(item: Step | Group) -> Terms:
        if isinstance(item, Group):
            return {}
        counts = item.dense if dense and item.dense else item.counts
        return counts.weighed(weigh)

    return fold(profile, operations)


def cached(profile: Profile) -> Terms:
    """Return the elements that are kept for the next decoding step."""
    return fold(profile, lambda item: dict(terms(item.cached)) if isinstance(item, Step) else {})


def activations(profile: Profile) -> Terms:
    """Return the elements of the outputs of all leaf layers, and of fused ones; one that does nothing is a view.

    What was made before and is there is no output.
    """
    return _elements(profile, lambda layer: layer.outputs)


def _elements(profile: Profile, shapes: Callable[[Group], tuple[Shape, ...]]) -> Terms:
    """Return the elements of some shapes of all leaf layers, and of fused ones, that make something."""

    def elements(item: Step | Group) -> Terms:
        if isinstance(item, Step) or not item.is_row:
            return {}
        if all(isinstance(child, Step) and child.rule == "there" for _, child in item.children):
            return {}
        return collect(pair for shape in shapes(item) for pair in terms(shape.elements))

    return fold({piece: count for piece, count in profile.items() if piece.stored}, elements)


class Mover:
    """Counts the elements that the layers of nodes move, and remembers nodes it has seen.

    A leaf layer, or a fused one, reads its inputs and its weights once and writes its outputs once; views move
    nothing. Weights are read as often as they are applied, tied or not: in every step of a recurrent cell, too.
    Of a table in which rows are looked up those are read, but never more than all; of E experts as many as N tokens
    that choose k each can meet, min(E, N·k).
    """

    def __init__(self) -> None:
        self._profile = Profiler()
        self._seen: dict[Node, Terms] = {}

    def __call__(self, node: Node) -> Terms:
        """Return the elements that are moved in a node.

        Raises:
            ArgumentError: a layer with steps of its own beside other layers: what these move is not known.
        """
        profile = self._profile(node)
        for piece in profile:
            if piece.stored and isinstance(piece.item, Group) and _is_mixed(piece.item):
                kind = piece.item.kind
                message = (
                    f"{kind} has steps of its own beside layers, and what these move is not known: put them into "
                    f"a layer of their own, or count {kind} as one, Fused({kind}(…))"
                )
                raise ArgumentError(message)
        handed = _elements(profile, lambda layer: (*layer.inputs, *layer.outputs))
        return total([(ONE, handed), (ONE, self._weights(node))])

    def _weights(self, node: Node) -> Terms:
        if node not in self._seen:
            self._seen[node] = self._read(node)
        return self._seen[node]

    def _read(self, node: Node) -> Terms:
        if isinstance(node, Step):
            return _read_by(node)
        if isinstance(node, Group):
            return total((ONE, self._weights(child)) for _, child in node.children)
        inner = self._weights(node.child)
        if isinstance(node, Sum):
            return _summed(Piece(node.child, ONE, (node.limits,)), inner)
        if isinstance(node, Routed) and isinstance(node.child, Group):
            tokens = product(node.child.inputs[0][:-1])
            return total([(minimum(node.of, product((node.active, tokens))), inner)])
        return total([(node.n, inner)])


def _is_mixed(layer: Group) -> bool:
    """Say whether a layer that a table takes apart has steps that do something beside its layers."""
    inside = (getattr(child, "child", child) for _, child in layer.children)
    return not layer.is_row and any(
        isinstance(node, Step) and node.rule != "there" for node in inside
    )


def _read_by(step: Step) -> Terms:
    """Return the elements of its weights that a step reads."""
    if step.rule == "there" or not step.weights:
        return {}
    elements = sympy.Add(*(weight.elements for weight in step.weights))
    if step.rule == "lookup":
        elements = minimum(product(step.order), elements)
    return collect(terms(elements))


@dataclass(frozen=True)
class Weights:
    """The elements of all weights: those of no name, and those tied by a name, counted once."""

    untied: Terms
    tied: Mapping[str, Terms]

    @property
    def terms(self) -> Terms:
        """All weights together."""
        return total((ONE, pairs) for pairs in (self.untied, *self.tied.values()))


class Weigher:
    """Counts the weights of nodes, each tied name once, and remembers nodes it has seen.

    With ``active``, only those that an input meets: of the experts of a mixture, the chosen ones.
    """

    def __init__(self, *, active: bool = False) -> None:
        self.active = active
        self._seen: dict[Node, Weights] = {}

    def __call__(self, node: Node) -> Weights:
        """Return the weights of a node."""
        if node not in self._seen:
            self._seen[node] = self._weights(node)
        return self._seen[node]

    def _weights(self, node: Node) -> Weights:
        if isinstance(node, Step):
            pairs = (pair for weight in node.weights for pair in terms(weight.elements))
            return Weights(collect(pairs), {})
        if isinstance(node, Group):
            parts = [self(child) for _, child in node.children]
            tied = _tied(parts)
            own = [tied.pop(name) for name in list(tied) if name.startswith(".")]
            untied = collect(
                pair for pairs in (*(part.untied for part in parts), *own) for pair in pairs.items()
            )
            if node.tied:
                return Weights({}, _tied([Weights({}, tied), Weights({}, {node.tied: untied})]))
            return Weights(untied, tied)
        inner = self(node.child)
        if isinstance(node, Sum):
            for name, tied_pairs in inner.tied.items():
                if any(monomial.has(node.index) for monomial in tied_pairs):
                    message = (
                        f"the weights tied as {name!r} differ from block to block; tie equal layers"
                    )
                    raise ArgumentError(message)
        return Weights(repeated(inner.untied, node, active=self.active), inner.tied)


def repeated(pairs: Terms, depth: Times | Sum, *, active: bool = False) -> Terms:
    """Return the weights of all blocks from those of one: the blocks of a recurrent cell share them."""
    if isinstance(depth, Times):
        return total([(depth.active if active else depth.copies, pairs)])
    return _summed(Piece(depth.child, ONE, (depth.limits,)), pairs)


def _tied(parts: list[Weights]) -> dict[str, Terms]:
    tied: dict[str, Terms] = {}
    for part in parts:
        for name, pairs in part.tied.items():
            if expanded(tied.setdefault(name, pairs)) != expanded(pairs):
                message = (
                    f"the weights tied as {name!r} have {joined(tied[name])} elements in one place "
                    f"and {joined(pairs)} in another; give one of them another name"
                )
                raise ArgumentError(message)
    return tied
