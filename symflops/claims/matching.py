"""Which symbol of a claim is which of the formula it is held against: by name, as given, or by search.

A search tries one-to-one assignments of the letters that are left and prunes them by values: with the same
number for all symbols that are not assigned yet, claim and target must come to the same. What it finds is
proved afterwards, and reported.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.notations import letters
from symflops.claims.values import value_or_none
from symflops.errors import ArgumentError, SymbolError
from symflops.exprs import spread
from symflops.symbols import Symbol, by_name, dim, exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MOST_TRIED = 3_000  # assignments, whole or in part
MOST_FOUND = 24
PRIMES = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)
#: Numbers that stand for symbols in a search, the first for those that are left: odd, so that floors tell sizes
#: apart, or divisible, so that what must be whole is.
ODD = [sympy.Integer(7 * p) for p in PRIMES]
DIVISIBLE = [sympy.Integer(5040 * p) for p in PRIMES]


@dataclass(frozen=True)
class Matched:
    """A claim in the target's symbols, and how its own were taken."""

    claim: Any
    mapping: dict[Symbol, sympy.Expr] = field(default_factory=dict)  # those with other names
    loose: tuple[Symbol, ...] = ()  # those that the target does not have
    exchangeable: tuple[tuple[Symbol, ...], ...] = ()
    searched: bool = False


def by_the_names(
    claim: Any,
    known: Mapping[str, Symbol],
    given: Mapping[Any, Any] | None = None,
    notation: str | None = None,
) -> Matched:
    """Return a claim in the target's symbols as far as names, a mapping and a notation say.

    Raises:
        SymbolError: a mapping of something that the claim does not have.
        UnknownNameError: no such notation.
    """
    claimed = by_name(claim.free_symbols)
    mapping: dict[Symbol, sympy.Expr] = {}
    if notation is not None:
        mapping |= letters(notation, claimed, known)
    for key, value in (given or {}).items():
        if str(key) not in claimed:
            continue
        taken = (
            known.get(value, dim(value))
            if isinstance(value, str) and value.isidentifier()
            else value
        )
        mapping[claimed[str(key)]] = _read(taken, known)
    for name, symbol in claimed.items():
        if symbol not in mapping and name in known and symbol != known[name]:
            mapping[symbol] = known[name]  # a size that need not be whole
    mapping |= _both_sides(claimed.keys() - {s.name for s in mapping}, claimed, known)
    free = [s for s in claimed.values() if s not in mapping and s.name not in known]
    taken = claim.xreplace(mapping) if mapping else claim
    own = {s: e for s, e in mapping.items() if not (e.is_Symbol and e.name == s.name)}
    return Matched(taken, own, tuple(free))


def _both_sides(
    loose: Iterable[str], claimed: Mapping[str, Symbol], known: Mapping[str, Symbol]
) -> dict[Symbol, sympy.Expr]:
    """Return height and width of a kernel as the one size that a square one has: k_h and k_w as k.

    >>> from symflops import dims
    >>> names = lambda text: {s.name: s for s in dims(text)}
    >>> _both_sides(["K_h", "K_w"], names("K_h K_w C"), names("k C"))
    {K_h: k, K_w: k}
    """
    pairs: dict[str, list[str]] = {}
    for name in sorted(set(loose) - known.keys()):
        stem, _, side = name.partition("_")
        if side.casefold() in SIDES:
            pairs.setdefault(stem, []).append(name)
    found: dict[Symbol, sympy.Expr] = {}
    for stem, names in pairs.items():
        meant = [n for n in known if n.casefold() == stem.casefold() and n not in claimed]
        if len(names) == len(SIDES) and len(meant) == 1 and stem not in claimed:
            found |= {claimed[name]: known[meant[0]] for name in names}
    return found


SIDES = ("h", "w")


