r"""A formula read as it is written: its factors and terms in their order, its fractions, and its letters.

The grammar computes a value for every group of words; here it also leaves a mark for each, and a form grows
out of the marks and of the signs between them. Whatever a form cannot say is one piece, by its value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ReadError, SymflopsError
from symflops.reading.formulas import check_length, known_symbols, prepared, whole_reading
from symflops.reading.grammar import FormulaReader
from symflops.reading.readings import Relation
from symflops.symbols import Symbol
from symflops.typeset.declared import fault
from symflops.typeset.forms import (
    Braced,
    Called,
    Minus,
    Parenthesis,
    Plain,
    Power,
    Product,
    Quotient,
    Series,
    Total,
    value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from symflops.reading.lexis import Word
    from symflops.typeset.forms import Form

#: What takes no part in a symbol, at the end of its LaTeX.
BEHIND = re.compile(r"(?:\\(?:[,;:! ]|left|right|quad|qquad|big[lr]?)(?![A-Za-z])|~|\s)+$")
SIGNS = {"\\cdot": "·", "·": "·", "⋅": "·", "\\times": "×", "×": "×"}
FLOORS = {"⌊": "floor", "floor": "floor", "⌈": "ceiling", "ceil": "ceiling", "ceiling": "ceiling"}


@dataclass(frozen=True)
class Shape:
    """A formula as its author wrote it: its form, and the LaTeX of its symbols by their names."""

    form: Form
    spelled: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """What a rule of the grammar read: from which word to which, its value, and the marks inside."""

    rule: str
    start: int
    end: int
    value: Any
    inside: tuple[Mark, ...]


def read_shape(
    text: str,
    symbols: Iterable[Any] | Mapping[str, Any] | None = None,
    macros: Mapping[str, str] | str | None = None,
) -> Shape:
    r"""Read a formula as it is written; of a chain of sides the last.

    >>> from symflops.typeset.scribe import write
    >>> shape = read_shape(r"24BLsh^2(1+\frac{s}{6h})C_{in}")
    >>> write(shape.form, "text"), shape.spelled["C_in"]
    ('24 B L s h² (1 + s/(6 h)) C_in', 'C_{in}')

    Raises:
        ReadError: what cannot be read, or is no formula but an order of growth.
    """
    check_length(text)
    known = known_symbols(symbols)
    source, latex, _ = prepared(text, known, macros)
    reader = ShapeReader(source, known, latex=latex)
    read = whole_reading(reader).value
    expr = read.sides[-1] if isinstance(read, Relation) else read
    if not isinstance(expr, sympy.Expr):
        message = f"{expr} is no formula whose shape could be taken over"
        raise ReadError(message, source, 0)
    shaper = _Shaper(reader)
    marks = [mark for mark in reader.marks if mark.rule == "value" and mark.value == expr]
    form = shaper.form(marks[-1]) if marks else Plain(expr)
    return Shape(form, shaper.spelled if latex else {})


class ShapeReader(FormulaReader):
    """The reader of formulas, which leaves a mark for all that it reads."""

    def __init__(self, text: str, known: Mapping[str, Any], *, latex: bool) -> None:
        super().__init__(text, known, latex=latex)
        self.marks: list[Mark] = []

    def marked(self, rule: str, read: Callable[[], Any]) -> Any:
        """Read by a rule, and leave its mark."""
        outer, self.marks, start = self.marks, [], self.at
        found = read()
        mark = Mark(rule, start, self.at, found, tuple(self.marks))
        self.marks = [*outer, mark]
        return found

    def value(self) -> Any:
        """Read a sum."""
        return self.marked("value", super().value)

    def product(self) -> Any:
        """Read a product."""
        return self.marked("product", super().product)

    def below(self, operator: Word) -> Any:
        """Read what stands behind a slash."""
        return self.marked("below", lambda: super(ShapeReader, self).below(operator))

    def power(self) -> Any:
        """Read an operand with its exponent."""
        return self.marked("power", super().power)

    def operand(self) -> Any:
        """Read a number, a symbol, a group or a command."""
        return self.marked("operand", super().operand)


class _Shaper:
    """Makes forms of marks; a form that does not have the value of its mark is dropped for the value."""

    def __init__(self, reader: ShapeReader) -> None:
        self.reader, self.words = reader, reader.words
        self.spelled: dict[str, str] = {}

    def form(self, mark: Mark) -> Form:
        """Return the form of a mark."""
        rules = {
            "value": self.total,
            "product": self.product,
            "power": self.power,
            "operand": self.operand,
            "below": self.divisor,
        }
        found = rules[mark.rule](mark)
        return _plain(mark.value) if found is None or not _is_same(found, mark.value) else found

    def between(self, start: int, end: int) -> Sequence[Word]:
        """Return the words from one place to another."""
        return self.words[start:end]

    def total(self, mark: Mark) -> Form | None:
        """Return a sum: its terms with the signs before them."""
        terms, at = [], mark.start
        for part in mark.inside:
            signs = [word.text for word in self.between(at, part.start)]
            if set(signs) - {"+", "-"}:
                return None
            form = self.form(part)
            terms.append(Minus(form) if signs.count("-") % 2 else form)
            at = part.end
        if at != mark.end or not terms:
            return None
        return terms[0] if len(terms) == 1 else Total(tuple(terms))

    def product(self, mark: Mark) -> Form | None:
        """Return a product: runs of factors side by side, with signs between the runs."""
        runs: list[list[Form]] = [[]]
        signs: set[str] = set()
        at = mark.start
        for part in mark.inside:
            between = [word for word in self.between(at, part.start) if word.text != "+"]
            minus = [word for word in between if word.text == "-"]
            operators = [word for word in between if word.text != "-"]
            form = Minus(self.form(part)) if len(minus) % 2 else self.form(part)
            sign = self.sign(operators[0]) if operators else ""
            if len(operators) > 1 or (operators and operators[0].text not in ("*", "/")):
                return None
            if part.rule == "below":
                before = _joined(runs, signs)
                runs, signs = [[Quotient(before, form, inline=True)]], set()
            elif sign:
                signs.add(sign)
                runs.append([form])
            else:
                runs[-1].append(form)
            at = part.end
        return _joined(runs, signs) if at == mark.end and runs[0] else None

    def sign(self, word: Word) -> str:
        """Return the sign between factors that a text shows; a star of a program is none."""
        rest = self.reader.text[word.position :]
        return next((sign for text, sign in SIGNS.items() if rest.startswith(text)), "")

    def divisor(self, mark: Mark) -> Form | None:
        """Return what stands below a slash: one operand, or all that is glued to it."""
        forms = [self.form(part) for part in mark.inside]
        return forms[0] if len(forms) == 1 else Product(tuple(forms), "beside")

    def power(self, mark: Mark) -> Form | None:
        """Return an operand with its exponent."""
        base, *above = mark.inside
        form = self.form(base)
        if base.end == mark.end:
            return form
        behind = [word for word in self.between(base.end, mark.end) if word.text not in "^{}"]
        if not above and len(behind) == 1 and behind[0].text.isdecimal():
            return Power(form, sympy.Integer(behind[0].text))
        return Power(form, self.form(above[0])) if len(above) == 1 else None

    def operand(self, mark: Mark) -> Form | None:
        """Return a symbol, or what stands in a group or behind a command."""
        word, inside = self.words[mark.start], mark.inside
        if isinstance(mark.value, Symbol) and not inside:
            self.spell(mark)
            return mark.value
        forms = [self.form(part) for part in inside]
        if word.text in FLOORS and len(forms) == 1:
            return Called(FLOORS[word.text], (forms[0],))  # type: ignore[arg-type]
        if word.text == "sqrt" and len(forms) == 1:
            return Called("sqrt", (forms[0],))
        if word.text.endswith("frac") and len(forms) == 2:  # noqa: PLR2004 - above and below
            return Quotient(*forms)
        if isinstance(mark.value, sympy.Sum | sympy.Product) and forms:
            return _series(mark.value, forms[-1])
        if len(forms) == 1:
            label = self.label(mark) if word.text == "underbrace" else ""
            if word.text == "(" and isinstance(forms[0], Product):
                return Parenthesis(forms[0])
            return Braced(forms[0], label) if label else forms[0]
        return None

    def label(self, mark: Mark) -> str:
        """Return the label of a brace."""
        labels = self.reader.reading.labels
        return next((label for label, expr in labels.items() if expr == mark.value), "")

    def spell(self, mark: Mark) -> None:
        """Take down how a symbol is written, where that alone is the symbol again."""
        start, end = (self.words[i].position for i in (mark.start, mark.end))
        text = BEHIND.sub("", self.reader.text[start:end]).strip()
        name = mark.value.name
        if text and name not in self.spelled and self.reads(text, mark.value):
            self.spelled[name] = text

    def reads(self, text: str, symbol: sympy.Expr) -> bool:
        """Say whether a text is safe LaTeX for a symbol, and is read as it."""
        if fault(text):
            return False
        try:
            reader = FormulaReader(text, self.reader.known, latex=True)
            return bool(whole_reading(reader).value == symbol)
        except SymflopsError:
            return False


def _plain(expr: Any) -> Form:
    r"""Return a value as it is, a fraction as one: ``\frac12`` and 1.5 leave no marks for what they hold."""
    if not isinstance(expr, sympy.Expr):
        return expr
    above, below = expr.as_numer_denom()
    return Plain(expr) if below == 1 else Quotient(Plain(above), Plain(below))


def _joined(runs: list[list[Form]], signs: set[str]) -> Form:
    """Return runs of factors as one product; with the sign that stands between them."""
    parts = [run[0] if len(run) == 1 else Product(tuple(run), "beside") for run in runs]
    if len(parts) == 1:
        return parts[0]
    return Product(tuple(parts), "×" if signs == {"×"} else "·")


def _series(series: Any, body: Form) -> Form | None:
    if len(series.limits) != 1:
        return None
    index, first, last = series.limits[0]
    return Series("Σ" if isinstance(series, sympy.Sum) else "Π", index, first, last, body)


def _is_same(form: Form, expr: Any) -> bool:
    found = value(form)
    return bool(found == expr or sympy.expand(found - expr) == 0)
