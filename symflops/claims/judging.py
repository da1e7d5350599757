"""``check()``: a formula as people write it, held against a layer's cost or another formula."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.arguments import listed, real, refuse
from symflops.claims.judges import NAMES, Judge, letters
from symflops.claims.matching import check_given
from symflops.claims.reproducing import code_of
from symflops.claims.targets import COUNTED, Target, target_of
from symflops.claims.verdicts import LANGUAGES, Verdict
from symflops.errors import ArgumentError, UnknownNameError
from symflops.reading.formulas import read
from symflops.reading.readings import Growth, Reading, Relation
from symflops.symbols import exact

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from symflops.conventions import Convention


#: The quantity that a unit is of.
UNITS = {"flops": "flops", "macs": "macs", "params": "params", "bytes": "bytes", "bits": "bytes"}


def check(
    claim: Any,
    against: Any = None,
    quantity: str | Iterable[str] | None = None,
    *,
    symbols: Mapping[Any, Any] | None = None,
    notation: str | None = None,
    at: Mapping[Any, Any] | None = None,
    assume: Any = (),
    convention: str | Convention | None = None,
    growing: Iterable[Any] = (),
    constants: Iterable[Any] = (),
    macros: Mapping[str, str] | str | None = None,
    pasted: bool = False,
    lang: str = "en",
) -> Verdict:
    r"""Judge a claimed formula: right, right under which way of counting, or wrong, and then what is wrong.

    ``claim`` is LaTeX, plain text, an expression, or a chain of them. ``against`` is a formula, a cost, a layer
    that brings its input, ``(layer, input)``, or a mapping from readings of the words to any of these; without
    it the steps of a chain are judged alone. ``quantity`` names what the claim is of; without it every quantity
    is tried, and of several that are named the claim must be all. FLOPs are tried under every convention, or
    under ``convention`` alone. ``symbols`` maps the claim's letters to the target's symbols, numbers or
    formulas, and ``notation`` those of a well-known paper; other letters are searched for. ``at`` puts numbers
    in on both sides; without it a number in print is held against a model at the sizes that its published
    numbers are for. ``growing`` and ``constants`` say what grows in O(…).

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> conv = sf.Conv2d(C_in, C_out, k, padding="same", bias=False)
    >>> sf.check(r"2HWC_{in}K^2C_{out}", (conv, (C_in, H, W)), "flops").conventions
    ('2mac', '2mac+bias', '2mac+2bias', 'chinchilla')
    >>> print(sf.check("3ND^2 + 2N^2D", "4ND^2 + 2N^2D"))
    Wrong. The claim is D N (3 D + 2 N); the formula is 2 D N (2 D + N). With D = 2 and N = 3 the claim gives 72, and the exact value is 84. In D² N the number is 3, and should be 4.

    Raises:
        ReadError: a claim that cannot be read; a caret shows the place.
        ArgumentError: nothing that a claim can be held against.
        UnknownNameError: no such quantity, convention, notation or language.
        SymbolError: a mapping of letters that the claim does not have.
    """
    refuse(quantity=quantity, symbols=symbols, notation=notation, at=at, assume=assume, growing=growing,
           constants=constants, macros=macros, lang=lang)  # fmt: skip
    assume = () if assume is None else assume
    growing, constants = listed(growing), listed(constants)
    if lang not in LANGUAGES:
        raise UnknownNameError("language", lang, LANGUAGES)
    asked = {"symbols": symbols, "notation": notation, "at": at, "assume": assume, "convention": convention,
             "growing": growing, "constants": constants, "macros": macros, "pasted": pasted, "lang": lang}  # fmt: skip
    if isinstance(against, dict):
        return _together(
            {name: check(claim, one, quantity, **asked) for name, one in against.items()}, lang
        )
    if quantity is not None and not isinstance(quantity, str):
        return _together({name: check(claim, against, name, **asked) for name in quantity}, lang)
    if isinstance(against, int | sympy.Expr):
        real(exact(against))
    bare = against is None
    target = Target() if bare else target_of(against, quantity, convention, at, assume)
    real(target.expr)
    reading = _read(claim, target, symbols, macros, pasted=pasted)
    if target.cost is not None and target.asked is None and reading.quantity in UNITS:
        target = replace(target, asked=UNITS[reading.quantity])
    check_given(symbols, letters(reading.value))
    real(reading.value)
    reading = _in_bytes(reading)
    if not at and (sizes := _published_for(reading, target)):
        found = check(claim, target.cost, quantity, **(asked | {"at": sizes}))
        return _with_sizes(found, target, sizes)
    judge = Judge(target, symbols, notation, at, assume, growing, constants)
    verdicts = [judge.verdict(one) for one in (reading, *reading.readings)]
    names = [reading.notes, *(other.notes for other in reading.readings)]
    code = code_of(claim, target, quantity, asked)
    verdict = _chosen(verdicts, names)
    return replace(verdict, code=code).in_language(lang)


def _read(claim: Any, target: Target, symbols: Any, macros: Any, *, pasted: bool) -> Reading:
    """Return what a claim says; an expression says what it is."""
    if isinstance(claim, Relation | Growth):
        return Reading(claim)
    if isinstance(claim, str):
        known = {} if target.expr is None and target.cost is None else dict(target.symbols)
        known = {
            n: s for n, s in known.items() if len(n) > 1 or n == "O"
        }  # a size, no order of growth
        names = [*known.values(), *(str(key) for key in symbols or {} if len(str(key)) > 1)]
        reading = read(claim, names or None, macros, pasted=pasted)
        if _in_thousands(reading, target, symbols):
            claim = claim.replace("k", "K")
            reading = read(claim, names or None, macros, pasted=pasted)
        words = _made_of(reading, target, {str(key) for key in symbols or {}})
        if not words or "\\" in claim:
            return reading
        again = read(_parted(claim, words), names or None, macros, pasted=pasted)
        notes = [f"{word} is read as {'·'.join(word)}" for word in words]
        return replace(again, notes=[*again.notes, *notes])
    return Reading(exact(getattr(claim, "expr", claim)))


def _in_thousands(reading: Reading, target: Target, given: Mapping[Any, Any] | None) -> bool:
    """Say whether a claim is a number with a k behind it that can be no symbol: 9.5k."""
    if (
        target.cost is None
        or "k" in target.symbols
        or given
        or isinstance(reading.value, Relation | Growth)
    ):
        return False
    return (
        reading.value.is_Mul
        and reading.value.as_coeff_Mul()[1].is_Symbol
        and letters(reading.value).keys() == {"k"}
    )


def _published_for(reading: Reading, target: Target) -> dict[str, int]:
    """Return the sizes that a model's published numbers are for, if the claim is such a number and sizes are open."""
    if target.cost is None or not reading.printed or letters(reading.value).keys() - NAMES.keys():
        return {}
    shapes, layer = target.cost.setup.inputs, target.cost.setup.layer
    if len(shapes) != 1:
        return {}
    inputs = {number.input for number in getattr(layer, "published", ())}
    given = next((one for one in inputs if len(one) == len(shapes[0])), ())
    return {str(s): n for s, n in zip(shapes[0], given, strict=False) if s.is_Symbol}


