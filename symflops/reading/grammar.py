r"""The grammar of formulas: sides, sums, products, powers and operands, from the outside in.

Precedence climbing over words (:mod:`symflops.reading.lexis`). What stands side by side multiplies. Names,
numbers, functions and sums over an index have modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Add, Mul

from symflops.floors import whole
from symflops.reading import functions, heads, names, numerals, orders, powers, series
from symflops.reading.commands import COMMANDS
from symflops.reading.cursor import MAX_DEPTH, MAX_PARTS, OPENING, Cursor
from symflops.reading.lexis import DOTS, FUNCTIONS, Word
from symflops.reading.readings import Reading, Relation
from symflops.reading.signs import ACCENTS, GREEK_COMMANDS, GROUPING, SENTENCE_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

STARTS = {"(", "[", "{", "⌊", "⌈", "√", "∑", "∏"}
#: What no factor begins with, though it is a command.
BETWEEN = {"over", "cell", "row"}


class FormulaReader(Cursor):
    """One pass over the words of one text.

    ``inverted`` names the choices that are made the other way: ``units``, letters behind a number are
    symbols; ``slash``, only what stands directly behind a slash is divided by; ``digits``, of the digits of
    an exponent without braces only the first stands above; ``capitals``, HW in plain text is H·W.
    """

    def __init__(
        self,
        text: str,
        known: Mapping[str, Any],
        *,
        latex: bool,
        inverted: Collection[str] = (),
    ) -> None:
        super().__init__(text, known, latex=latex)
        self.inverted = inverted
        self.choices: dict[str, str] = {}  # the choices that were made, each with a note
        self.in_bars = self.in_divisor = False
        self.indices = names.free_indices(self.words)
        self.quantities = numerals.quantities(self.words)
        self.letters = numerals.symbols(self.words)

    def choose(self, choice: str, note: str, otherwise: str) -> bool:
        """Make a choice and say so; False where it is made the other way."""
        self.choices[choice] = note
        self.reading.note(otherwise if choice in self.inverted else note)
        return choice not in self.inverted

    # sides

    def whole(self) -> Reading:
        """Read everything: one side, or a chain of them."""
        sides: list[Any] = []
        signs = []
        begins = None if self.word.kind == "relation" else heads.head(self) or orders.side(self)
        sides.append(begins)
        while self.word.kind == "relation":
            signs.append(self.step().text)
            sides.append(orders.side(self))
        while self.take("?", ".", ";", ","):
            pass
        if self.word.kind != "end" and signs and self.peek(-1).text in (";", ","):
            raise self.error("another formula begins here; each is read by itself")
        if self.word.kind != "end":
            raise self.error(f"expected an operator, a relation or the end, got {self.shown()}")
        self.reading.value = Relation(tuple(sides), tuple(signs)) if signs else sides[0]
        return self.reading

    # expressions

    def value(self) -> Any:
        """Read a sum."""
        start = self.word
        terms = [self.signed()]
        while self.is_sign("+", "-"):
            minus = self.step().text == "-"
            term = self.product()
            terms.append(-term if minus else term)
        if len(terms) > MAX_PARTS:
            raise self.error(f"a sum has at most {MAX_PARTS:,} parts", start)
        return self.bounded(Add(*terms), start) if len(terms) > 1 else terms[0]

    def signed(self) -> Any:
        """Read a term with the signs before it."""
        negative = False
        while self.is_sign("+", "-"):
            negative ^= self.step().text == "-"
        term = self.product()
        return -term if negative else term

    def product(self) -> Any:
        """Read factors: with signs between them, or side by side."""
        start = self.word
        factors, floors = [self.power()], 0
        while True:
            operator = self.word
            if self.take("*") or self.take_dot():
                factors.append(self.factor())
            elif self.take("/"):
                factors.append(1 / self.below(operator))
            elif self.take("//"):
                floors += 1
                if floors > MAX_DEPTH:
                    raise self.error(f"over {MAX_DEPTH} whole quotients in a row", operator)
                above = self.bounded(Mul(*factors), start)
                factors = [whole(above / self.below(operator))]
            elif numerals.remark(self, factors):
                continue
            elif self.is_explained(factors[-1]):
                self.reading.note(f"{factors[-1]} says what {self.word.text} is")
                factors[-1] = self.power()
            elif self.starts_factor():
                factors.append(self.beside())
            else:
                break
            if len(factors) > MAX_PARTS:
                raise self.error(f"a product has at most {MAX_PARTS:,} parts", start)
        return self.bounded(Mul(*factors), start) if len(factors) > 1 else factors[0]

    def take_dot(self) -> bool:
        """Step over a dot that stands for times, close between two factors: 24.n_{layers}.d."""
        ahead, behind = self.peek(), self.peek(2)
        is_word = ahead.kind == behind.kind == "letter" and not behind.spaced  # x.shape
        if self.word.text != "." or self.word.spaced or ahead.spaced or is_word:
            return False
        if ahead.kind not in ("letter", "command") or not self.latex:
            return False
        self.reading.note("a dot between factors is read as times")
        self.step()
        return True

    def is_explained(self, before: Any) -> bool:
        """Say whether Chinese words say what the symbol behind them is: 输入通道数C_in."""
        word, last = self.word, self.peek(-1)
        is_name = word.kind in ("letter", "word") and not word.spaced
        return is_name and last.kind == "chinese" and str(before) == last.text

    def beside(self) -> Any:
        """Read a factor that stands beside the one before it, no sign between them."""
        if self.word.kind == "number" and self.peek(-1).kind == "number":
            raise self.error("two numbers stand side by side; write a sign between them")
        if not self.latex and self.word.spaced and self.are_spelled(self.peek(-1), self.word):
            raise self.error("two words stand side by side; write a sign between them")
        return self.power()

    def are_spelled(self, *pair: Word) -> bool:
        """Say whether two words are of a language; kh and kw are symbols."""
        names = [word.text for word in pair if word.kind == "word" and word.text not in self.known]
        spelled = [len(name) for name in names if name.isalpha() and name.islower()]
        return len(spelled) == len(pair) and min(spelled) > 1 and max(spelled) > 2  # noqa: PLR2004

    def factor(self) -> Any:
        """Read a factor behind a sign; it may have a minus."""
        negative = False
        while self.is_sign("-", "+"):
            negative ^= self.step().text == "-"
        value = self.power()
        return -value if negative else value

    def below(self, operator: Word) -> Any:
        """Read what stands behind a slash: a/2n is a/(2n), and a/2 n is (a/2)·n."""
        outer, self.in_divisor = self.in_divisor, True
        divisor = self.factor()
        self.in_divisor = outer
        if not self.is_glued():
            return self.divisor(divisor, operator)
        if self.choose(
            "slash",
            "letters that stand together behind a slash are all below it: a/2n is a/(2n)",
            "only what stands directly behind a slash is below it: a/2n is (a/2)·n",
        ):
            factors = [divisor]
            while self.is_glued():
                factors.append(self.power())
            divisor = self.bounded(Mul(*factors), operator)
        return self.divisor(divisor, operator)

    def is_glued(self) -> bool:
        """Say whether a letter stands directly behind what was read."""
        return self.word.kind in ("letter", "word") and not self.word.spaced

    def starts_factor(self) -> bool:
        """Say whether the next word begins a factor that stands beside the one before."""
        word = self.word
        if word.kind == "command":
            return word.text not in BETWEEN
        if word.kind == "sign":
            return word.text in STARTS or (word.text == "|" and not self.in_bars)
        return word.kind in ("letter", "word", "chinese", "number")

    def power(self) -> Any:
        """Read an operand with its exponent."""
        return powers.power(self)

    # operands

    def operand(self) -> Any:
        """Read a number, a symbol, a group or a command."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"nested deeper than {MAX_DEPTH} levels")
        value = self.nested()
        self.depth -= 1
        return value

    def nested(self) -> Any:
        """Read an operand; the depth is counted."""
        word = self.word
        if word.kind == "number":
            return numerals.number(self)
        if word.kind in ("letter", "word", "chinese"):
            return self.named()
        if word.kind == "command":
            return self.command()
        if word.kind == "sign" and word.text in OPENING:
            return self.group()
        if self.is_sign("|"):
            return self.bars()
        if self.is_sign("∑", "∏"):
            return series.over_index(self, self.step())
        if self.take("√"):
            return functions.root(self.power())
        raise self.error(f"expected a number, a symbol or '(', got {self.shown()}")

    def group(self) -> Any:
        r"""Read what stands in parentheses, brackets, braces, ⌊ ⌋ or ⌈ ⌉."""
        opening = self.step()
        outer, self.in_divisor = self.in_divisor, False
        value = self.value()
        self.in_divisor = outer
        if self.is_command("over") and opening.text == "{":
            over = self.step()
            value = self.bounded(value / self.divisor(self.value(), over), over)
        self.expect(OPENING[opening.text], f"to close {opening.text!r}")
        if opening.text == "⌊":
            return whole(value)
        return functions.ceiling(value) if opening.text == "⌈" else value

    def argument(self) -> Any:
        r"""Read the argument of a command: a group in braces, one digit or one operand."""
        if self.word.kind == "number" and self.word.text.isdecimal():  # \frac12
            return powers.digit(self)
        return self.operand()

    def bars(self) -> Any:
        """Read ``|V|``, the size of a set, as the dimension V; of a difference it would be an absolute value."""
        bar = self.step()
        outer, self.in_bars = self.in_bars, True
        value = self.value()
        self.in_bars = outer
        self.expect("|", "to close the bars")
        if any(term.could_extract_minus_sign() for term in Add.make_args(value)):
            message = "an absolute value is not read; write the difference that is not below 0"
            raise self.error(message, bar)
        return value

    def named(self) -> Any:
        """Read a symbol with its subscript and primes, or a function."""
        word = self.step()
        if word.text in ("Σ", "Sigma", "Π", "Pi") and self.is_sign("_"):
            return series.over_index(self, word)
        if word.text in FUNCTIONS and word.text not in self.known:
            return functions.function(self, word)
        if orders.is_order(self, word.text):
            message = (
                f"{word.text}(…) stands alone on its side; declare {word.text} if it is a symbol"
            )
            raise self.error(message, word)
        if word.text in SENTENCE_WORDS - self.known.keys():
            message = f"{word.text!r} is a word of a sentence; declare it if it is a symbol"
            raise self.error(message, word)
        return names.named(self, word)

    def command(self) -> Any:
        """Read what a command of LaTeX stands for."""
        word = self.step()
        if word.text in COMMANDS:
            return COMMANDS[word.text](self, word)
        if word.text in GROUPING:
            return names.grouped(self, word)
        if word.text in ACCENTS:
            return names.accented(self, word)
        if word.text in GREEK_COMMANDS:
            return names.named(self, word)
        if word.text in ("dots", "cdots", "ldots"):
            raise self.error(DOTS, word)
        raise self.error(f"the command \\{word.text} is not read", word)
