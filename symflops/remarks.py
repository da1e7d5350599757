"""What stands under a table: notes of all of it, and those that belong to some of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.columns import each, note_of
from symflops.facts import equal
from symflops.placing import ties
from symflops.tables.table import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symflops.conventions import Convention
    from symflops.costs import Cost
    from symflops.outline import Line
    from symflops.tables.table import Note

#: What was done to a whole cost, in words.
EDITED = {"select": "Of {}.", "upto": "Up to {}.", "without": "Without {}."}


def notes_of(
    cost: Cost, keys: tuple[str, ...], under: tuple[tuple[str, Convention], ...]
) -> Iterator[Note]:
    """Yield what is said of a whole table: convention, parts, values, conditions."""
    conventions = [found for _, found in under] if len(under) == 1 else []  # several have marks
    conventions += [cost.convention] if "share" in keys else []
    yield from map(note_of, dict.fromkeys(conventions))
    if cost.setup.portion.unit:
        yield cost.setup.portion.note()
    for verb, what in cost.setup.edits:
        yield (EDITED[verb].format(what),)
    if cost.setup.values:
        yield ("With ", *listed(equal(*pair) for pair in each(dict(cost.setup.values))), ".")
    defined = [c.relation for c in cost.conditions if c.kind == "defined"]
    if defined:
        yield ("Where ", *listed(defined), ".")
    assumed = [c.relation for c in cost.conditions if c.kind in ("assumed", "stated")]
    if assumed:
        yield ("Holds for ", *listed(assumed), ".")


@dataclass(frozen=True)
class Remark:
    """A note that belongs to some rows, by their places, and how it is said of the whole table."""

    note: Note
    places: frozenset[int]
    whole: Note


@dataclass(frozen=True)
class Settled:
    """The notes of each row, and those of the whole table."""

    of_rows: tuple[tuple[Note, ...], ...]
    notes: tuple[Note, ...]


def settled(rows: Sequence[Any], remarks: Iterable[Remark]) -> Settled:
    """Put notes where they belong: to their rows, or to the table where they are of more than half of it."""
    of_rows: list[list[Note]] = [[] for _ in rows]
    notes = []
    for remark in remarks:
        if not remark.places or 2 * len(remark.places) > len(rows):
            notes.append(remark.whole)
            continue
        for place in sorted(remark.places):
            of_rows[place].append(remark.note)
    return Settled(tuple(map(tuple, of_rows)), tuple(dict.fromkeys(notes)))


def remarks_of(cost: Cost, rows: Sequence[Line]) -> Iterator[Remark]:
    """Yield what is said of some rows: sizes that are rounded, weights that are tied, layers that follow."""
    rounded = [c.where for c in cost.conditions if c.kind == "rounded"]
    if rounded:
        at = ", ".join(dict.fromkeys(where or "the layer" for where in rounded))
        said = ("Sizes rounded down, as PyTorch does.",)
        whole = (f"Sizes rounded down, as PyTorch does, at {at}.",)
        yield Remark(said, _places(rows, rounded), whole)
    tied = dict(ties(cost.root))
    if tied:
        names = ", ".join(sorted(set(tied.values())))
        note = (f"Weights tied by name are counted once: {names}.",)
        yield Remark(note, _places(rows, tied), note)
    following = {i: row.followers for i, row in enumerate(rows) if row.followers}
    if following:
        kinds = sorted({group.kind for groups in following.values() for group in groups})
        note = (f"{', '.join(kinds)}: counted in the row of the layer before.",)
        yield Remark(("With the norms and activations behind it.",), frozenset(following), note)


def _places(rows: Sequence[Line], paths: Iterable[str]) -> frozenset[int]:
    """Return the places of the rows that have one of the layers with these paths in them, or stand in it."""
    asked = list(map(_parts, paths))
    return frozenset(
        i
        for i, row in enumerate(rows)
        if any(_meet(_parts(path), other) for path in row.paths for other in asked)
    )


def _parts(path: str) -> list[str]:
    return path.split(".") if path else []


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    """Say whether one path leads to the other; any block of a repetition stands for all."""
    pairs = zip(one, other, strict=False)
    return all(a == b or "*" in (a, b) for a, b in pairs)