def _read(value: Any, known: Mapping[str, Symbol]) -> sympy.Expr:
    if isinstance(value, str):
        from symflops.reading.formulas import parse  # noqa: PLC0415 - most mappings are of names

        value = parse(value)
    value = exact(value)
    return value.xreplace({s: known[s.name] for s in value.free_symbols if s.name in known})


def put(expr: sympy.Expr, numbers: Mapping[Symbol, Any]) -> sympy.Expr:
    """Put numbers in for symbols.

    >>> from symflops import dims
    >>> N, D = dims("N D")
    >>> put(N**2 * D, {N: sympy.Integer(3)})
    9*D

    Raises:
        ArgumentError: a power that would be too large a number.
    """
    for power in expr.atoms(sympy.Pow):
        if power.exp.free_symbols and power.exp.free_symbols <= numbers.keys():
            raised = value_or_none(power.exp, numbers)
            whole = power.free_symbols <= numbers.keys()
            if raised is None or (
                value_or_none(power, numbers) is None if whole else abs(raised) > MOST_RAISED
            ):
                message = f"with these numbers {power} is too large to be worked out"
                raise ArgumentError(message)
    return expr.xreplace(dict(numbers))


MOST_RAISED = 64  # what a formula is raised to


def _plain(name: str) -> str:
    return name.casefold().replace("_", "")


def check_given(given: Mapping[Any, Any] | None, claimed: Mapping[str, Symbol]) -> None:
    """Refuse a mapping of letters that stand nowhere in the claim.

    Raises:
        SymbolError: such a letter.
    """
    for key in given or {}:
        if str(key) not in claimed:
            there = ", ".join(claimed) or "none"
            message = f"symbols maps {key}, which the claim does not have; its symbols are {there}"
            raise SymbolError(message)


def searched(found: Matched, value: sympy.Expr) -> Matched | None:
    """Return the claim with its loose letters assigned so that it comes to a value, or None.

    >>> from symflops import dims
    >>> n, d, N, D = dims("n d N D")
    >>> start = Matched(4*n*d**2 + 2*n**2*d, {}, (n, d))
    >>> searched(start, 2*N*D*(N + 2*D)).mapping
    {d: D, n: N}
    """
    claim = found.claim
    fixed = claim.free_symbols - set(found.loose)
    open_ = sorted(value.free_symbols - fixed, key=str)
    most = len(claim.free_symbols | value.free_symbols) > len(PRIMES)
    if not found.loose or len(open_) != len(found.loose) or not fixed <= value.free_symbols or most:
        return None
    loose = sorted(found.loose, key=str)
    for numbers in (ODD, DIVISIBLE):
        search = _Search(claim, value, loose, open_, numbers)
        if fits := list(itertools.islice(search.fits(), MOST_FOUND)):
            break
    else:
        return None
    best = fits[0]
    free = tuple(
        dict.fromkeys(
            tuple(sorted({fit[s] for fit in fits}, key=str))
            for s in best
            if len({fit[s] for fit in fits}) > 1
        )
    )
    return Matched(claim.xreplace(best), {**found.mapping, **best}, (), free, searched=True)


