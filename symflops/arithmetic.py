"""Reads plain arithmetic from text: numbers, names, ``+ - * / // **`` and parentheses.

Nothing is evaluated as Python: a tokenizer, then precedence climbing, with bounds on length, depth,
exponents and the size of numbers. Facts and layer expressions are read on top of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import sympy

from symflops.errors import ArgumentError, ReadError
from symflops.extents import MOST_TERMS, extent
from symflops.facts import Relation, at_least, different, divides, equal, more_than
from symflops.floors import quotient
from symflops.symbols import dim, exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.symbols import Symbol

MAX_LENGTH = 20_000  # characters
MAX_DEPTH = 60  # parentheses inside parentheses
MAX_EXPONENT = 64
MAX_PARTS = 1_000  # of one sum or product
MAX_BITS = 128  # of any number, read or computed

TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:_\d+)*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
    | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    | (?P<string>'[^'\\\n]*'|"[^"\\\n]*")
    | (?P<sign>\*\*|//|>=|<=|==|!=|[-+*/()\[\],=|<>^≥≤≠:])
    )""",
    re.VERBOSE,
)
Kind = Literal["number", "name", "string", "sign", "end"]


@dataclass(frozen=True)
class Token:
    """A word of the text and where it stands."""

    kind: Kind
    text: str
    position: int


BINARY = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "**": 4}
UNARY = 3  # -k**2 is -(k**2)


