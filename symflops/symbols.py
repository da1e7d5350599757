"""The doors for symbols and for numbers: whatever enters symflops is made exact here.

A dimension is a positive integer symbol (or a positive rational one), known by its name alone, and a
number is an Integer or a Rational. This is the only module that may build symbols.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.cache import cacheit

from symflops.errors import ArgumentError, SymbolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Symbol = sympy.Symbol  # the type, for annotations
NAME = re.compile(r"[^\W\d]\w*", re.UNICODE)


@dataclass(frozen=True)
class Notation:
    """How a name is typeset and what it means; serves display alone."""

    latex: str | None = None
    meaning: str | Mapping[str, str] | None = None


_NOTATION: dict[str, Notation] = {}


def dim(
    name: Any,
    *,
    integer: bool = True,
    latex: str | None = None,
    meaning: str | Mapping[str, str] | None = None,
) -> sympy.Symbol:
    """Return the dimension called ``name``: a positive integer symbol, or a positive rational one.

    ``latex`` and ``meaning`` serve display alone; the symbol is the same with and without them.

    >>> import symflops as sf
    >>> D = sf.dim("D")
    >>> 4 * D**2 + 4 * D
    4*D**2 + 4*D
    >>> sf.dim("alpha", integer=False).is_integer is None
    True

    Raises:
        SymbolError: the name is not one word of letters, digits and underscores.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name) or not name.isidentifier():
        message = (
            f"{name!r} is not a name for a dimension: write one word of letters, digits and "
            "underscores that starts with a letter, such as C_in; several at once: dims('k C_in')"
        )
        raise SymbolError(message)
    if latex is not None or meaning is not None:
        _NOTATION[name] = Notation(latex, meaning)
    return _symbol(name, integer)


def dims(names: Any, *, integer: bool = True) -> tuple[sympy.Symbol, ...]:
    """Return the dimensions named in ``names``, parted by spaces or commas, always as a tuple.

    >>> import symflops as sf
    >>> k, C_in = sf.dims("k C_in")
    >>> (k * C_in).is_positive
    True

    Raises:
        SymbolError: no name, or a name that is not one word.
    """
    words = names.replace(",", " ").split() if isinstance(names, str) else [names]
    if not words:
        message = "dims() needs at least one name, such as dims('k C_in H W')"
        raise SymbolError(message)
    return tuple(dim(word, integer=integer) for word in words)


@cache
def _symbol(name: str, integer: bool) -> sympy.Symbol:  # noqa: FBT001 - private, cached by value
    if integer:
        return sympy.Symbol(name, integer=True, positive=True)
    return sympy.Symbol(name, rational=True, positive=True)


class Index(sympy.Symbol):  # type: ignore[misc]
    """The index of a sum; never equal to a dimension of the same name."""


def index(name: str = "i") -> Index:
    """Return the index symbol of this name: a whole number from 0 on."""
    return Index(name, integer=True, nonnegative=True)


def notation(name: str) -> Notation:
    """Return what was declared for the display of ``name``."""
    return _NOTATION.get(name, Notation())


def is_index(symbol: sympy.Symbol) -> bool:
    """Say whether a symbol is an index of a sum, which nobody can put a number in for."""
    return isinstance(symbol, sympy.Dummy | Index)


def exact(value: Any) -> Any:
    """Return a number or an expression as an exact sympy expression over symflops' own symbols.

    A float is read by its decimal text, so ``1e-5`` is 1/100000.

    Raises:
        ArgumentError: the value is not a number, or is infinite or not a number at all.
        SymbolError: a foreign symbol cannot be a positive dimension.
    """
    if isinstance(value, sympy.Expr):
        return value if value.is_Integer else adopt(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return sympy.Integer(value)
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, float | Decimal):
        return _decimal(str(value))
    if hasattr(value, "__index__") and not isinstance(value, bool):
        return sympy.Integer(operator.index(value))
    if hasattr(value, "__float__") and not isinstance(value, bool):  # numpy's other floats
        return _decimal(str(value))
    hint = f"; for a symbol write dim({value!r})" if isinstance(value, str) else ""
    message = f"expected a number or an expression, got {value!r}{hint}"
    raise ArgumentError(message)


def _decimal(text: str) -> sympy.Rational:
    try:
        fraction = Fraction(text)
    except ValueError:
        message = f"{text} cannot be counted exactly: write a finite number"
        raise ArgumentError(message) from None
    return sympy.Rational(fraction.numerator, fraction.denominator)


@cacheit  # type: ignore[untyped-decorator]
def adopt(expr: sympy.Expr) -> sympy.Expr:
    """Take an expression over: foreign symbols by their names, floats by their decimal text."""
    swaps: dict[sympy.Basic, sympy.Basic] = {}
    for symbol in expr.free_symbols:
        if is_index(symbol) or symbol in (_symbol(symbol.name, True), _symbol(symbol.name, False)):  # noqa: FBT003
            continue
        if symbol.is_extended_positive is False or symbol.is_rational is False:
            message = f"the symbol {symbol.name} cannot be a dimension: it is declared not positive"
            raise SymbolError(message)
        swaps[symbol] = dim(symbol.name)
    for number in expr.atoms(sympy.Float):
        swaps[number] = _decimal(str(number))
    adopted = expr.xreplace(swaps) if swaps else expr
    if adopted.has(sympy.oo, -sympy.oo, sympy.nan, sympy.zoo):
        message = f"{expr} cannot be counted exactly: it is not finite"
        raise ArgumentError(message)
    if adopted.is_number and not adopted.is_Rational:
        message = f"{expr} cannot be counted exactly: it is not a fraction of whole numbers"
        raise ArgumentError(message)
    return adopted


def by_name(symbols: Iterable[sympy.Symbol]) -> dict[str, sympy.Symbol]:
    """Return name → symbol, refusing a name that stands for two different symbols.

    Raises:
        SymbolError: one name, two symbols.
    """
    found: dict[str, sympy.Symbol] = {}
    for symbol in symbols:
        if is_index(symbol):
            continue
        if found.setdefault(symbol.name, symbol) != symbol:
            message = (
                f"{symbol.name} stands for two symbols here, an integer and a rational one; "
                "declare it once, with the same integer="
            )
            raise SymbolError(message)
    return dict(sorted(found.items()))
