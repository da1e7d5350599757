"""Ends a derivation in an author's own form, or says at which sizes it is something else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from symflops.claims.equality import decide
from symflops.derivations.lines import Line, reason
from symflops.errors import ArgumentError
from symflops.reading.shapes import Shape, read_shape
from symflops.symbols import Family, by_name, exact
from symflops.typeset.forms import value
from symflops.typeset.scribe import write
from symflops.typeset.writer import Order

if TYPE_CHECKING:
    import sympy

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
    derived = derivation.expr
    if isinstance(derived, tuple):
        message = (
            f"to= is for a derivation that ends in one formula; {derivation.metric} has several"
        )
        raise ArgumentError(message)
    derived = exact(derived)
    shape = _shape(to, derivation)
    decision = decide(value(shape.form), derived, facts)
    if decision.equal is False:
        raise ArgumentError(_refusal(to, derived, decision.witness))
    if not decision.equal:
        message = f"{to} could not be shown to be {derived}: {decision.missing}"
        raise ArgumentError(message)
    spelled = tuple(shape.spelled.items())
    return replace(derivation, passages=_ended(derivation, shape), spelled=spelled)


def _shape(to: Any, derivation: Derivation) -> Shape:
    """Read what the derivation is to end in."""
    symbols = derivation.cost.symbols | exact(derivation.expr).free_symbols
    if isinstance(to, str):
        return read_shape(to, by_name(s for s in symbols if not isinstance(s, Family)))
    expr = exact(to)
    known = by_name(s for s in symbols if not isinstance(s, Family))
    return Shape(expr.xreplace({s: known[s.name] for s in expr.free_symbols if s.name in known}))


def _ended(derivation: Derivation, shape: Shape) -> Any:
    """Return the passages with the form as the last line; in its place where both read alike."""
    *before, passage = derivation.passages
    *lines, last = passage.lines
    order = Order(derivation.order)
    alike = write(last.form, "text", order) == write(shape.form, "text", order)
    if alike:
        lines.append(replace(last, form=shape.form))
    else:
        lines += [last, Line(shape.form, reason("as_asked"))]
    return (*before, replace(passage, lines=tuple(lines)))


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
