"""Judges the equations of a document that have a mark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.claims.judging import check
from symflops.costs import Cost
from symflops.documents.reports import UNREAD, Finding, Place
from symflops.errors import SymflopsError
from symflops.reading.amounts import COUNTED
from symflops.reading.expansion import SHOWN
from symflops.reading.formulas import read
from symflops.reading.readings import Growth, Relation
from symflops.symbols import by_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symflops.claims.verdicts import Verdict
    from symflops.documents.definitions import Meaning
    from symflops.reading.readings import Reading

RELATION = re.compile(
    r"&?\s*(?::=|=|≈|\\approx(?![A-Za-z])|\\simeq(?![A-Za-z])|\\sim(?![A-Za-z])|\\equiv(?![A-Za-z]))\s*&?"
)
#: A name with its arguments, as M(N, D) or \text{FLOPs}(N) in front of an equals sign.
CALLED = re.compile(
    r"\s*\\?[A-Za-z][A-Za-z_{}\\ ]*\s*(?:\\left)?\(\s*[A-Za-z_{}\\']+(?:\s*[,;]\s*[A-Za-z_{}\\']+)*\s*(?:\\right)?\)\s*"
)
COMMAND = re.compile(r"\\([A-Za-z]+)")


def used_macros(text: str, macros: Mapping[str, str]) -> str:
    """Return the definitions of the commands that a formula uses, and of those that these use."""
    wanted, found = COMMAND.findall(text), {}
    while wanted:
        name = wanted.pop()
        if name in macros and name not in found:
            found[name] = macros[name]
            wanted += COMMAND.findall(macros[name])
    return "\n".join(found.values())


def without_name(text: str, known: set[str]) -> str:
    r"""Return a formula without the name of a quantity in front: of ``\text{FLOPs} = 2ND``, 2ND.

    >>> without_name(r"\mathrm{FLOPs}(N, D) &= 2ND", {"N", "D"}), without_name("M = 2ND = 4", {"N", "D"})
    ('2ND', 'M = 2ND = 4')
    """
    sign = RELATION.search(text)
    if sign is None or not text[sign.end() :].strip():
        return text
    front = text[: sign.start()]
    if CALLED.fullmatch(front):
        return text[sign.end() :]
    try:
        value = read(front).value
    except SymflopsError:
        return text
    name = getattr(value, "name", "")
    return text[sign.end() :] if name in COUNTED and name not in known else text


def letters(value: Any) -> set[str]:
    """Return the names of the symbols of a formula, a chain or an order of growth."""
    sides = value.sides if isinstance(value, Relation) else (value,)
    bare = [side.expr if isinstance(side, Growth) else side for side in sides if side is not None]
    return set(by_name(set().union(*(side.free_symbols for side in bare))))


def verdict_on(text: str, meaning: Meaning, macros: Mapping[str, str]) -> Verdict:
    """Return the verdict on a formula.

    Raises:
        SymflopsError: a formula that cannot be read, or that nothing can be said of.
    """
    definitions = used_macros(text, macros) or None
    told = dict(meaning.told)
    against: Any = meaning.value
    if against is None:
        told.pop("growing", None)
        return check(text, macros=definitions, **told)
    known = {
        s.name for s in (against.symbols if isinstance(against, Cost) else against.free_symbols)
    }
    claim = without_name(text, known)
    names = [name for name in (*meaning.letters, *known) if len(name) > 1]
    reading: Reading = read(claim, names or None, definitions)
    used = {k: v for k, v in meaning.letters.items() if k in letters(reading.value)}
    if not isinstance(against, Cost):
        return check(claim, against, symbols=used or None, macros=definitions, **told)
    quantity = meaning.quantity or None
    return check(
        claim,
        against,
        quantity,
        symbols=used or None,
        macros=definitions,
        convention=meaning.convention or None,
        **told,
    )


def finding(
    place: Place,
    kind: str,
    claim: str,
    judge: Callable[[], Verdict],
    expected: tuple[str, ...] = (),
    target: str = "",
) -> Finding:
    """Return what judging comes to; whatever goes wrong is a finding of its place."""
    try:
        found = judge()
        return Finding(
            place,
            kind,
            claim,
            found.verdict,
            str(found),
            found.holds,
            target,
            expected,
            found.conventions,
            found,
        )
    except SymflopsError as error:
        message = str(error)
    except RecursionError:
        message = "nested too deeply"
    except Exception as error:  # noqa: BLE001 - a document is hostile, and nobody wants a traceback of it
        message = f"cannot be judged: {type(error).__name__}: {str(error)[:SHOWN]}"
    return Finding(place, kind, claim, UNREAD, message, None, target, expected)
