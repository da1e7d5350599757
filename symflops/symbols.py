"""The doors for symbols and for numbers: whatever enters symflops is made exact here.

A dimension is a positive integer symbol (or a positive rational one), known by its name alone, and a
number is an Integer or a Rational. This is the only module that may build symbols.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import sympy
from sympy.core.cache import cacheit

from symflops.errors import ArgumentError, SymbolError
from symflops.typeset.declared import declared

if TYPE_CHECKING:
    from collections.abc import Iterable

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
        SymbolError: the name is not one word of letters, digits and underscores, or ``latex`` is not LaTeX for
            one symbol, whole in itself, or ``meaning`` no words.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name) or not name.isidentifier():
        message = (
            f"{name!r} is not a name for a dimension: write one word of letters, digits and "
            "underscores that starts with a letter, such as C_in; several at once: dims('k C_in')"
        )
        raise SymbolError(message)
    if latex is not None or meaning is not None:
        _declare(name, latex, meaning)
    return _symbol(name, integer)


def _declare(name: str, latex: Any, meaning: Any) -> None:
    """Take down how a name is shown; what was declared before and is not said again stays."""
    known = notation(name)
    said = [] if meaning is None else [meaning]
    if isinstance(meaning, Mapping):
        meaning = MappingProxyType(dict(meaning))
        said = [*meaning, *meaning.values()] or [""]
    if not all(isinstance(words, str) and words.strip() and words.isprintable() for words in said):
        message = (
            f"meaning={meaning!r} says nothing of {name}: write words on one line, or words by language, "
            "{'en': 'model width', 'zh': '模型宽度'}"
        )
        raise SymbolError(message)
    _NOTATION[name] = Notation(
        known.latex if latex is None else declared(name, latex),
        known.meaning if meaning is None else meaning,
    )


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


class Family(sympy.Symbol):  # type: ignore[misc]
    """Dimensions that depend on an index, ``C[0], C[1], …``; stands for a value only with its index."""

    def __getitem__(self, place: Any) -> Member:
        return Member(self, exact(place))

    def __iter__(self) -> Any:
        message = f"the family {self.name} has no end; write its members, {self.name}[0], …"
        raise TypeError(message)


class Member(sympy.Function):  # type: ignore[misc]
    """One of a family of dimensions, ``C[l - 1]``: a whole number of at least 1.

    Where values are put in for the family, the member is the value at its index: of a sequence of sizes,
    of a function of the index, or of one size for all.
    """

    nargs = 2
    is_integer = True
    is_positive = True

    @classmethod
    def eval(cls, family: sympy.Basic, place: sympy.Expr) -> sympy.Expr | None:
        """Look the member up where the family has values."""
        if place.is_Rational and not (place.is_Integer and place >= 0):
            message = f"{family}[{place}]: the members of a family are numbered 0, 1, 2, …"
            raise ArgumentError(message)
        if isinstance(family, sympy.Tuple):
            return _at(family, place)
        if isinstance(family, sympy.Lambda):
            return family(place)
        if not isinstance(family, sympy.Symbol) or not isinstance(family, Family | Index):
            return family
        canonical = sympy.expand(place)
        return None if canonical == place else cls(family, canonical)

    def _sympystr(self, printer: Any) -> str:
        return f"{printer.doprint(self.args[0])}[{printer.doprint(self.args[1])}]"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        text = f"{printer.doprint(self.args[0])}_{{{printer.doprint(self.args[1])}}}"
        return text if exp is None else f"{text}^{{{exp}}}"


def _at(values: sympy.Tuple, place: sympy.Expr) -> sympy.Expr | None:
    if not place.is_Integer:
        return None
    if place >= len(values):
        message = (
            f"a family got {len(values)} values, for its members 0 to {len(values) - 1}, and has no "
            f"member {place}"
        )
        raise ArgumentError(message)
    return values[int(place)]


def family(name: str) -> Family:
    """Return a family of dimensions: ``C[l]`` is the dimension C with the index l, from 0 on.

    Values go in for the whole family: a sequence of sizes, a function of the index, or one size for all.

    >>> import symflops as sf
    >>> C, (L, M) = sf.family("C"), sf.dims("L M")
    >>> chain = sf.Stack(lambda l: sf.Conv2d(C[l-1], C[l], 3, padding=1, bias=False), L)
    >>> cost = sf.cost(chain, (C[0], M, M))
    >>> cost.macs
    9*M**2*Sum(C[l]*C[l - 1], (l, 1, L))
    >>> cost.at(C=lambda l: 64 * 2**l).macs      # every layer doubles the channels
    M**2*(24576*4**L - 24576)
    >>> cost.at(L=2, C=(3, 64, 128)).macs
    75456*M**2

    Raises:
        SymbolError: the name is not one word of letters, digits and underscores.
    """
    return Family(dim(name).name)


def members(values: Any) -> sympy.Basic:
    """Return what is put in for a family: a sequence, a function of the index, or one size for all.

    Raises:
        ArgumentError: none of these, or a function that no index symbol can be put into.
    """
    if callable(values) and not isinstance(values, sympy.Basic):
        place = index("l")
        try:
            value = exact(values(place))
        except (TypeError, LookupError) as error:
            message = (
                f"the function for a family is called once, with the index as a symbol, and cannot: {error}; "
                "give the sizes themselves, (64, 128, 256)"
            )
            raise ArgumentError(message) from error
        return sympy.Lambda(place, value)
    if hasattr(values, "__len__") and not isinstance(values, str | Mapping):
        return sympy.Tuple(*map(exact, values))
    return exact(values)


def index(name: str = "i") -> Index:
    """Return the index symbol of this name: a whole number from 0 on."""
    return Index(name, integer=True, nonnegative=True)


def unused(*expressions: sympy.Basic, name: str = "i") -> Index:
    """Return an index that stands in none of the expressions, bound or free: ``name``, or another letter.

    >>> unused(index("i") + dim("j"))
    m
    """
    taken = {symbol.name for expression in expressions for symbol in expression.atoms(sympy.Symbol)}
    letters = dict.fromkeys((name, *"ijmnpqr"))
    names = (letter + tail for tail in ("", *"123456789") for letter in letters)
    return index(next(name for name in names if name not in taken))


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
    if hasattr(value, "_sympy_"):  # an expression with words, such as leading(…)
        return exact(value._sympy_())
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
    bare = expr.xreplace({member: sympy.Integer(1) for member in expr.atoms(Member)})
    for symbol in bare.free_symbols:
        if isinstance(symbol, Family):
            message = (
                f"{symbol.name} is a family of dimensions; write a member, such as {symbol.name}[0]"
            )
            raise ArgumentError(message)
    for symbol in expr.free_symbols:
        if isinstance(symbol, Family):
            continue
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
                f"{symbol.name} stands for two symbols here, of dim(…), dim(…, integer=False) and "
                "family(…); declare it once"
            )
            raise SymbolError(message)
    return dict(sorted(found.items()))
