"""Reads what a remark says: a definition, a mark of an equation or a table, or what is to be filled in.

``let NAME = LAYER on SHAPE``, ``: TARGET``, ``table``, ``fill: TARGET``, ``end`` and ``ignore``; behind each may stand
clauses such as ``at H=224, W=224``, ``under mac`` and ``expect=wrong``, and behind a semicolon the letters of the
text: ``K = k, M = C_in``.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symflops.errors import ReadError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LENGTH = 20_000
NAME = re.compile(r"[^\W\d]\w*")
HEAD = re.compile(
    r"\s*(?P<verb>let(?=\s)|table\b|fill\b|end\b|ignore\b|check\b)?\s*(?P<colon>:)?\s*"
)
CLAUSES = (
    "on",
    "under",
    "at",
    "assuming",
    "notation",
    "growing",
    "constants",
    "expect",
    "rows",
    "columns",
)
CLAUSE = re.compile(rf"(?<!\S)({'|'.join(CLAUSES)})(?:\s*[=:]\s*|\s+)")
VERDICTS = (
    "correct",
    "correct_under_convention",
    "approximation",
    "ambiguous",
    "wrong",
    "undecided",
    "holds",
)
VERBS = ("let", "table", "fill", "end", "ignore", "check")


@dataclass(frozen=True)
class Statement:
    """What a remark says."""

    verb: str  # let, check, table, fill, end or ignore
    head: str = ""
    name: str = ""  # of what is defined
    clauses: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> tuple[str, ...]:
        """The verdicts that are expected; none where the claim should hold."""
        words = re.split(r"[|,\s]+", self.clauses.get("expect", ""))
        return tuple(word for word in words if word)


def read_statement(text: str) -> Statement:
    """Read a remark, without the word symflops in front.

    >>> read_statement("let conv = Conv2d(M, N, k) on (M, H, W); K = k")
    Statement(verb='let', head='Conv2d(M, N, k)', name='conv', clauses={'on': '(M, H, W)'}, letters={'K': 'k'})
    >>> read_statement(": conv.macs expect=wrong").expected
    ('wrong',)

    Raises:
        ReadError: a remark that says nothing that is known.
        UnknownNameError: a verdict that there is not.
    """
    if len(text) > MAX_LENGTH:
        message = f"a remark has at most {MAX_LENGTH:,} characters"
        raise ReadError(message, text[:80], 0)
    match = HEAD.match(text)
    verb = (match and match["verb"]) or ("check" if match and match["colon"] else "")
    if not match or not verb:
        message = (
            f"expected ':' with what the formula is held against, or one of {', '.join(VERBS)}"
        )
        raise ReadError(message, text, 0)
    rest, name = text[match.end() :], ""
    if verb == "let":
        given = NAME.match(rest)
        equals = re.compile(r"\s*:?=\s*").match(rest, given.end()) if given else None
        if given is None or equals is None:
            message = "expected a name and what it is, as in: let conv = Conv2d(C_in, C_out, k) on (C_in, H, W)"
            raise ReadError(message, text, match.end())
        name, rest = given[0], rest[equals.end() :]
    first, *others = split(rest, ";")
    head, clauses = _clauses(first)
    letters: dict[str, str] = {}
    for section in others:
        before, more = _clauses(section)
        clauses |= more
        letters |= dict(_pairs(before, text))
    if verb == "let" and not head:
        message = f"{name} is nothing: expected a layer, a model or a formula"
        raise ReadError(message, text, match.end())
    statement = Statement(verb, head, name, clauses, letters)
    for word in statement.expected:
        if word not in VERDICTS:
            kind = "verdict"
            raise UnknownNameError(kind, word, VERDICTS)
    return statement


def pairs(text: str) -> dict[str, str]:
    """Read ``name = value`` parted by commas.

    >>> pairs("K = k, M = min(a, b)")
    {'K': 'k', 'M': 'min(a, b)'}

    Raises:
        ReadError: something without a value.
    """
    return dict(_pairs(text, text))


def _pairs(text: str, whole: str) -> Iterator[tuple[str, str]]:
    for item in split(text, ","):
        if not item.strip():
            continue
        name, equals, value = item.partition("=")
        if not equals or not name.strip() or not value.strip():
            message = f"expected a letter and what it is, as in K = k, got {item.strip()!r}"
            raise ReadError(message, whole, max(whole.find(item.strip()), 0))
        yield name.strip().strip("$").strip("'\"").strip(), value.strip().strip("$").strip("'\"")


def _clauses(text: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the first clause, and the clauses."""
    depths = _depths(text)
    found = [m for m in CLAUSE.finditer(text) if depths[m.start()] == 0]
    clauses = {}
    for match, following in itertools.zip_longest(found, found[1:]):
        value = text[match.end() : following.start() if following else len(text)]
        clauses[match[1]] = value.strip().rstrip(",").strip()
    return (text[: found[0].start()] if found else text).strip(), clauses


def split(text: str, sign: str) -> list[str]:
    """Part a text at a sign, outside of brackets and quotes.

    >>> split("a, (b, c), 'd, e'", ",")
    ['a', ' (b, c)', " 'd, e'"]
    """
    depths, parts, start = _depths(text), [], 0
    for i, character in enumerate(text):
        if character == sign and depths[i] == 0:
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]


def _depths(text: str) -> list[int]:
    """Return for each character in how many brackets it stands; in quotes counts as one."""
    depths, depth, quote = [], 0, ""
    for i, character in enumerate(text):
        if quote:
            depths.append(depth + 1)
            quote = "" if character == quote else quote
            continue
        if character in "'\"" and character in text[i + 1 :] and not text[i - 1 : i].isalnum():
            quote = character
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        depths.append(depth)
    return depths
