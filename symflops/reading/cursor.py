"""A place in the words of a formula, and what every rule of the grammar asks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ReadError
from symflops.exprs import spread
from symflops.extents import MOST_TERMS, extent, length
from symflops.reading.lexis import Word, words
from symflops.reading.readings import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DEPTH = 40
MAX_EXPONENT = 64
MAX_BITS = 512  # of any number, read or computed
MAX_PARTS = 1_000  # of one sum or product
MAX_LENGTH = 10_000  # numbers and symbols of an expression
OPENING = {"(": ")", "[": "]", "{": "}", "⌊": "⌋", "⌈": "⌉"}
CLOSING = {closing: opening for opening, closing in OPENING.items()}


class Cursor:
    """The words of one text, the place that is read next, and the reading that grows."""

    def __init__(self, text: str, known: Mapping[str, Any], *, latex: bool) -> None:
        self.text, self.known, self.latex = text, known, latex
        self.words = words(text, latex=latex, known=known)
        self.at = 0
        self.depth = 0
        self.bound: dict[str, Any] = {}  # the indices of the sums that are being read
        self.reading = Reading(None)

    def value(self) -> Any:
        """Read an expression."""
        raise NotImplementedError

    @property
    def word(self) -> Word:
        """The word that is read next."""
        return self.words[self.at]

    def peek(self, ahead: int = 1) -> Word:
        """Return a word further on, or before."""
        return self.words[max(0, min(self.at + ahead, len(self.words) - 1))]

    def step(self) -> Word:
        """Return the next word and go behind it."""
        word = self.words[self.at]
        self.at = min(self.at + 1, len(self.words) - 1)
        return word

    def is_sign(self, *signs: str) -> bool:
        """Say whether one of these signs comes next."""
        word = self.words[self.at]
        return word.kind == "sign" and word.text in signs

    def is_command(self, *names: str) -> bool:
        """Say whether one of these commands comes next."""
        word = self.words[self.at]
        return word.kind == "command" and word.text in names

    def take(self, *signs: str) -> bool:
        """Step over a sign if it comes next."""
        if self.is_sign(*signs):
            self.step()
            return True
        return False

    def expect(self, sign: str, after: str) -> None:
        """Step over a sign that must come next."""
        if not self.take(sign):
            raise self.error(f"expected {sign!r} {after}, got {self.shown()}")

    def error(self, message: str, word: Word | None = None) -> ReadError:
        """Return an error with a caret under a word."""
        return ReadError(message, self.text, (word or self.word).position)

    def shown(self) -> str:
        """Name the next word for a message."""
        word = self.word
        if word.kind == "end":
            return "the end of the text"
        return repr(f"\\{word.text}" if word.kind == "command" else word.text)

    def is_end_of_side(self, place: int | None = None) -> bool:
        """Say whether a side of a relation ends at a place."""
        word = self.words[self.at if place is None else place]
        return word.kind in ("end", "relation") or (word.kind == "sign" and word.text in ".?;")

    def closing(self, place: int) -> int:
        """Return where the parenthesis closes that opens at a place.

        Raises:
            ReadError: it does not.
        """
        opening = self.words[place]
        depth = 0
        for i in range(place, len(self.words)):
            word = self.words[i]
            if word.kind == "sign":
                depth += (word.text in OPENING) - (word.text in CLOSING)
            if depth == 0:
                return i
        raise self.error(f"this {opening.text!r} is not closed", opening)

    def raw(self) -> str:
        """Step over a group in braces, or one word, and return its text as it stands."""
        if not self.is_sign("{"):
            return self.step().text
        end = self.closing(self.at)
        text = self.text[self.word.position + 1 : self.words[end].position]
        self.at = end
        self.step()
        return text

    def bounded(self, value: Any, word: Word) -> Any:
        """Refuse a result that is too large, or that would be once multiplied out."""
        number, rest = value.as_coeff_Mul()
        if max(int(number.p).bit_length(), int(number.q).bit_length()) > MAX_BITS:
            raise self.error("a number of this size is not computed", word)
        if not rest.args:
            return value
        if len(rest.args) > MAX_PARTS:
            raise self.error(f"a sum or a product has at most {MAX_PARTS:,} parts", word)
        for factor in rest.args if rest.is_Mul else (rest,):
            power = factor.exp if factor.is_Pow else None
            if power is not None and power.is_Rational and abs(power) > MAX_EXPONENT:
                raise self.error(f"an exponent is a whole number up to {MAX_EXPONENT}", word)
        if length(value) > MAX_LENGTH:
            raise self.error("this grows too long", word)
        if extent(value) > MOST_TERMS:
            raise self.error(f"this has more than {MOST_TERMS:,} terms when multiplied out", word)
        return value

    def divisor(self, value: Any, word: Word) -> Any:
        """Return what is divided by, as it is, unless it is zero."""
        if value == 0 or (value.is_Add and spread(value) == 0):
            raise self.error("division by zero", word)
        return value