def _with_sizes(verdict: Verdict, target: Target, sizes: Mapping[str, int]) -> Verdict:
    """Return a verdict that says which sizes were put in, where what it is about depends on them."""
    about = verdict.subject.quantity
    if target.cost is None or about not in COUNTED or exact(target.cost.metric(about)).is_Rational:
        return verdict
    listed_ = ", ".join(f"{name} = {size}" for name, size in sizes.items())
    note = f"{listed_} are put in: the published numbers are for them"
    return replace(verdict, notes=(*verdict.notes, note))


def _made_of(reading: Reading, target: Target, given: Container[str]) -> list[str]:
    """Return the words of a claim that are letters of the target side by side: ND, where a sign makes it a program."""
    if target.expr is None and target.cost is None:
        return []
    known = target.symbols
    return [
        name
        for name in letters(reading.value)
        if len(name) > 1 and name not in given and name not in known and set(name) <= known.keys()
    ]


def _parted(claim: str, words: list[str]) -> str:
    """Write signs between the letters of words; behind a slash they stay together."""
    for word in words:
        text = "*".join(word)
        below = rf"(?<=/)(\s*){word}(?![\w(^*])"
        claim = re.sub(below, lambda m, text=text: f"{m[1]}({text})", claim)  # type: ignore[misc]
        claim = re.sub(rf"(?<![A-Za-z_/]){word}(?![\w(])", text, claim)
    return claim


def _in_bytes(reading: Reading) -> Reading:
    """Return a number of bits as bytes."""
    if reading.quantity != "bits" or isinstance(reading.value, Relation | Growth):
        return reading
    printed = [
        replace(p, value=p.value / 8, unit_in_the_last_place=p.unit_in_the_last_place / 8)
        for p in reading.printed
    ]
    notes = [*reading.notes, "8 bits are a byte"]
    return replace(reading, value=reading.value / 8, printed=printed, notes=notes)


def _together(verdicts: dict[str, Verdict], lang: str) -> Verdict:
    """Return one verdict for several readings: theirs, if they agree, else that the words are ambiguous."""
    if not verdicts:
        message = "there is nothing to hold the claim against"
        raise ArgumentError(message)
    first = next(iter(verdicts.values()))
    named = tuple(verdicts.items())
    if len({v.verdict for v in verdicts.values()}) == 1:
        return replace(first, notes=(*first.notes,))
    return Verdict(
        "ambiguous", first.claim, None, holds=None, readings=named, code=first.code, lang=lang
    )


def _chosen(verdicts: list[Verdict], notes: list[list[str]]) -> Verdict:
    """Return the verdict on a text that may be read in several ways."""
    first = replace(verdicts[0], notes=(*verdicts[0].notes, *notes[0]))
    if first.holds or not any(v.holds for v in verdicts):
        return first
    named = tuple(
        (str(v.claim), replace(v, notes=tuple(n))) for v, n in zip(verdicts, notes, strict=True)
    )
    return replace(first, verdict="ambiguous", holds=None, readings=named, misses=(), witness=None)
