"""Fills the sentences of a language with formulas, counts and words, in any medium.

Knows no medium: whoever sets a derivation says how a formula, a text from outside and code are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.derivations.lines import Reason, reason
from symflops.derivations.reasons import SENTENCES
from symflops.derivations.words import WORDS
from symflops.errors import UnknownNameError
from symflops.facts import Relation
from symflops.typeset.forms import value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from symflops.typeset.forms import Form

PLACE = re.compile(r"\{(\w+)(?:!(\w)|:([^}|]+)(?:\|([^}]+))?)?\}")
CHINESE = "\u2e80"  # the first of the characters


@dataclass(frozen=True)
class Voice:
    """Says reasons in one language; ``formula``, ``text``, ``code`` and ``label`` write in one medium."""

    lang: str
    formula: Callable[[Any], str]
    text: Callable[[str], str]
    code: Callable[[str], str]
    label: Callable[[str], str]  # the name of a layer

    def __post_init__(self) -> None:
        if self.lang not in SENTENCES:
            raise UnknownNameError("language", self.lang, SENTENCES)

    def say(self, reason: Reason) -> str:
        """Return the sentence of a reason.

        Raises:
            UnknownNameError: a reason that has no sentence, or no part for a place.
        """
        sentences, parts = SENTENCES[self.lang], dict(reason.parts)
        if reason.key not in sentences:
            raise UnknownNameError("reason", reason.key, sentences)
        sentence = sentences[reason.key]
        if is_one(parts):  # one output is not “each of the 1 outputs”
            sentence = sentences.get(f"{reason.key}_one", sentence)
        said, end = [], 0
        for place in PLACE.finditer(sentence):
            if place[1] not in parts:
                raise UnknownNameError(f"part of {reason.key!r}", place[1], parts)
            said += [
                self.text(sentence[end : place.start()]),
                self.filled(parts[place[1]], *place.groups()[1:]),
            ]
            end = place.end()
        return "".join([*said, self.text(sentence[end:])])

    def filled(self, part: Any, kind: str | None, noun: str | None, nouns: str | None) -> str:
        """Return what a place is filled with."""
        if kind in ("w", "p"):
            return self.text(self.word(part, many=kind == "p"))
        if kind in ("c", "l"):
            write = self.code if kind == "c" else self.label
            return self.listed(map(write, part if isinstance(part, tuple) else (part,)))
        if kind == "o":
            return self.amounts(part)
        if noun is not None:
            return self.counted(part, noun, nouns or f"{noun}s")
        if isinstance(part, tuple):
            return self.listed(map(self.shown, part))
        return self.shown(part)

    def shown(self, part: Any) -> str:
        """Write a formula, a text from outside, or another reason."""
        if isinstance(part, Reason):
            return self.say(part)
        if isinstance(part, Relation) and part.sign == "|":
            if part.left == 1:
                return self.say(reason("whole", number=part.right))
            return self.say(reason("divides", divisor=part.left, number=part.right))
        return self.text(part) if isinstance(part, str) else self.formula(part)

    def word(self, key: str, *, many: bool = False) -> str:
        """Return a word of the language; what has none is its own."""
        return word(self.lang, key, many=many)

    def counted(self, count: Form, noun: str, nouns: str) -> str:
        """Write how many there are of something."""
        if value(count) == 1:
            return f"{self.text(self.word('one'))} {self.text(noun)}"
        return f"{self.formula(count)} {self.text(nouns)}"

    def amounts(self, counts: Iterable[tuple[str, Form]]) -> str:
        """Write operations and how many there are of each: 2 multiplications and one addition."""
        said = []
        for operation, count in counts:
            one, many = self.word(operation), self.word(operation, many=True)
            if self.lang == "zh":
                said.append(f"{self.formula(count)} 次{self.text(one)}")
            else:
                said.append(self.counted(count, one, many))
        return self.listed(said)

    def listed(self, items: Iterable[str]) -> str:
        """Join items: a, b and c; in Chinese a space stands beside what is not Chinese."""
        *most, last = list(items) or [""]
        if not most:
            return last
        before, joint = self.word("comma").join(most), self.word("and")
        if self.lang == "zh":
            left, right = (" " * (char < CHINESE) for char in (before[-1], last[0]))
            joint = f"{left}{joint}{right}"
        return f"{before}{joint}{last}"

    def clauses(self, reasons: Iterable[Reason]) -> str:
        """Return what makes one sentence together."""
        return self.text(self.word("semicolon")).join(map(self.say, reasons)) + self.word("stop")

    def spoken(self, reasons: Iterable[Reason]) -> str:
        """Return several sentences, one behind the other."""
        return self.word("space").join(map(self.say, reasons))


def is_one(parts: Mapping[str, Any]) -> bool:
    """Say whether what a sentence speaks of is there once."""
    if "names" in parts:
        return len(parts["names"]) == 1
    return bool(value(parts.get("outputs", parts.get("elements", 1))) == 1)


def word(lang: str, key: str, *, many: bool = False) -> str:
    """Return a word of a language, in the plural if it is asked for; what has none is its own.

    >>> word("en", "mul", many=True), word("zh", "mul"), word("en", "conv1")
    ('multiplications', '乘法', 'conv1')
    """
    one, _, several = WORDS[lang].get(key, key).partition("|")
    return several if many and several else one
