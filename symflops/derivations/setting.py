r"""Sets a derivation in LaTeX: ``align*`` with short reasons, no line wider than the page or the column.

The fragment is for ``\input`` anywhere; its first line names the packages that it needs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symflops.derivations.chains import Chain, Room
from symflops.derivations.lines import Line, reason
from symflops.derivations.media import pen, told, where
from symflops.derivations.saying import Voice
from symflops.linebreaks import breakable, width_of
from symflops.tables.breaking import breakable as breakable_text
from symflops.tables.escape import escape
from symflops.tables.options import points
from symflops.tables.widths import SIZES, cell_width
from symflops.typeset.declared import needing, packages

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from symflops.derivations.chains import Row
    from symflops.derivations.derivation import Derivation
    from symflops.typeset.forms import Form

SIGN = 13.4  # points that an equals sign takes with the space around it
GAP = 20.0  # points before a reason, at least
QUAD = 10.0  # points
LARGER = {"en": 1.0, "zh": 1.06}  # Chinese classes set 10.54 pt where others set 10
INLINE = 80.0  # points of a formula in a text that may break between factors
NORMAL = SIZES["normalsize"]
#: What holds within a derivation: a page may end after a line, displays stand close, and lines of text,
#: in which formulas are wide, need not all end at the same place.
WITHIN = (
    r"\begingroup\allowdisplaybreaks\raggedbottom\tolerance=9999\rightskip=0pt plus 8em"
    r"\abovedisplayskip=5pt plus 2pt minus 2pt\belowdisplayskip=\abovedisplayskip"
)
CHINESE = re.compile(r"([\u2014\u2018-\u201d\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+)")
BREAKS = re.compile(r"\\(?:allowbreak|penalty1000)\{\}")
CODE = re.compile(r"\\texttt\{((?:[^{}]|\{\})*)\}")
TYPEWRITER = 5.25  # points of a letter


def latex(derivation: Derivation, fit: str | float = "page") -> str:
    """Return a derivation as a fragment of LaTeX.

    Raises:
        UnknownNameError: a fit that is not there.
        ArgumentError: no width, what LaTeX cannot set, or a number that is wider than a line.
    """
    width = points(fit)
    setting = Setting(derivation, width)
    body = "\n".join(setting.body())
    used = dict.fromkeys(["amsmath", *packages(body)])
    is_chinese = derivation.lang == "zh"
    engine = ", compiled with xelatex" if is_chinese else ""
    head = [f"{needing(used, chinese=is_chinese)}{engine}", f"% set for {width:g} pt"]
    return "\n".join([*head, WITHIN, body, r"\par\endgroup", ""])


class Setting:
    """Sets the passages of one derivation for one width."""

    def __init__(self, derivation: Derivation, width: float) -> None:
        self.derivation = derivation
        self.width = width / LARGER[derivation.lang] - 1  # widths are estimates
        self.pen = pen(derivation, "latex", texted=derivation.lang == "zh")
        self.voice = Voice(derivation.lang, self.inline, self.text, self.code, self.label)
        room = Room(self.width, SIGN, GAP, QUAD, text_width)
        self.chain = Chain(self.pen, self.voice, room)

    def body(self) -> Iterator[str]:
        """Yield the lines of the fragment."""
        bold = "\\textbf{{{}}}".format
        for text, lines in told(self.derivation.passages, self.voice, bold):
            if text:
                yield rf"\par\medskip\noindent {text}"
            yield from self.chains(lines)
        sizes, alike = where(self.derivation)
        if sizes:
            yield from self.where(sizes)
        if alike:
            yield rf"\noindent {self.voice.clauses(alike)}"

    # text

    def text(self, text: str) -> str:
        """Escape a text from outside; long names may break behind a point."""
        if self.derivation.lang == "en":
            return breakable_text(escape(text), self.width / 3, NORMAL)
        return "".join(
            escape(part, "xelatex")
            if i % 2
            else breakable_text(escape(part, "xelatex"), self.width / 3, NORMAL)
            for i, part in enumerate(CHINESE.split(text))
        )

    def code(self, text: str) -> str:
        """Write code in typewriter letters; with ctex these come with a warning of its own."""
        if self.derivation.lang == "zh":
            return self.label(text)
        return f"\\texttt{{{self.text(text)}}}"

    def label(self, text: str) -> str:
        """Write the name of a layer."""
        return f"\\emph{{{self.text(text)}}}"

    def inline(self, part: Any) -> str:
        """Write a formula in a text."""
        formula = self.pen.inline(part)
        return f"${breakable(formula) if width_of(formula) > INLINE else formula}$"

    # formulas

    def chains(self, lines: Iterable[Line]) -> Iterator[str]:
        """Yield ``align*`` around each block of lines."""
        for block in self.chain.blocks(lines):
            reasons = [i for i, row in enumerate(block) if row.kind == "reason"]
            yield from align(map(row_written, block), reasons)

    def where(self, names: tuple[tuple[Form, Form], ...]) -> Iterator[str]:
        """Yield what names stand for, several side by side where there is room."""
        written = [tuple(map(self.pen.formula, pair)) for pair in names]
        widest = max(width_of(left) + SIGN + width_of(right) for left, right in written)
        beside = max(1, int((self.width + GAP) // (widest + GAP)))
        yield rf"\par\medskip\noindent {self.voice.say(reason('where'))}"
        if beside == 1:
            yield from self.chains(Line(meant, name=name) for name, meant in names)
            return
        cells = [f"{left} &= {right}" for left, right in written]
        rows = [" & ".join(cells[i : i + beside]) for i in range(0, len(cells), beside)]
        yield from align(rows)


def align(rows: Iterable[str], stuck: Container[int] = ()) -> Iterator[str]:
    """Yield ``align*`` around rows; no page ends behind the first, before the last, or before those ``stuck``.

    Rows with fractions stand a little apart.
    """
    rows = list(rows)
    yield r"\begin{align*}"
    for i, row in enumerate(rows, 1):
        star = "*" if i in (1, len(rows) - 1) or i in stuck else ""
        end = rf" \\{star}" + "[3pt]" * ("\\frac" in row)
        yield f"  {row}" + (end if i < len(rows) else "")
    yield r"\end{align*}"


def text_width(text: str) -> float:
    r"""Return how wide a text is on one line, in points.

    >>> text_width("of one"), text_width(r"of \texttt{one}")
    (26.39, 27.14)
    """
    text = BREAKS.sub("", text).replace("\\emph", "")
    typed = "".join(CODE.findall(text)).replace("\\", "")
    return round(cell_width(CODE.sub("", text)).at(NORMAL) + TYPEWRITER * len(typed), 2)


def row_written(row: Row) -> str:
    """Write a row: what goes on stands under what followed the sign above."""
    indent = r"\quad " if row.indented else ""
    deeper = r"\quad " * row.depth
    below = r"\mathrel{\phantom{=}}"
    before = {"equal": "= ", "further": f"{below} {deeper}{{}} ", "reason": f"{below} "}
    why = f"\\text{{{row.why}}}" if row.why else ""
    if row.kind == "reason" and text_width(row.why) > row.room:
        why = rf"\parbox[t]{{{row.room:.0f}pt}}{{\raggedright {row.why}\strut}}"
    if row.kind != "reason" and why:
        why = f" && {why}" if row.in_column else rf" \quad {why}"
    left = f"{row.left} &" if row.left else "&"
    return f"{left}{indent}{before.get(row.kind, '')}{row.formula}{why}"
