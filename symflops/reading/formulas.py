r"""Reads formulas as people write them: LaTeX, plain text, Unicode and Python; nothing is evaluated.

``parse(r"2K^2\frac{C_{in}}{g}C_{out}HW")``. Precedence climbing over words (:mod:`symflops.reading.lexis`).
In LaTeX letters that stand side by side multiply; a subscript belongs to its letter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Integer, Rational

from symflops.errors import ReadError, SymflopsError
from symflops.exprs import log2, minimum
from symflops.extents import MOST_TERMS, extent
from symflops.floors import ceiling_quotient, whole
from symflops.reading.amounts import COUNTED, Unit, unit_of
from symflops.reading.lexis import MAX_LENGTH, Word, is_latex, plain, words
from symflops.reading.macros import declared, defined_in, expanded, unwrapped
from symflops.symbols import Family, Member, dim, exact, index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MAX_DEPTH = 60
MAX_EXPONENT = 64
MAX_BITS = 512  # of any number, read or computed
MAX_PARTS = 1_000  # of one sum or product

GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "pi", "rho", "sigma", "tau", "upsilon", "phi", "varphi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi",
    "Sigma", "Upsilon", "Phi", "Psi", "Omega", "ell",
}  # fmt: skip
GROUPING = {"text", "mathrm", "textrm", "textit", "textbf", "mathit", "mathbf", "mathsf", "mathtt", "texttt", "operatorname", "mbox", "rm", "boldsymbol", "bm", "mathcal", "mathbb", "mathscr"}  # fmt: skip
ACCENTS = {"hat": "hat", "widehat": "hat", "tilde": "tilde", "widetilde": "tilde", "bar": "bar", "overline": "bar", "vec": "vec", "dot": "dot"}  # fmt: skip
ORDERS = {"O": "O", "Theta": "Theta", "Omega": "Omega", "o": "o"}
#: What an unbraced subscript may be a whole word of: C_in, d_model.
SUBSCRIPTS = (
    "in", "out", "ff", "model", "ffn", "head", "heads", "layer", "layers", "hidden", "hid", "kv", "ctx", "attn", "vocab", "seq", "max", "min",
    "img", "emb", "len", "exp", "el", "mid", "total", "inner", "state", "qk", "rope", "nope",
)  # fmt: skip
FUNCTIONS = {
    "log",
    "log2",
    "ln",
    "sqrt",
    "floor",
    "ceil",
    "ceiling",
    "max",
    "min",
    "Max",
    "Min",
    "Rational",
    "exp",
    "gcd",
}


@dataclass(frozen=True)
class Relation:
    """A chain of sides with the signs between them: ``a = b ≈ c``; ``O(…)`` is a side with its order.

    >>> import symflops as sf
    >>> sf.parse(r"a b = 2c \\approx 7").signs
    ('=', '≈')
    """

    sides: tuple[Any, ...]
    signs: tuple[str, ...]

    def __str__(self) -> str:
        first, *rest = map(str, self.sides)
        return " ".join(
            [first, *(f"{sign} {side}" for sign, side in zip(self.signs, rest, strict=True))]
        )


@dataclass(frozen=True)
class Growth:
    """An order of growth: ``O(N²·D)``, ``Θ(…)``; what stands inside is ``expr``.

    >>> import symflops as sf
    >>> sf.parse(r"\\mathcal{O}(N^2D)").expr
    D*N**2
    """

    order: str
    expr: Any

    def __str__(self) -> str:
        return f"{self.order}({self.expr})"


@dataclass(frozen=True)
class Printed:
    """A number as it was printed: its value, what one in its last digit is worth, and its text."""

    value: Any
    unit_in_the_last_place: Any
    text: str


@dataclass
class Reading:
    """What a text was read as, and what reading it took."""

    value: Any
    quantity: str = ""  # of a number with a unit: flops, bytes …
    printed: list[Printed] = field(default_factory=list)  # numbers that rounding may have touched
    labels: dict[str, Any] = field(default_factory=dict)  # the terms that braces name
    notes: list[str] = field(default_factory=list)  # what was taken for granted
    readings: list[Any] = field(default_factory=list)  # what else the text may say


def parse(
    text: str,
    symbols: Iterable[Any] | Mapping[str, Any] | None = None,
    macros: Mapping[str, str] | str | None = None,
    pasted: bool = False,  # noqa: FBT001, FBT002
) -> Any:
    r"""Read a formula: LaTeX, plain text or Python; a chain of sides is a :class:`Relation`.

    ``symbols`` are dimensions (or their names) that win over splitting a word into letters; ``macros`` are
    definitions, as LaTeX or as a mapping.

    >>> parse(r"2K^2\frac{C_{in}}{g}\frac{C_{out}}{g}HW\cdot g")
    2*C_in*C_out*H*K**2*W/g
    >>> parse("17\\times 9=153").sides
    (153, 153)

    Raises:
        ReadError: what cannot be read; a caret shows the place, and the message what was expected.
    """
    return read(text, symbols, macros, pasted).value


def read(
    text: str,
    symbols: Iterable[Any] | Mapping[str, Any] | None = None,
    macros: Mapping[str, str] | str | None = None,
    pasted: bool = False,  # noqa: FBT001, FBT002, ARG001
) -> Reading:
    """Read a formula, and return with it what was taken for granted."""
    if not isinstance(text, str):
        message = f"expected a formula as text, got {type(text).__name__}"
        raise ReadError(message, "", 0)
    if len(text) > MAX_LENGTH:
        message = f"the text has {len(text):,} characters; at most {MAX_LENGTH:,} are read"
        raise ReadError(message, text[:MAX_LENGTH], 0)
    known = _known(symbols)
    latex = is_latex(text)
    source = plain(text)
    if latex:
        source, own = defined_in(source)
        source = unwrapped(expanded(source, declared(macros) | own))
    reader = FormulaReader(source, known, latex=latex or "^{" in source)
    try:
        return reader.whole()
    except ReadError:
        raise
    except SymflopsError as error:
        raise reader.error(error.message) from None
    except RecursionError:
        raise reader.error("nested too deeply") from None


def _known(symbols: Any) -> dict[str, Any]:
    if symbols is None:
        return {}
    if isinstance(symbols, str):
        symbols = symbols.replace(",", " ").split()
    if hasattr(symbols, "items"):
        return {
            str(name): exact(dim(value) if isinstance(value, str) else value)
            for name, value in symbols.items()
        }
    listed = [dim(symbol) if isinstance(symbol, str) else symbol for symbol in symbols]
    return {symbol.name: symbol for symbol in listed}


SUM, PRODUCT, SIGNED, POWER = 1, 2, 3, 4


class FormulaReader:
    """One pass over the words of one text."""

    def __init__(self, text: str, known: Mapping[str, Any], *, latex: bool) -> None:
        self.text, self.known, self.latex = text, known, latex
        self.words = words(text, latex=latex, known=known)
        self.at = 0
        self.depth = 0
        self.bound: dict[str, Any] = {}  # indices of the sums that are being read
        self.reading = Reading(None)
        self.letters = {w.text for w in self.words if w.kind in ("letter", "word")}

    # words

    @property
    def word(self) -> Word:
        """The word that is read next."""
        return self.words[self.at]

    def peek(self, ahead: int = 1) -> Word:
        """Return a word further on."""
        return self.words[min(self.at + ahead, len(self.words) - 1)]

    def step(self) -> Word:
        """Return the next word and go behind it."""
        word = self.word
        self.at = min(self.at + 1, len(self.words) - 1)
        return word

    def is_sign(self, *signs: str) -> bool:
        """Say whether one of these signs comes next."""
        return self.word.kind == "sign" and self.word.text in signs

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
        return "the end of the text" if self.word.kind == "end" else repr(self.word.text)

    # sides

    def whole(self) -> Reading:
        """Read everything: one side, or a chain of them."""
        sides, signs = [], []
        if self.word.kind == "relation":  # a row that goes on: = 2NM
            sides.append(None)
        else:
            sides.append(self.side())
        while self.word.kind == "relation":
            sign = self.step().text
            signs.append("!=" if sign == "≠" else sign)
            sides.append(self.side())
        self.take("?")
        if self.word.kind != "end":
            raise self.error(f"expected an operator, a relation or the end, got {self.shown()}")
        self.reading.value = Relation(tuple(sides), tuple(signs)) if signs else sides[0]
        return self.reading

    def side(self) -> Any:
        """Read one side: an expression or an order of growth."""
        growth = self.growth()
        return self.value() if growth is None else growth

    def growth(self) -> Growth | None:
        r"""Read ``O(…)``, ``\mathcal{O}(…)``, ``\tilde O(…)``, ``\Theta(…)``."""
        start, soft = self.at, ""
        if self.word.kind == "command" and self.word.text in ("tilde", "widetilde"):
            self.step()
            soft = "~"
        braced = self.take("{")
        if self.word.kind == "command" and self.word.text in (
            "mathcal",
            "mathrm",
            "operatorname",
            "text",
        ):
            self.step()
            inner = self.take("{")
            name = self.step().text
            if inner and not self.take("}"):
                self.at = start
                return None
        else:
            name = self.step().text
        if braced:
            self.take("}")
        if (
            name in ORDERS
            and self.is_sign("(")
            and name not in self.known
            and self.whole_side_ahead()
        ):
            self.step()
            inside = self.value()
            self.expect(")", "to close the order of growth")
            return Growth(soft + ORDERS[name], inside)
        self.at = start
        return None

    def whole_side_ahead(self) -> bool:
        """Say whether the parenthesis that comes next closes at the end of the side."""
        depth = 0
        for word in self.words[self.at :]:
            if word.kind == "end" or word.kind == "relation":
                return False
            depth += (word.kind == "sign" and word.text == "(") - (
                word.kind == "sign" and word.text == ")"
            )
            if depth == 0:
                break
        after = self.words[self.words.index(word) + 1]
        return after.kind in ("end", "relation")

    # expressions

    def value(self) -> Any:
        """Read a sum."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels")
        total = self.signed()
        while self.is_sign("+", "-"):
            operator = self.step()
            term = self.product()
            total = self.bounded(total + term if operator.text == "+" else total - term, operator)
        self.depth -= 1
        return total

    def signed(self) -> Any:
        negative = False
        while self.is_sign("+", "-"):
            negative ^= self.step().text == "-"
        term = self.product()
        return -term if negative else term

    def product(self) -> Any:
        """Read factors: with signs between them, or side by side."""
        value = self.power()
        while True:
            operator = self.word
            if self.take("*"):
                value = self.bounded(value * self.factor_signed(), operator)
            elif self.is_sign("/", "//"):
                value = self.divided(value)
            elif self.starts_factor():
                value = self.bounded(value * self.power(), operator)
            else:
                return value

    def factor_signed(self) -> Any:
        negative = self.take("-")
        value = self.power()
        return -value if negative else value

    def divided(self, value: Any) -> Any:
        """Read what stands below a slash: in LaTeX letters that stand together, a/2n is a/(2n)."""
        operator = self.step()
        below = self.factor_signed()
        if self.latex:
            together = []
            while (
                self.starts_factor()
                and self.word.kind in ("letter", "word")
                and not self.word.spaced
            ):
                together.append(self.power())
            if together:
                self.reading.notes.append(
                    "letters that stand together behind a slash are read as the divisor"
                )
                for factor in together:
                    below = self.bounded(below * factor, operator)
        if below.is_zero:
            raise self.error("division by zero", operator)
        return self.bounded(
            whole(value / below) if operator.text == "//" else value / below, operator
        )

    def starts_factor(self) -> bool:
        """Say whether the next word begins a factor that stands beside the one before."""
        word = self.word
        if word.kind in ("letter", "word", "chinese", "number"):
            return True
        if word.kind == "command":
            return word.text not in (
                "rfloor",
                "rceil",
                "right",
                "over",
                "vert",
                "rvert",
                "mid",
                "}",
            )
        if word.kind == "sign":
            return word.text in ("(", "[", "{") or (word.text == "|" and not self.inside_bars)
        return False

    inside_bars = False

    def power(self) -> Any:
        """Read an operand with its exponent."""
        start = self.word
        base = self.operand()
        while self.is_sign("^"):
            self.step()
            exponent = self.exponent()
            base = self.raised(base, exponent, start)
        if self.is_sign("!"):
            raise self.error("factorials are not read")
        return base

    def exponent(self) -> Any:
        """Read what stands above: a group, or one operand (in LaTeX one character)."""
        if self.take("{"):
            value = self.value()
            self.expect("}", "to close the exponent")
            return value
        negative = self.take("-")
        word = self.word
        if self.latex and word.kind == "number" and len(word.text) > 1:  # x^23 is x²·3
            self.words[self.at] = Word("number", word.text[1:], word.position + 1)
            value: Any = Integer(word.text[0])
        else:
            value = self.operand() if self.latex else self.power()
        return -value if negative else value

    def raised(self, base: Any, exponent: Any, word: Word) -> Any:
        """Raise to a power, exactly and within bounds."""
        numbers = [n for n in sympy.preorder_traversal(exponent) if n.is_Rational]
        if any(n.q not in (1, 2) or abs(n) > MAX_EXPONENT for n in numbers):
            raise self.error(f"an exponent is a whole number up to {MAX_EXPONENT}", word)
        if base.is_zero and exponent.is_nonpositive:
            raise self.error("0 has no such power", word)
        if base.is_Rational and exponent.is_Integer:
            if max(base.p.bit_length(), base.q.bit_length()) * abs(int(exponent)) > MAX_BITS:
                raise self.error("a number of this size is not computed", word)
        return self.bounded(base**exponent, word, power=True)

    def bounded(self, value: Any, word: Word, *, power: bool = False) -> Any:
        """Refuse a result that is too large."""
        number, _ = value.as_coeff_Mul()
        if number.is_Rational and max(number.p.bit_length(), number.q.bit_length()) > MAX_BITS:
            raise self.error("a number of this size is not computed", word)
        if len(value.args) > MAX_PARTS:
            raise self.error(f"a sum or a product has at most {MAX_PARTS:,} parts", word)
        if (power or word.text not in "+-") and value.args and extent(value) > MOST_TERMS:
            raise self.error(f"this has more than {MOST_TERMS:,} terms when multiplied out", word)
        return value

    # operands

    def operand(self) -> Any:
        """Read a number, a symbol, a group or a command."""
        word = self.word
        if word.kind == "number":
            return self.number()
        if word.kind in ("letter", "word", "chinese"):
            return self.named()
        if word.kind == "command":
            return self.command()
        for opening, closing in (("(", ")"), ("[", "]"), ("{", "}")):
            if self.take(opening):
                value = self.value()
                self.expect(closing, f"to close {opening!r}")
                return value
        if self.is_sign("|"):
            return self.bars()
        raise self.error(f"expected a number, a symbol or '(', got {self.shown()}")

    def bars(self) -> Any:
        """Read ``|V|``, the size of a set, as the dimension V."""
        self.step()
        outer, self.inside_bars = self.inside_bars, True
        value = self.value()
        self.inside_bars = outer
        self.expect("|", "to close the bars")
        return value

    def number(self) -> Any:
        """Read a number and the unit that is glued to it."""
        word = self.step()
        digits = "".join(c for c in word.text if c.isdigit() or c in ".eE+-")
        exponent = digits.lower().partition("e")[2]
        if len(digits) > MAX_BITS // 4 or (exponent and abs(int(exponent)) > MAX_EXPONENT):
            raise self.error("a number of this size is not read", word)
        value = Rational(digits)
        unit = self.unit()
        if unit is not None:
            value *= unit.factor
            self.reading.quantity = unit.quantity or self.reading.quantity
        places = len(digits.lower().partition("e")[0].partition(".")[2])
        if places or exponent or unit is not None:
            scale = unit.factor if unit is not None else Integer(1)
            last = scale * Rational(1, 10**places) * Integer(10) ** int(exponent or 0)
            text = self.text[
                word.position : self.words[self.at - 1].position + len(self.words[self.at - 1].text)
            ]
            self.reading.printed.append(Printed(value, last, text))
        return value

    def unit(self) -> Unit | None:
        """Read a unit that is glued to a number, unless its letters go on, or stand for a symbol elsewhere."""
        start = self.at
        text, apart = self.unit_word()
        unit = unit_of(text, apart=apart) if text else None
        closed = self.word.kind in ("end", "relation") or self.is_sign(
            "*", "/", "+", "-", ")", "]", "}", ","
        )
        if (
            unit is None
            or not closed
            or text in self.known
            or (len(text) == 1 and self.is_used(text, start))
        ):
            self.at = start
            return None
        return unit

    def is_used(self, letter: str, start: int) -> bool:
        """Say whether a letter stands anywhere else."""
        return any(
            w.text == letter and w.kind in ("letter", "word")
            for i, w in enumerate(self.words)
            if i != start
        )

    def unit_word(self) -> tuple[str, bool]:
        """Return the letters behind a number that may be a unit, and whether they stand apart from it."""
        apart = self.word.spaced
        if self.is_sign("%"):
            self.step()
            return "%", apart
        if self.word.kind == "chinese":
            return (self.step().text, apart) if unit_of(self.word.text) else ("", apart)
        if self.word.kind == "command" and self.word.text in GROUPING and self.peek().text == "{":
            start = self.at
            text = self.grouped().strip()
            if unit_of(text, apart=apart) is None:
                self.at = start
                return "", apart
            return text, apart
        letters = ""
        while self.word.kind in ("letter", "word") and (not letters or not self.word.spaced):
            if apart and not self.latex:
                pass
            letters += self.step().text
        if self.is_sign("^", "_", "'", "(", "["):
            return "", apart
        return letters, apart

    def named(self) -> Any:
        """Read a symbol with its subscript and primes, or a function."""
        word = self.step()
        if word.text in FUNCTIONS and self.is_sign("("):
            return self.function(word)
        name = word.text
        if name in self.bound and not self.is_sign("_"):
            return self.bound[name]
        return self.symbol(name, word)

    def symbol(self, name: str, word: Word) -> Any:
        """Return the dimension of a name with what stands below and beside it."""
        place = None
        while self.is_sign("_", "'", "′", "″"):  # noqa: RUF001
            sign = self.step()
            if sign.text == "_":
                below = self.subscript()
                if isinstance(below, str):
                    name += f"_{below}"
                else:
                    place = below
            else:
                name += "_prime" if sign.text != "″" else "_prime_prime"  # noqa: RUF001
        if place is not None:
            return Member(Family(dim(name).name), place)
        if name in self.known:
            return self.known[name]
        if not name.isidentifier():
            raise self.error(f"{name!r} is no name for a dimension", word)
        return dim(name)

    def subscript(self) -> Any:
        """Read what stands below a letter: a name, or the place in a family where an index is bound."""
        if self.take("{"):
            start = self.at
            if self.bound and self.word.text in self.bound:
                place = self.value()
                self.expect("}", "to close the subscript")
                return place
            self.at = start
            pieces = []
            depth = 0
            while not (depth == 0 and self.is_sign("}")):
                if self.word.kind == "end":
                    raise self.error("this subscript is not closed")
                word = self.step()
                if word.kind == "command":
                    if word.text not in GROUPING:
                        pieces.append(word.text)
                elif word.kind == "sign" and word.text in "{}":
                    depth += 1 if word.text == "{" else -1
                else:
                    pieces.append(
                        {"-": "minus", "+": "plus", ",": "_", "_": "_", ".": ""}.get(
                            word.text, word.text
                        )
                    )
            self.step()
            text = "".join(piece if piece.isalnum() or piece == "_" else "_" for piece in pieces)
            return text.strip("_") or "_"
        word = self.word
        if word.kind == "command":
            self.step()
            if word.text in GROUPING:
                return self.grouped_rest()
            return word.text
        if word.kind not in ("letter", "word", "number"):
            raise self.error(f"expected a subscript, got {self.shown()}")
        if self.bound and word.text in self.bound:
            self.step()
            return self.bound[word.text]
        if word.kind == "letter":
            return self.unbraced()
        return self.step().text

    def unbraced(self) -> str:
        """Read an unbraced subscript: a usual word such as in, out, ff; else one letter."""
        letters = []
        for i, word in enumerate(self.words[self.at :]):
            if word.kind != "letter" or (i and word.spaced):
                break
            letters.append(word.text)
        run = "".join(letters)
        for name in sorted(SUBSCRIPTS, key=len, reverse=True):
            behind = run[len(name) : len(name) + 1]
            if run.startswith(name) and (not behind or behind.isupper()):
                self.at += len(name)
                return name
        return self.step().text

    # functions and commands

    def arguments(self, opening: str = "(", closing: str = ")") -> list[Any]:
        """Read values in parentheses."""
        self.expect(opening, "to begin the arguments")
        found = [self.value()]
        while self.take(","):
            found.append(self.value())
        self.expect(closing, "to end the arguments")
        return found

    def function(self, word: Word) -> Any:
        """Apply a function by its name in plain text."""
        arguments = self.arguments()
        return self.applied(word.text, arguments, word)

    def applied(self, name: str, arguments: list[Any], word: Word) -> Any:
        """Apply a function to what was read."""
        counts = {
            "Rational": (2, 2),
            "log": (1, 2),
            "max": (1, 8),
            "min": (1, 8),
            "Max": (1, 8),
            "Min": (1, 8),
            "gcd": (2, 2),
        }
        least, most = counts.get(name, (1, 1))
        if not least <= len(arguments) <= most:
            raise self.error(
                f"{name} takes {least} argument{'s' if least > 1 else ''}, got {len(arguments)}",
                word,
            )
        first = arguments[0]
        if name == "Rational":
            if not arguments[1].is_Rational or arguments[1] == 0:
                raise self.error("Rational needs two whole numbers", word)
            return first / arguments[1]
        if name == "sqrt":
            return sympy.sqrt(first)
        if name == "floor":
            return whole(first)
        if name in ("ceil", "ceiling"):
            number, divisor = sympy.together(first).as_numer_denom()
            return ceiling_quotient(number, divisor)
        if name in ("max", "Max", "min", "Min"):
            return self.extreme(name.lower(), arguments)
        if name in ("log", "log2", "ln", "exp"):
            return self.logarithm(name, arguments)
        return sympy.Function(name)(*arguments)

    def extreme(self, name: str, arguments: list[Any]) -> Any:
        value = arguments[0]
        for other in arguments[1:]:
            least = minimum(value, other)
            value = least if name == "min" else value + other - least
        return value

    def logarithm(self, name: str, arguments: list[Any]) -> Any:
        first = arguments[0]
        if name == "exp":
            return sympy.exp(first)
        if name == "log2" or (len(arguments) > 1 and arguments[1] == 2):  # noqa: PLR2004
            return log2(first)
        base = arguments[1] if len(arguments) > 1 else None
        if base is None:
            if name == "log":
                self.reading.notes.append("log without a base is read as the natural logarithm")
            return sympy.log(first)
        return log2(first) / log2(base)

    def command(self) -> Any:
        """Read what a LaTeX command stands for."""
        word = self.step()
        name = word.text
        read: Callable[[Word], Any] | None = getattr(self, f"read_{name}", None)
        if name in ("dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"):
            return self.read_frac(word)
        if read is not None:
            return read(word)
        if name in GROUPING:
            return self.grouped_symbol(word)
        if name in ACCENTS:
            return self.accented(word)
        if name in GREEK:
            if name in self.bound:
                return self.bound[name]
            return self.symbol(name, word)
        if name in ("log", "ln", "lg", "max", "min", "exp", "gcd"):
            return self.latex_function(word)
        if name == "prime":
            raise self.error("a prime stands behind its letter: write D'", word)
        raise self.error(f"the command \\{name} is not read here", word)

    def group(self) -> Any:
        """Read a value in braces, or one operand."""
        if self.take("{"):
            value = self.value()
            self.expect("}", "to close the group")
            return value
        if self.word.kind == "number" and len(self.word.text) > 1:  # \frac12
            word = self.word
            self.words[self.at] = Word("number", word.text[1:], word.position + 1)
            return Integer(word.text[0])
        return self.operand()

    def read_frac(self, word: Word) -> Any:
        above, below = self.group(), self.group()
        if below.is_zero:
            raise self.error("division by zero", word)
        return self.bounded(above / below, word)

    def read_sqrt(self, word: Word) -> Any:
        if self.take("["):
            degree = self.value()
            self.expect("]", "to close the degree of the root")
            if degree != 2:  # noqa: PLR2004
                raise self.error("square roots alone are read", word)
        return sympy.sqrt(self.group())

    def read_lfloor(self, _: Word) -> Any:
        value = self.value()
        self.closing("rfloor")
        return whole(value)

    def read_lceil(self, _: Word) -> Any:
        value = self.value()
        self.closing("rceil")
        number, divisor = sympy.together(value).as_numer_denom()
        return ceiling_quotient(number, divisor)

    def read_lvert(self, _: Word) -> Any:
        value = self.value()
        self.closing("rvert")
        return value

    def closing(self, name: str) -> None:
        """Step over a closing command that must come next."""
        if not (self.word.kind == "command" and self.word.text == name):
            raise self.error(f"expected \\{name}, got {self.shown()}")
        self.step()

    def read_underbrace(self, _: Word) -> Any:
        value = self.group()
        if self.take("_", "^"):
            self.reading.labels[self.label()] = value
        return value

    read_overbrace = read_underbrace

    def label(self) -> str:
        """Return the text of a label in braces."""
        if self.is_sign("{"):
            start, depth = self.word.position, 0
            while True:
                word = self.step()
                if word.kind == "end":
                    raise self.error("this label is not closed")
                depth += (word.text == "{") - (word.text == "}") if word.kind == "sign" else 0
                if depth == 0:
                    break
            text = self.text[start + 1 : word.position]
            for command in GROUPING:
                text = text.replace(f"\\{command}", "")
            return text.replace("{", "").replace("}", "").strip()
        return self.step().text

    def grouped(self) -> str:
        """Return the text of a grouping command that comes next, with the command."""
        self.step()
        return self.grouped_rest()

    def grouped_rest(self) -> str:
        """Return the text of the braces that come next."""
        if not self.is_sign("{"):
            return self.step().text
        start, depth = self.word.position, 0
        while True:
            word = self.step()
            if word.kind == "end":
                raise self.error("this brace is not closed")
            depth += (word.text == "{") - (word.text == "}") if word.kind == "sign" else 0
            if depth == 0:
                return self.text[start + 1 : word.position].strip()

    def grouped_symbol(self, word: Word) -> Any:
        """Read a name of several letters: \\text{head\\_dim}, \\mathrm{FLOPs}."""
        text = self.grouped_rest().replace("\\_", "_")
        name = "_".join("".join(c if c.isalnum() or c == "_" else " " for c in text).split())
        if not name:
            return Integer(1)
        if name in FUNCTIONS and self.is_sign("("):
            return self.function(Word("word", name, word.position))
        return self.symbol(name, word)

    def accented(self, word: Word) -> Any:
        braced = self.take("{")
        inner = self.step()
        if inner.kind not in ("letter", "word", "command"):
            raise self.error("expected a letter below the accent", inner)
        if braced:
            self.expect("}", "to close the accent")
        return self.symbol(f"{inner.text}_{ACCENTS[word.text]}", inner)

    def latex_function(self, word: Word) -> Any:
        """Read \\log_2 n, \\max(a, b), \\min\\{a, b\\}."""
        name, base = word.text, None
        if self.take("_"):
            base = self.group()
        if name in ("max", "min", "gcd"):
            closing = {"(": ")", "{": "}", "[": "]"}
            opening = self.word.text
            if opening not in closing:
                raise self.error(f"expected '(' behind \\{name}, got {self.shown()}")
            arguments = self.arguments(opening, closing[opening])
            if opening == "{" and len(arguments) == 1 and self.is_sign("}"):
                self.step()
            return self.applied(name, arguments, word)
        inside = self.operand_of_function()
        return self.logarithm(name, [inside] if base is None else [inside, base])

    def operand_of_function(self) -> Any:
        """Read what a function without parentheses applies to: one factor."""
        return self.power()

    def read_sum(self, word: Word) -> Any:
        return self.series(sympy.Sum, word)

    def read_prod(self, word: Word) -> Any:
        return self.series(sympy.Product, word)

    def series(self, kind: Any, word: Word) -> Any:
        """Read a sum or a product over an index; without limits it runs to a size of its own."""
        name, first, last = self.limits(word)
        i = index(name)
        outer = self.bound.get(name)
        self.bound[name] = i
        term = self.product()
        if outer is None:
            del self.bound[name]
        else:
            self.bound[name] = outer
        if last is None:
            last = dim(f"n_{name}")
            self.reading.notes.append(
                f"the limits of the index {name} are not said; it runs from 1 to n_{name}"
            )
        span = last - first + 1
        if span.is_Integer and span > MAX_PARTS:
            raise self.error(f"a sum over numbers has at most {MAX_PARTS:,} terms", word)
        return kind(term, (i, first, last))

    def limits(self, word: Word) -> tuple[str, Any, Any]:
        """Read the limits below and above: _{i=1}^{L}, _i, _{i<l}."""
        name, first, last = "", Integer(1), None
        for _ in range(2):
            if self.take("_"):
                braced = self.take("{")
                found = self.step()
                if found.kind not in ("letter", "word", "command"):
                    raise self.error("expected the index of the sum", found)
                name = found.text
                if braced:
                    if self.word.kind == "relation":
                        sign = self.step().text
                        bound = self.value()
                        if sign == "=":
                            first = bound
                        elif sign == "<":
                            last = bound - 1
                        elif sign == "<=":
                            last = bound
                        else:
                            raise self.error("expected i=1, i<n or i\\le n below the sum")
                    self.expect("}", "to close the limits")
            elif self.take("^"):
                last = self.group()
        if not name:
            raise self.error("a sum needs its index: \\sum_{i=1}^{L}", word)
        return name, first, last
