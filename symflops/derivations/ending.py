"""Ends a derivation in an author's own form, or says at which sizes it is something else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.equality import decide
from symflops.derivations.lines import Line, reason
from symflops.errors import ArgumentError
from symflops.reading.shapes import Shape, read_shape
from symflops.symbols import Family, by_name, exact, is_index
from symflops.typeset.forms import value
from symflops.typeset.scribe import write
from symflops.typeset.writer import Order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.derivations.derivation import Derivation
    from symflops.facts import Facts


def ending(derivation: Derivation, to: Any, facts: Facts) -> Derivation:
    r"""Return the derivation with ``to``, LaTeX, text or an expression, as its last line.

    Symbols are matched by name, and spelled as the author spells them throughout.

    >>> import symflops as sf
    >>> D, E, N = sf.dims("D E N")
    >>> linear = sf.cost(sf.Linear(D, E, bias=False), (N, D))
    >>> print(sf.derive(linear, to=r"N E (D + (D - 1))").steps[-1].expr)
    E*N*(2*D - 1)

    Raises:
        ReadError: a formula that cannot be read.
        ArgumentError: it is not equal to what was derived; the message has a witness.
    """
    derived = _ended_in(derivation)
    last = _last(derivation)
    sizes = dict(derivation.passages[last].lines[-1].sizes)
    known = by_name(_symbols(derivation, derived)) | {name.name: name for name in sizes}
    shape = _shape(to, known)
    claimed = value(shape.form)
    decision = decide(claimed.xreplace(sizes), derived, facts)
    if decision.equal is False:
        raise ArgumentError(_refusal(to, derived, decision.witness) + _foreign(claimed, known))
    if not decision.equal:
        message = f"{to} could not be shown to be {derived}: {decision.missing}"
        raise ArgumentError(message)
    spelled = tuple(shape.spelled.items())
    return replace(derivation, passages=_ended(derivation, shape), spelled=spelled)


def _ended_in(derivation: Derivation) -> sympy.Expr:
    """Return the formula that a derivation ends in; axes that are alike have one.

    Raises:
        ArgumentError: there are several.
    """
    found = derivation.expr
    if not isinstance(found, tuple):
        return exact(found)
    if len(set(found)) == 1 and isinstance(found[0], sympy.Expr):
        return found[0]
    message = f"to= is for a derivation that ends in one formula; {derivation.metric} has several"
    raise ArgumentError(message)


def _last(derivation: Derivation) -> int:
    """Return the place of the last passage that has lines."""
    return max(place for place, passage in enumerate(derivation.passages) if passage.lines)


def _symbols(derivation: Derivation, derived: sympy.Expr) -> set[Any]:
    """Return the symbols that what the derivation ends in may be written with."""
    found = derivation.cost.symbols | derived.free_symbols
    return {symbol for symbol in found if not isinstance(symbol, Family)}


def _shape(to: Any, known: Mapping[str, Any]) -> Shape:
    """Read what the derivation is to end in."""
    if isinstance(to, str):
        return read_shape(to, known)
    expr = exact(to)
    return Shape(expr.xreplace({s: known[s.name] for s in expr.free_symbols if s.name in known}))


def _ended(derivation: Derivation, shape: Shape) -> Any:
    """Return the passages with the form as the last line; in its place where both read alike."""
    passages, place = list(derivation.passages), _last(derivation)
    *lines, last = passages[place].lines
    order = Order(derivation.order)
    if write(last.form, "text", order) == write(shape.form, "text", order):
        lines.append(replace(last, form=shape.form))
    else:
        lines += [last, Line(shape.form, reason("as_asked"), sizes=last.sizes)]
    passages[place] = replace(passages[place], lines=tuple(lines))
    return tuple(passages)


def _foreign(claimed: sympy.Expr, known: Mapping[str, Any]) -> str:
    """Say which symbols are none of the derivation's."""
    used = {s.name for s in claimed.free_symbols if not isinstance(s, Family) and not is_index(s)}
    own, others = (", ".join(sorted(names)) for names in (known, used - set(known)))
    return f"; its symbols are {own}, not {others}" if own and others else ""


def _refusal(to: Any, derived: sympy.Expr, witness: Any) -> str:
    """Say at which sizes both differ."""
    if not witness.sizes:
        return (
            f"{to} is not what is derived: it is {witness.claimed}, the derivation gives {derived}"
        )
    sizes = ", ".join(f"{symbol} = {number}" for symbol, number in witness.sizes.items())
    return (
        f"{to} is not what is derived, {derived}: with {sizes} it is {witness.claimed}, "
        f"and the derivation gives {witness.actual}"
    )
