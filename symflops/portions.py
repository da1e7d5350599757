"""What a cost is divided by: the tokens, samples or pixels of an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import ONE, cancelled, joined, product, tidy
from symflops.extents import put_in
from symflops.readers import MAP, is_over_maps, looks_up, positions, readers

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sympy

    from symflops.exprs import Terms
    from symflops.symbols import Symbol
    from symflops.trace import Group, Shape


@dataclass(frozen=True)
class Portion:
    """One of ``count`` tokens, samples or pixels; the whole cost where it has no ``unit``."""

    unit: str = ""
    count: sympy.Expr = ONE

    @property
    def words(self) -> str:
        """Say which portion it is; nothing for the whole."""
        return f"per {self.unit}" if self.unit else ""

    def note(self, of: str = "") -> tuple[Any, ...]:
        """Say by what is divided, as the note of a table has it; ``of`` says where."""
        return (f"Per {self.unit}{of}: all but weights is divided by ", self.count, ".")

    def of(self, pairs: Terms) -> sympy.Expr:
        """Return the terms of the whole as one portion of them."""
        if self.count is ONE:
            return joined(pairs)
        if self.count.is_Add:
            return tidy(cancelled(joined(pairs), self.count))
        number, monomial = self.count.as_coeff_Mul()
        return joined({m / monomial: n / number for m, n in pairs.items()})

    def at(self, swaps: Mapping[Symbol, sympy.Expr]) -> Portion:
        """Return the portion with expressions in place of symbols."""
        return Portion(self.unit, put_in(self.count, swaps))


WHOLE = Portion()


def portion(root: Group, unit: str, of: Any) -> Portion:
    """Return one token, sample or pixel of an input: of the only one, of all alike, or of that with this place.

    Raises:
        UnknownNameError: a unit that is none of these.
        ArgumentError: an input that has none of them, or inputs that have different numbers.
    """
    if unit not in COUNTED:
        raise UnknownNameError("unit", str(unit), COUNTED)
    places = range(len(root.inputs))
    if of is not None and (isinstance(of, bool) or of not in places):
        message = f"of is the place of an input, from 0 to {len(places) - 1}, got {of!r}"
        raise ArgumentError(message)
    counts = [COUNTED[unit](root, place) for place in (places if of is None else (of,))]
    if len(set(counts)) > 1:
        listed = " and ".join(map(str, counts))
        message = f"the inputs have {listed} {unit}s; say of which input: per({unit!r}, of={len(places) - 1})"
        raise ArgumentError(message)
    return Portion(unit, counts[0])


def _tokens(root: Group, place: int) -> sympy.Expr:
    """Every position of numbers that are looked up, or of vectors: the features stand last."""
    shape = root.inputs[place]
    reading = list(readers(root, place))
    if any(map(looks_up, reading)):
        return shape.elements
    channels_first = len(shape) >= MAP and not _has_features_last(root, place)
    if channels_first or any(map(is_over_maps, reading)):
        last = len(root.inputs) - 1
        another = f", of another input, per('token', of={last})" if place < last else ""
        message = (
            f"an input of {_axes(shape)} is a map and has no tokens; take per('pixel'), per('sample'){another}, "
            "or the part that works on tokens, cost['…'].per('token')"
        )
        raise ArgumentError(message)
    return product(shape[:-1])


def _has_features_last(root: Group, place: int) -> bool:
    rank = len(root.inputs[place])
    return positions(root, place) == tuple(range(1, rank - 1))


def _samples(root: Group, place: int) -> sympy.Expr:
    size: sympy.Expr = root.inputs[place][0]
    return size


def _pixels(root: Group, place: int) -> sympy.Expr:
    """Every position of a map, whose channels stand on axis 1, or last where its layers say so."""
    shape = root.inputs[place]
    if len(shape) < MAP and not any(map(is_over_maps, readers(root, place))):
        message = f"an input of {_axes(shape)} is no map and has no pixels; take per('token') or per('sample')"
        raise ArgumentError(message)
    if _has_features_last(root, place):
        return product(shape[:-1])
    batch, _, *sides = shape
    return product((batch, *sides))


def _axes(shape: Shape) -> str:
    return f"{len(shape) - 1} ax{'i' if len(shape) == 2 else 'e'}s"  # noqa: PLR2004 - one behind the batch


COUNTED = {"token": _tokens, "sample": _samples, "pixel": _pixels}