class ArithmeticReader:
    """One pass over one text; ``value()`` reads an expression and leaves off behind it."""

    def __init__(self, text: str, known: Mapping[str, Symbol] | None = None) -> None:
        self.known = known or {}
        if len(text) > MAX_LENGTH:
            message = f"the text has {len(text):,} characters; at most {MAX_LENGTH:,} are read"
            raise ReadError(message, text, 0)
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        """The word that is read next."""
        return self.tokens[self.at]

    def error(self, message: str, token: Token | None = None) -> ReadError:
        """Return an error with a caret under a word, the next one unless said otherwise."""
        return ReadError(message, self.text, (token or self.token).position)

    def take(self, text: str) -> bool:
        """Step over a sign if it comes next, and say whether it did."""
        if self.token.kind == "sign" and self.token.text == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str, after: str) -> None:
        """Step over a sign that must come next."""
        if not self.take(text):
            raise self.error(f"expected {text!r} {after}, got {self.shown()}")

    def shown(self) -> str:
        """Name the next word for a message."""
        return "the end of the text" if self.token.kind == "end" else repr(self.token.text)

    def finish(self) -> None:
        """Refuse anything that is left over."""
        if self.token.kind != "end":
            raise self.error(f"expected an operator or the end of the text, got {self.shown()}")

    def value(self, binding: int = 0) -> Any:
        """Read an expression whose operators bind tighter than ``binding``."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels")
        left = self.operand()
        while self.token.kind == "sign" and BINARY.get(self.token.text, 0) > binding:
            operator = self.token
            self.at += 1
            # ** binds to the right, and its exponent may have a sign
            right = self.value(BINARY[operator.text] - (operator.text == "**"))
            left = self.bounded(self.combine(operator, left, right), operator)
        self.depth -= 1
        return left

    def operand(self) -> Any:
        """Read a number, a name, a parenthesis or a signed operand."""
        token = self.token
        if token.kind == "number":
            self.at += 1
            return self.number(token)
        if token.kind == "name":
            self.at += 1
            return self.name(token)
        if self.take("("):
            inner = self.value()
            self.expect(")", "to close the parenthesis")
            return inner
        for sign in "-+":
            if self.take(sign):
                operand = self.arithmetic(self.value(UNARY), token)
                return -operand if sign == "-" else operand
        raise self.error(f"expected {self.operands}, got {self.shown()}")

    operands = "a number, a name or '('"

    def number(self, token: Token) -> sympy.Rational:
        """Turn a word of digits into an exact number."""
        exponent = re.search(r"[eE]([+-]?\d+)", token.text)
        if (exponent and abs(int(exponent[1][:9])) > MAX_EXPONENT) or len(token.text) > MAX_BITS:
            raise self.error("a number of this size is not read", token)
        return exact(sympy.Rational(token.text.replace("_", "")))

    def name(self, token: Token) -> Any:
        """Turn a word into a dimension."""
        if "." in token.text:
            raise self.error("a name has no dot in it", token)
        if not token.text.isidentifier():
            raise self.error("a name has letters, digits and underscores; write k**2 for k²", token)
        return self.known[token.text] if token.text in self.known else dim(token.text)

    def arithmetic(self, value: Any, token: Token) -> sympy.Expr:
        """Refuse what cannot be calculated with."""
        if not isinstance(value, sympy.Expr):
            raise self.error(f"expected a number or a size next to {token.text!r}", token)
        return value

    def combine(self, operator: Token, left: Any, right: Any) -> sympy.Expr:
        """Apply one operator, exactly."""
        left, right = self.arithmetic(left, operator), self.arithmetic(right, operator)
        if operator.text in ("/", "//") and right.is_zero:
            raise self.error("division by zero", operator)
        if operator.text == "**":
            return self.power(left, right, operator)
        return {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "//": lambda: quotient(left, right),
        }[operator.text]()

    def power(self, base: sympy.Expr, exponent: sympy.Expr, token: Token) -> sympy.Expr:
        """Raise to a small whole power, or a whole number to a symbolic one."""
        numbers = [n for n in sympy.preorder_traversal(exponent) if n.is_Rational]
        if any(not n.is_Integer or abs(n) > MAX_EXPONENT for n in numbers):
            raise self.error(f"an exponent is a whole number up to {MAX_EXPONENT}", token)
        if base.is_zero and exponent.is_nonpositive:
            raise self.error("0 has no such power", token)
        return base**exponent

    def bounded(self, value: sympy.Expr, token: Token) -> sympy.Expr:
        """Refuse a result that is too large, or that would be once multiplied out."""
        number, _ = value.as_coeff_Mul()
        if max(int(number.p).bit_length(), int(number.q).bit_length()) > MAX_BITS:
            raise self.error("a number of this size is not computed", token)
        powers = [f.exp for f in sympy.Mul.make_args(value) if f.is_Pow and f.exp.is_Integer]
        if any(abs(power) > MAX_EXPONENT for power in powers):
            raise self.error(f"an exponent is a whole number up to {MAX_EXPONENT}", token)
        if len(value.args) > MAX_PARTS:
            raise self.error(f"a sum or a product has at most {MAX_PARTS:,} parts", token)
        if token.text not in "+-" and extent(value) > MOST_TERMS:
            raise self.error(f"this has more than {MOST_TERMS:,} terms when multiplied out", token)
        return value


def _tokens(text: str) -> list[Token]:
    tokens, position = [], 0
    end = len(text.rstrip())
    while position < end:
        match = TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            at = position + len(text[position:]) - len(text[position:].lstrip())
            quote = text[at] in "'\""
            why = "this string is not closed" if quote else f"{text[at]!r} has no meaning here"
            raise ReadError(why, text, at)
        kind: Any = match.lastgroup
        tokens.append(Token(kind, match[kind], match.start(kind)))
        position = match.end()
    return [*tokens, Token("end", "", end)]


RELATIONS = {
    "|": divides,
    ">=": at_least,
    "<=": lambda a, b: at_least(b, a),
    ">": more_than,
    "<": lambda a, b: more_than(b, a),
    "=": equal,
    "!=": different,
}
SPELLED = {"==": "=", "≥": ">=", "≤": "<=", "≠": "!="}


def read_fact(text: str, known: Mapping[str, Symbol] | None = None) -> Relation:
    """Read one fact, such as ``32 | H``, ``N >= w`` or ``H = W``; ``known`` symbols go by their names.

    Raises:
        ReadError: the text is not two sizes with a relation between them.
    """
    reader = ArithmeticReader(text, known)
    left = reader.value()
    sign = SPELLED.get(reader.token.text, reader.token.text)
    if reader.token.kind != "sign" or sign not in RELATIONS:
        raise reader.error(
            f"expected |, >=, <=, >, <, = or != between two sizes, got {reader.shown()}"
        )
    reader.at += 1
    right = reader.value()
    reader.finish()
    try:
        return RELATIONS[sign](left, right)
    except ArgumentError as error:
        raise ReadError(error.message, text, 0) from None
