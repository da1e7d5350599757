"""What every medium of a derivation shares: formulas in its style, with braces labelled in the language."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.derivations.layers import renamed
from symflops.derivations.lines import reason
from symflops.derivations.quantities import LETTERS
from symflops.derivations.saying import Voice, word
from symflops.facts import Relation
from symflops.tables.cells import SIGNS
from symflops.typeset.forms import Braced, Named
from symflops.typeset.scribe import Scribe
from symflops.typeset.styles import Latex, MathML, Text, respelled
from symflops.typeset.writer import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from symflops.derivations.derivation import Derivation
    from symflops.derivations.lines import Line, Passage, Reason
    from symflops.symbols import Symbol
    from symflops.typeset.forms import Form
    from symflops.typeset.styles import Style
    from symflops.typeset.writer import Medium


#: The space between a factor and the word of a metric, which LaTeX would not set: 4 FLOPs_attn.
BEFORE_WORDS = re.compile(
    r"(?<=[0-9A-Za-z)}])(?<!\\cdot)(?<!\\times) (?=\\mathrm\{(?:"
    + "|".join(LETTERS.values())
    + r")\})"
)


class Texted(Latex):
    """LaTeX for whoever sets letters of every script: a browser, and XeLaTeX with ctex."""

    def foreign(self, word: str) -> str:
        """Write a word that is not in Latin letters."""
        return f"\\text{{{word}}}"


class Running(Latex):
    """LaTeX within a line of text, which may break in it: quotients on the line, and plain parentheses."""

    def parenthesis(self, text: str) -> str:
        """Write parentheses."""
        return f"({text})"

    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str:  # noqa: FBT001, FBT002 - as all styles
        """Write a quotient on the line."""
        return Text.fraction(self, above, below, wide, deep)


class TextedRunning(Texted, Running):
    """The same in every script."""


class RunningMathML(MathML):
    """MathML within a line of text: quotients on the line."""

    def fraction(self, above: str, below: str, wide: bool = False, deep: bool = False) -> str:  # noqa: FBT001, FBT002 - as all styles
        """Write a quotient on the line."""
        above = self.parenthesis(above) if wide else self.row(above)
        return self.slash(above, self.parenthesis(below) if deep else self.row(below))


@dataclass(frozen=True)
class Pen:
    """Writes the formulas of a derivation in a medium, in displays and in ``running`` text."""

    lang: str
    order: Order
    medium: Medium
    style: Style
    running: Style

    @property
    def scribe(self) -> Scribe:
        """What writes forms."""
        return Scribe(self.style, self.order)

    def formula(self, part: Form) -> str:
        """Write a form or an expression, without dollars."""
        return self.written(part, self.style)

    def inline(self, part: Any) -> str:
        """Write a form, an expression or a relation within a text, without dollars."""
        if isinstance(part, Relation):
            sign = SIGNS[self.medium][part.sign]
            return f"{self.inline(part.left)} {sign} {self.inline(part.right)}"
        return self.written(part, self.running)

    def written(self, part: Form, style: Style) -> str:
        """Write a form in a style."""
        text: str = Scribe(style, self.order).form(labelled(part, self.lang))[0]
        return BEFORE_WORDS.sub(r"\\,", text) if isinstance(style, Latex) else text


def pen(derivation: Derivation, medium: Medium, *, texted: bool = False) -> Pen:
    """Return what writes the formulas of a derivation, letters of every script if ``texted``."""
    order, spelled = Order(derivation.order), dict(derivation.spelled)
    style = running = respelled(medium, spelled)
    if isinstance(style, Latex):
        style = Texted(spelled) if texted else Latex(spelled)
        running = TextedRunning(spelled) if texted else Running(spelled)
    elif medium == "mathml":
        running = RunningMathML()
    return Pen(derivation.lang, order, medium, style, running)


def labelled(form: Any, lang: str) -> Any:
    """Return a form whose braces are labelled in a language.

    >>> labelled(Braced(sympy.Integer(2), "mul"), "zh").label
    '乘法'
    """
    if isinstance(form, tuple):
        return tuple(labelled(part, lang) for part in form)
    if not is_dataclass(form) or isinstance(form, Named | type):
        return sympy.Integer(form) if type(form) is int else form
    changes = {field.name: labelled(getattr(form, field.name), lang) for field in fields(form)}
    if isinstance(form, Braced):
        changes["label"] = word(lang, form.label, many=True)
    return replace(form, **changes)


def told(
    passages: Iterable[Passage], voice: Voice, mark: Callable[[str], str]
) -> Iterator[tuple[str, list[Line]]]:
    """Yield texts, each with the lines behind it; a passage that needs none goes on with the one before."""
    text = ""
    lines: list[Line] = []
    left_out: set[Reason] = set()
    for passage in passages:
        # what is not counted in a block is said of the first of several
        said = voice.spoken(reason for reason in passage.said if reason not in left_out)
        left_out |= {reason for reason in passage.said if reason.key == "left_out"}
        title = passage.title if said or len(passage.chains) > 1 else ""
        if said or title:
            if text or lines:
                yield text, lines
            text, lines = titled(title, said, voice, mark), []
        lines += passage.lines
    yield text, lines


def titled(title: Any, said: str, voice: Voice, mark: Callable[[str], str]) -> str:
    """Return sentences with a title in front, if there is one."""
    if title == "":
        return said
    name = voice.text(title) if isinstance(title, str) else voice.say(title)
    parts = [mark(name + voice.word("stop")), said]
    return voice.word("space").join(part for part in parts if part)


Sizes = tuple[tuple["Symbol", "Form"], ...]
FEW = 2  # names that are said one by one


def where(derivation: Derivation) -> tuple[Sizes, tuple[Reason, ...]]:
    """Return the names of sizes that are seen, and for which of them a word is enough: those of W are as those of H."""
    groups: dict[str, list[tuple[Symbol, Form]]] = {}
    for name, meant in sizes_shown(derivation):
        groups.setdefault(name.name.partition("_")[0], []).append((name, meant))
    listed: Sizes = ()
    alike: list[Reason] = []
    for letter, names in groups.items():
        if any(_alike(before, groups[before], letter, names) for before in _before(groups, letter)):
            symbol, given = _symbol(names, letter), tuple(name for name, _ in names)
            alike.append(
                reason("likewise", first=given[0], last=given[-1], symbol=symbol)
                if len(given) > FEW
                else reason("likewise_few", names=given, symbol=symbol)
            )
        else:
            listed += tuple(names)
    return listed, tuple(alike)


def _before(groups: Iterable[str], letter: str) -> Iterator[str]:
    return itertools.takewhile(lambda known: known != letter, groups)


def _symbol(names: list[tuple[Symbol, Form]], letter: str) -> Symbol:
    """Return the dimension of which sizes with this letter are, W for W_1."""
    return next((s for _, meant in names for s in _symbols(meant) if s.name == letter), names[0][0])


def _alike(one: str, first: list[Any], other: str, second: list[Any]) -> bool:
    """Say whether the sizes of two letters are the same but for the letters."""
    letters = (_symbol(first, one), _symbol(second, other))
    if len(first) != len(second) or [n.name for n in letters] != [one, other]:
        return False
    names = dict(zip((n for n, _ in second), (n for n, _ in first), strict=True))
    numbers = [[n.name.partition("_")[2] for n, _ in sizes] for sizes in (first, second)]
    swaps = {letters[1]: letters[0], **names}
    return numbers[0] == numbers[1] and all(
        renamed(meant, lambda expr: expr.xreplace(swaps)) == known
        for (_, meant), (_, known) in zip(second, first, strict=True)
    )


def sizes_shown(derivation: Derivation) -> tuple[tuple[Symbol, sympy.Expr], ...]:
    """Return the names of sizes that are seen in the lines or in the sentences, with what they stand for."""
    seen: set[Symbol] = set()
    for passage in derivation.passages:
        for line in passage.lines:
            seen |= _symbols((line.form, line.why))
        seen |= _symbols(passage.said)
    return tuple(pair for pair in derivation.where if pair[0] in seen)


def _symbols(part: Any) -> set[Symbol]:
    """Return the symbols that are seen in a form or a reason: not those of what has a name."""
    if isinstance(part, sympy.Basic):
        found: set[Symbol] = part.free_symbols
        return found
    if isinstance(part, tuple):
        return set().union(*map(_symbols, part))
    if not is_dataclass(part) or isinstance(part, Named | type):
        return set()
    return set().union(*(_symbols(getattr(part, field.name)) for field in fields(part)))
