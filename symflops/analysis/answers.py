"""What is asked of formulas and answered with more than a formula: what is taken for granted is said with it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import sympy

from symflops.costs import Cost
from symflops.errors import ArgumentError, ConditionError
from symflops.exprs import log2, minimum
from symflops.extents import put_in
from symflops.facts import Facts
from symflops.printed import Formula
from symflops.setups import relations_in, solved
from symflops.symbols import by_name, exact
from symflops.tables.cells import words
from symflops.tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.symbols import Symbol
    from symflops.tables.table import Note
    from symflops.typeset.writer import Medium

MAX = sympy.Max  # noqa: TID251 - of strangers


@dataclass(frozen=True, eq=False, repr=False)
class Answer(Formula):
    """A formula with words: equal to its ``expr``, and taken wherever an expression is."""

    @property
    def note(self) -> Note:
        """The words, with formulas between them."""
        return (self.expr,)

    def __str__(self) -> str:
        return self._said("text", "{}")

    __repr__ = __str__

    def _repr_latex_(self) -> str | None:
        try:
            return self._said("latex", "${}$")
        except ArgumentError:  # Jupyter shows the text of what LaTeX cannot set
            return None

    def _said(self, medium: Medium, form: str) -> str:
        return words(Table((), (), order=self.order), self.note, medium, str, form)

    def _sympy_(self) -> sympy.Expr:
        return self.expr

    def __eq__(self, other: object) -> bool:
        return bool(self.expr == (other.expr if isinstance(other, Answer) else other))

    def __hash__(self) -> int:
        return hash(self.expr)

    def __add__(self, other: Any) -> Any:
        return self.expr + other

    def __sub__(self, other: Any) -> Any:
        return self.expr - other

    def __mul__(self, other: Any) -> Any:
        return self.expr * other

    def __truediv__(self, other: Any) -> Any:
        return self.expr / other

    def __pow__(self, other: Any) -> Any:
        return self.expr**other

    def __radd__(self, other: Any) -> Any:
        return other + self.expr

    def __rsub__(self, other: Any) -> Any:
        return other - self.expr

    def __rmul__(self, other: Any) -> Any:
        return other * self.expr

    def __rtruediv__(self, other: Any) -> Any:
        return other / self.expr

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.expr, name)  # .subs, .free_symbols, .expand


@dataclass(frozen=True)
class Question:
    """Formulas over one set of symbols, what is known of these, and the order of factors in print."""

    formulas: tuple[sympy.Expr, ...]
    facts: Facts
    order: tuple[sympy.Expr, ...]

    @property
    def symbols(self) -> set[Symbol]:
        """The dimensions that the formulas speak of."""
        found: set[Symbol] = set().union(*(formula.free_symbols for formula in self.formulas))
        return found


def question(function: str, given: Iterable[Any], metric: str, assume: Any = ()) -> Question:
    """Read costs (by a metric) and expressions, with the facts that the costs rest on and those stated.

    Raises:
        ArgumentError: neither a cost nor an expression.
        UnknownNameError: no metric has this name.
        SymbolError: one name that stands for two symbols.
        ConditionError: a fact that speaks of other symbols, or that cannot hold.
    """
    given = tuple(given)
    formulas = tuple(map(_formula, given, (function,) * len(given), (metric,) * len(given)))
    costs = [value for value in given if isinstance(value, Cost)]
    known = by_name(set().union(*(f.free_symbols for f in formulas), *(c.symbols for c in costs)))
    relations = [*relations_in(assume, known)]
    for relation in relations:
        if relation.symbols.isdisjoint(known.values()):
            message = f"the assumption {relation} speaks of nothing that the formulas have"
            raise ConditionError(message)
    swaps = solved(relations)  # H = W
    for cost in costs:
        relations += [c.relation for c in cost.conditions if c.kind in ("assumed", "stated")]
    put = (relation.at(swaps) for relation in relations)
    facts = Facts(tuple(dict.fromkeys(r for r in put if r.symbols and r.left != r.right)))
    order = tuple(dict.fromkeys(factor for cost in costs for factor in cost.order))
    return Question(tuple(facts.canonical(put_in(f, swaps)) for f in formulas), facts, order)


def _formula(value: Any, function: str, metric: str) -> sympy.Expr:
    if isinstance(value, Cost):
        return exact(value.metric(metric))
    try:
        found = _taken_over(exact(value))
    except ArgumentError as error:
        message = f"{function}() takes costs and expressions: {error.message}"
        raise ArgumentError(message) from None
    if constants := found.atoms(sympy.NumberSymbol, sympy.core.numbers.ImaginaryUnit):
        message = f"{function}() takes formulas that count; {value} has {min(map(str, constants))}"
        raise ArgumentError(message)
    return found


def _taken_over(expr: sympy.Expr) -> sympy.Expr:
    """Return a formula with our own functions in place of sympy's Min, Max and logarithms to a whole base."""
    if not expr.has(sympy.Min, MAX, sympy.log):
        return expr
    natural = sympy.Dummy("ln2", positive=True)
    found = expr.replace(sympy.log, lambda n: log2(n) * natural)
    expr = expr if natural in found.free_symbols else found
    if not all(size.is_integer for f in expr.atoms(sympy.Min, MAX) for size in f.args):
        return expr
    expr = expr.replace(sympy.Min, lambda *sizes: reduce(minimum, sizes))
    return expr.replace(MAX, lambda *sizes: reduce(_greater, sizes))


def _greater(a: sympy.Expr, b: sympy.Expr) -> sympy.Expr:
    return a + b - minimum(a, b)


def variable(function: str, given: Any, formulas: Iterable[sympy.Expr]) -> Symbol:
    """Return a symbol to look along, which must have one meaning in all formulas.

    Raises:
        ArgumentError: it is no symbol.
        SymbolError: the formulas have another of its name.
    """
    try:
        found = exact(given)
    except ArgumentError:
        found = None
    if found is None or not found.is_Symbol:
        message = f"{function}() needs a symbol such as dim('N'), got {given!r}"
        raise ArgumentError(message)
    return by_name(set().union(*(f.free_symbols for f in formulas), {found}))[found.name]
