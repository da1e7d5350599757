"""The models of the zoo as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops import zoo
from symflops.costs import cost
from symflops.setups import shapes_of
from symflops.tables.table import Column, Table
from symflops.zoo.published import INPUTS

if TYPE_CHECKING:
    from symflops.zoo.published import Model

COLUMNS = (
    Column("model", "model", "word"),
    Column("params", "params"),
    Column("macs", "MACs"),
    Column("input", "at", "shape"),
    Column("computed", "computed", "word"),
    Column("paper", "paper", "word"),
)
NAMES = {"params": "params", "macs": "MACs"}


def listing() -> Table:
    """Return every model with its parameters and MACs at its usual input, and its paper.

    The numbers are those that others printed; where nobody did, they are computed, and marked so. Families,
    whose sizes are all symbols, are named below.
    """
    models = [zoo.model(name) for name in zoo.names()]
    families = [model.name for model in models if is_family(model)]
    notes = (
        "Numbers as others printed them; what is marked as computed, symflops counts at that input.",
        f"Families, with a symbol for every size: {', '.join(families)}.",
    )
    rows = (row(model) for model in models if model.name not in families)
    return Table(COLUMNS, tuple(rows), notes=tuple((note,) for note in notes))


def is_family(model: Model) -> bool:
    """Say whether the sizes of a model are symbols, unless they are given."""
    return bool(model.symbols)


def row(model: Model) -> tuple[Any, ...]:
    """Return a model's row: published numbers, and computed ones in the place of those that are not."""
    shape = INPUTS[model.name]
    numbers = {n.quantity: n.value for n in model.published if n.input in ((), shape)}
    missing = [key for key in NAMES if key not in numbers]
    if missing:
        counted = cost(model, shape)
        numbers |= {key: counted.metric(key) for key in missing}
    marked = " and ".join(NAMES[key] for key in missing)
    shapes = shapes_of(model, shape)
    return (model.name, *(numbers[key] for key in NAMES), shapes, marked, model.paper)
