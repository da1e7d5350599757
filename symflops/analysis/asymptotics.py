"""What a formula becomes when some of its symbols grow: its leading terms, and its limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy

from symflops.analysis.answers import Answer, question, variable
from symflops.analysis.growth import Growth
from symflops.errors import ArgumentError, NotClosedError
from symflops.exprs import ONE, ZERO, cancelled, tidy
from symflops.tables.table import listed

if TYPE_CHECKING:
    from symflops.facts import Relation
    from symflops.symbols import Symbol
    from symflops.tables.table import Note


@dataclass(frozen=True, eq=False, repr=False)
class Leading(Answer):
    """The leading terms of a formula, with what is ``growing``, what is ``constant``, and ``conditions``.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> found = sf.leading(4*N*D**2 + 2*N**2*D, N)
    >>> found == 2*D*N**2, found.expr, found.growing, found.constant
    (True, 2*D*N**2, (N,), (D,))
    """

    growing: tuple[Symbol, ...] = ()
    constant: tuple[Symbol, ...] = ()
    conditions: tuple[Relation, ...] = ()

    @property
    def note(self) -> Note:
        """The formula with what grows, what is constant and what the terms rest on."""
        still = [(*listed(self.constant), " constant")] if self.constant else []
        given = listed([*still, *((relation,) for relation in self.conditions)])
        inside = (" (", *(part for parts in given for part in parts), ")") if given else ()
        return (self.expr, " as ", *listed(self.growing), " → ∞", *inside)


def leading(e: Any, growing: Any, metric: str = "macs", assume: Any = ()) -> Leading:
    """Return the leading terms of a formula as one symbol grows, or several; all others are constant.

    ``e`` is an expression, or a cost by its ``metric``. With several symbols those terms stay that no
    others outgrow together, however fast each symbol grows: the outer terms of Newton's polygon. What is
    returned equals its expression and goes wherever one does.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> sf.leading(4*N*D**2 + 2*N**2*D, N)
    2 N² D as N → ∞ (D constant)
    >>> sf.leading(4*N*D**2 + 2*N**2*D + N*D, (N, D))
    2 N D (N + 2 D) as N, D → ∞

    Raises:
        ArgumentError: no symbol, or neither an expression nor a cost.
        NotClosedError: leading terms that cancel but for a rounding, or a function of unknown growth.
    """
    names = tuple(growing) if isinstance(growing, tuple | list | set) else (growing,)
    asked = question("leading", (e,), metric, assume)
    symbols = tuple(dict.fromkeys(variable("leading", name, asked.formulas) for name in names))
    if not symbols:
        message = "leading() needs a symbol that grows, such as leading(e, N)"
        raise ArgumentError(message)
    (formula,) = asked.formulas
    growth = Growth(symbols, asked.facts)
    above, below = map(growth.written, growth.leading(formula))
    found = tidy(sympy.expand(above)) if below == ONE else cancelled(above, below)
    constant = sorted(found.free_symbols - set(symbols), key=str)
    rests_on = tuple(growth.different)
    return Leading(found, asked.order or symbols, symbols, tuple(constant), rests_on)


def limit(e: Any, N: Any, metric: str = "macs", assume: Any = ()) -> sympy.Expr:  # noqa: N803 - a dimension
    """Return what a formula tends to as a symbol grows: an expression, or ``oo``; all others are constant.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> sf.limit((N + D) / (2*N + 1), N), sf.limit(D / N, N), sf.limit(D * N, N)
    (1/2, 0, oo)

    Raises:
        ArgumentError: no symbol, or neither an expression nor a cost.
        NotClosedError: there is no limit, or the sign of what grows is not known.
    """
    asked = question("limit", (e,), metric, assume)
    symbol = variable("limit", N, asked.formulas)
    (formula,) = asked.formulas
    growth = Growth((symbol,), asked.facts)
    above, below = growth.leading(formula)
    if not above:
        return ZERO
    ((rates, factor),), ((under, divisor),) = above.items(), below.items()
    if rates == under:
        return tidy(cancelled(factor, divisor))
    if rates < under:
        return ZERO
    sign = growth.sign_of(cancelled(factor, divisor))
    if sign is None:
        message = f"whether {formula} grows or falls with {symbol} depends on the sign of {factor}"
        raise NotClosedError(message)
    return sign * sympy.oo
