"""What a page is about: a cost, the numbers that are put in, and the language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import sympy

from symflops.columns import column_of, each
from symflops.derivations.numbers import in_symbols
from symflops.derivations.sizes import names_of
from symflops.exprs import ONE
from symflops.facts import Relation, equal
from symflops.metrics import Profiler
from symflops.pages.levels import levels, opened
from symflops.pages.markup import Markup, sentence
from symflops.pages.wording import WORDS
from symflops.statements import filled
from symflops.symbols import exact
from symflops.tables.shorthand import with_minima
from symflops.tables.table import Table
from symflops.trace import Group, Shape
from symflops.zoo.published import Model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symflops.costs import Cost
    from symflops.derivations.sizes import Names
    from symflops.pages.levels import Level


@dataclass(frozen=True, eq=False)
class Subject:
    """A cost as it was given, the numbers that are to be put in, and what a page says of it."""

    given: Cost
    at: Mapping[Any, Any]
    metrics: tuple[str, ...]
    lang: str = "en"

    @property
    def words(self) -> dict[str, Any]:
        """What the page says, in its language."""
        return WORDS[self.lang]

    @cached_property
    def shown(self) -> Cost:
        """The cost that rows and pictures show."""
        return self.given.at(self.at) if self.at else self.given

    @cached_property
    def cost(self) -> Cost:
        """The cost that formulas are of: before numbers were put in, if that left nothing but numbers."""
        if not all(exact(self.shown.metric(key)).is_Rational for key in self.metrics):
            return self.shown
        if self.at:
            return self.given
        general = [in_symbols(self.given, key) for key in self.metrics]
        return general[0] if general[0] is not None and all(general) else self.given

    @property
    def has_numbers(self) -> bool:
        """Whether numbers stand beside the formulas."""
        return self.cost is not self.shown

    @property
    def name(self) -> str:
        """What is counted: a model by its name, any other layer by its kind."""
        layer = self.given.setup.layer
        return layer.name if isinstance(layer, Model) else type(layer).__name__

    @cached_property
    def names(self) -> Names:
        """The names of rounded sizes, the same in formulas, derivations and rows."""
        return names_of(self.cost)

    @cached_property
    def levels(self) -> list[Level]:
        """The rows of all levels."""
        return levels(self.shown.root)

    @cached_property
    def rows(self) -> Table:
        """The cells of the rows."""
        keys = ("layer", "output", *self.metrics, *(("share",) if "flops" in self.metrics else ()))
        return self._with_names(opened(self.shown, self.levels, keys))

    @cached_property
    def totals(self) -> Table:
        """The formulas of all metrics as the only row of a table."""
        if not self.has_numbers:
            table = self.rows.keeping(self.metrics)
            return replace(table, rows=(table.total,) if table.total else ())
        values = tuple(exact(self.cost.metric(key)) for key in self.metrics)
        columns = tuple(column_of(key, (self.cost,)) for key in self.metrics)
        return self._with_names(Table(columns, (values,), order=self.cost.order))

    def _with_names(self, table: Table) -> Table:
        """Return a table with names for rounded sizes, and letters for minima that are repeated."""

        def put(cell: Any) -> Any:
            if isinstance(cell, tuple):
                return tuple(self.sizes(shape) for shape in cell)
            return self.names.put(cell) if hasattr(cell, "xreplace") else cell

        return with_minima(
            replace(
                table,
                rows=tuple(tuple(map(put, row)) for row in table.rows),
                total=table.total and tuple(map(put, table.total)),
                order=(*table.order, *self.names.given),
            )
        )

    @cached_property
    def seen(self) -> frozenset[Any]:
        """The symbols in formulas and rows; facts may have left none of a name that sizes have."""
        cells = (cell for table in (self.totals, self.rows) for row in table.lines for cell in row)
        sizes = (part for cell in cells for part in _parts(cell))
        return frozenset(symbol for size in sizes for symbol in size.free_symbols)

    def sizes(self, shape: Any) -> Shape:
        """Return a shape with names for its sizes."""
        return Shape(self.names.put(exact(size)) for size in shape)

    def set(self, *parts: Any) -> Markup:
        """Set words and mathematics in the language of the page."""
        return sentence(self.totals, self._spoken(parts))

    def _spoken(self, parts: Any) -> Iterator[Any]:
        for part in parts:
            if isinstance(part, Relation) and (part.left, part.sign) == (ONE, "|"):
                yield from (part.right, self.words["whole"])
            else:
                yield self.sizes(part) if isinstance(part, Shape) else part

    def filled(self, key: str, **given: Any) -> Markup:
        """Set one of the page's sentences with what is given in its places, several with commas between."""
        parts = {
            name: self.listed(value) if isinstance(value, list) else value
            for name, value in given.items()
        }
        return self.set(*filled(self.words[key], **parts))

    def listed(self, parts: list[Any]) -> tuple[Any, ...]:
        """Return parts with what stands between two of them."""
        return tuple(piece for part in parts for piece in (self.words["listed"], part))[1:]

    @property
    def tied(self) -> list[str]:
        """The names by which weights are tied."""
        layers = (p.item for p in Profiler()(self.shown.root) if isinstance(p.item, Group))
        return sorted({layer.tied for layer in layers} - {""})

    @property
    def values(self) -> list[Relation]:
        """What was put in, as equalities."""
        return [equal(*pair) for pair in each(dict(self.shown.setup.values))]

    def heading(self, key: str) -> tuple[str, str]:
        """Return the name of a metric, and what stands behind it: the convention, the portion."""
        details = column_of(key, (self.cost,)).detail
        return self.words["columns"][key], self.words["details"].get(details, details)


def _parts(cell: Any) -> Iterator[sympy.Expr]:
    """Yield the expressions in a cell; an output has several shapes, and a shape several sizes."""
    if isinstance(cell, tuple):
        for part in cell:
            yield from _parts(part)
    elif isinstance(cell, sympy.Expr):
        yield cell
