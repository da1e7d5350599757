"""What a page is about: a cost, the numbers that are put in, and the language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symflops.exprs import ONE
from symflops.facts import Relation, equal
from symflops.pages.levels import levels, opened
from symflops.pages.markup import Markup, sentence
from symflops.pages.wording import WORDS
from symflops.rows import Filler, column_of
from symflops.symbols import exact
from symflops.tables.shorthand import nameable, with_minima, with_names
from symflops.tables.table import Table

if TYPE_CHECKING:
    from symflops.costs import Cost
    from symflops.pages.levels import Level

FEWEST = 3  # rounded sizes that are worth names
LONGEST = 60  # characters of a layer that is its own name


@dataclass(frozen=True, eq=False)
class Subject:
    """A cost with what a page says of it; ``numbers`` is the cost with numbers put in, where they are given."""

    cost: Cost
    numbers: Cost | None
    metrics: tuple[str, ...]
    lang: str = "en"

    @property
    def words(self) -> dict[str, Any]:
        """What the page says, in its language."""
        return WORDS[self.lang]

    @property
    def shown(self) -> Cost:
        """The cost that rows and pictures show."""
        return self.numbers or self.cost

    @cached_property
    def name(self) -> str:
        """What is counted: a model by its name, a layer as it is written if that is short."""
        layer, text = self.cost.setup.layer, repr(self.cost.setup.layer)
        if text.startswith("zoo."):
            return text.removeprefix("zoo.").removesuffix("()")
        return text if len(text) <= LONGEST else type(layer).__name__

    @cached_property
    def totals(self) -> Table:
        """The formulas of all metrics as the only row of a table, long sizes by names."""
        if self.numbers is None:
            table = self.rows.keeping(self.metrics)
            return replace(table, rows=(table.total,) if table.total else ())
        values = tuple(exact(self.cost.metric(key)) for key in self.metrics)
        columns = tuple(column_of(key, (self.cost,)) for key in self.metrics)
        table = with_minima(Table(columns, (values,), order=self.cost.order))
        return named(table, table)

    @cached_property
    def levels(self) -> list[Level]:
        """The rows of all levels."""
        return levels(self.shown.root)

    @cached_property
    def rows(self) -> Table:
        """The cells of the rows, long sizes by names: those of the innermost layers in their order."""
        keys = ("layer", "output", *self.metrics, *(("share",) if "flops" in self.metrics else ()))
        rows = self.levels
        table = with_minima(opened(self.shown, rows, keys))
        inner = [cells for row, cells in zip(rows, table.rows, strict=True) if not row.opens]
        return named(table, replace(table, rows=(*inner, *table.rows)))

    def set(self, *parts: Any) -> Markup:
        """Set words and mathematics in the language of the page."""
        return sentence(self.totals, self._spoken(parts))

    def noted(self, table: Table) -> list[Markup]:
        """Return the notes of a table: what letters stand for."""
        said = self.words["notes"]
        return [
            sentence(table, [said.get(p, p) if isinstance(p, str) else p for p in note])
            for note in table.notes
        ]

    def _spoken(self, parts: Any) -> Any:
        for part in parts:
            if isinstance(part, Relation) and (part.left, part.sign) == (ONE, "|"):
                yield from (part.right, self.words["whole"])
            else:
                yield part

    @property
    def tied(self) -> list[str]:
        """The names by which weights are tied."""
        return Filler(self.shown, 1, ()).tied

    def values(self) -> tuple[Any, ...]:
        """Return what was put in, as equalities."""
        return tuple(equal(symbol, value) for symbol, value in self.shown.setup.values)

    def heading(self, key: str) -> tuple[str, str]:
        """Return the name of a metric, and what stands behind it: the convention, the portion."""
        detail = column_of(key, (self.cost,)).detail
        said = [self.words["details"].get(part, part) for part in ([detail] if detail else [])]
        return self.words["columns"][key], self.words["listed"].join(said)


def named(table: Table, among: Table) -> Table:
    """Return a table with names for rounded sizes, where ``among`` these rows there are several."""
    found = nameable(among, "rounded")
    return with_names(table, found) if len(found) >= FEWEST else table