class _Search:
    """Assigns letters one by one, and goes back where the values differ."""

    def __init__(
        self,
        claim: sympy.Expr,
        value: sympy.Expr,
        loose: list[Symbol],
        open_: list[Symbol],
        numbers: list[sympy.Integer],
    ) -> None:
        self.claim, self.value, self.loose, self.open = claim, value, loose, open_
        shared = (claim.free_symbols | value.free_symbols) - set(loose) - set(open_)
        self.rest, *self.numbers = numbers
        self.shared = dict(zip(sorted(shared, key=str), reversed(numbers), strict=False))
        self.tried = 0
        powers = claim.atoms(sympy.Pow) | value.atoms(sympy.Pow)
        self.is_tower = any(p.exp.free_symbols for p in powers)  # which may come to any size

    def fits(self) -> Iterator[dict[Symbol, Symbol]]:
        """Yield assignments under which both come to the same numbers, names alike first."""
        if self._agree({}):
            yield from self._extended({})

    def _extended(self, chosen: dict[Symbol, Symbol]) -> Iterator[dict[Symbol, Symbol]]:
        if len(chosen) == len(self.loose):
            yield chosen
            return
        letter = self.loose[len(chosen)]
        rest = (s for s in self.open if s not in chosen.values())
        for symbol in sorted(rest, key=lambda s: (likeness(letter.name, s.name), s.name)):
            self.tried += 1
            if self.tried > MOST_TRIED:
                return
            longer = {**chosen, letter: symbol}
            if self._agree(longer):
                yield from self._extended(longer)

    def _agree(self, chosen: dict[Symbol, Symbol]) -> bool:
        numbers = dict(zip(chosen, self.numbers, strict=False))
        here = {s: numbers.get(s, self.rest) for s in self.loose} | self.shared
        there = (
            dict.fromkeys(self.open, self.rest)
            | {chosen[s]: n for s, n in numbers.items()}
            | self.shared
        )
        if not self.is_tower:
            return bool(self.claim.xreplace(here) == self.value.xreplace(there))
        claimed = value_or_none(self.claim, here)
        return claimed is not None and claimed == value_or_none(self.value, there)


def likeness(a: str, b: str) -> int:
    """Return how unlike two names are: 0 for the same but for case, 1 for the same first letter."""
    if _plain(a) == _plain(b):
        return 0
    return 1 if _plain(a)[0] == _plain(b)[0] else 2


MOST_GUESSED = 5_000  # assignments


def guessed(found: Matched, value: sympy.Expr) -> Matched:
    """Return a claim with its loose letters taken so that it has most terms in common with a value.

    For claims that are not equal to it whatever the letters are: what is wrong is then said in its symbols.
    Of two products it is most factors.

    >>> from symflops import dims
    >>> n, d, N, D = dims("n d N D")
    >>> guessed(Matched(3*n*d**2 + 2*n**2*d, {}, (n, d)), 4*N*D**2 + 2*N**2*D).mapping
    {n: N, d: D}
    """
    fixed = found.claim.free_symbols - set(found.loose)
    open_ = sorted(value.free_symbols - fixed, key=str)
    few = min(len(open_), len(found.loose))
    ways = math.perm(max(len(open_), len(found.loose)), few)
    if not few or ways > MOST_GUESSED:
        return found
    claimed, exact_ = (_monomials(side) for side in (found.claim, value))

    def score(swaps: dict[Symbol, Symbol]) -> tuple[int, int, int]:
        here = {frozenset((swaps.get(b, b), p) for b, p in key): n for key, n in claimed.items()}
        common = sum(1 + (exact_[key] == n) for key, n in here.items() if key in exact_)
        factors = len(next(iter(here)) & next(iter(exact_))) if len(here) == len(exact_) == 1 else 0
        return -common, -factors, sum(likeness(s.name, swaps[s].name) for s in swaps)

    if few == len(found.loose):
        chosen = (
            dict(zip(found.loose, p, strict=True)) for p in itertools.permutations(open_, few)
        )
    else:
        chosen = (
            dict(zip(p, open_, strict=True)) for p in itertools.permutations(found.loose, few)
        )
    swaps = min(chosen, key=score)
    common, factors, unlike = score(swaps)
    if common == factors == 0 and unlike > few:
        return found  # nothing speaks for it
    left = tuple(s for s in found.loose if s not in swaps)
    return Matched(found.claim.xreplace(swaps), {**found.mapping, **swaps}, left, (), searched=True)


def _monomials(expr: sympy.Expr) -> dict[frozenset[tuple[sympy.Expr, sympy.Expr]], sympy.Rational]:
    found = {}
    for term in sympy.Add.make_args(spread(expr)):
        number, monomial = term.as_coeff_Mul()
        found[frozenset(monomial.as_powers_dict().items())] = number
    return found
