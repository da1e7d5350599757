"""Sets a derivation in HTML: sentences, and chains as a grid of MathML; everything from outside escaped."""

from __future__ import annotations

import html as markup
from typing import TYPE_CHECKING, Any

import sympy

from symflops.derivations.lines import Line, reason
from symflops.derivations.media import labelled, pen, told, where
from symflops.derivations.saying import Voice
from symflops.exprs import tidy
from symflops.typeset.forms import Total
from symflops.typeset.pieces import signed
from symflops.typeset.scribe import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.derivations.derivation import Derivation
    from symflops.typeset.forms import Form

STYLE = (
    ".symflops-derivation .chain{display:grid;gap:.45em .5em;align-items:baseline;margin:.6em 0 1em 1.5em;"
    "grid-template-columns:max-content max-content minmax(0,1fr)}"
    ".symflops-derivation .chain>*{grid-column:3}"
    ".symflops-derivation .chain>.name{grid-column:1;text-align:right}"
    ".symflops-derivation .chain>.sign{grid-column:2}"
    ".symflops-derivation .chain>:not(.name,.sign){line-height:1.7;overflow:auto hidden;padding:.15em 0}"
    ".symflops-derivation .why{display:inline-block;margin-left:1.5em;opacity:.75;font-size:.92em}"
    ".symflops-derivation p{margin:.6em 0}"
    "@media(max-width:600px){.symflops-derivation .chain{margin-left:0;"
    "grid-template-columns:max-content minmax(0,1fr)}"
    ".symflops-derivation .chain>*{grid-column:2}"
    ".symflops-derivation .chain>.name{grid-column:1/-1;text-align:left}"
    ".symflops-derivation .chain>.sign{grid-column:1;padding-left:1em}"
    ".symflops-derivation .why{display:block;margin-left:0}}"
)
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"{}><mrow>{}</mrow></math>'
DISPLAY = ' displaystyle="true"'


def html(derivation: Derivation) -> str:
    """Return a derivation as an HTML fragment."""
    return "\n".join(
        [
            f'<style>{STYLE}</style>\n<div class="symflops-derivation" lang="{derivation.lang}">',
            *Sheet(derivation).body(),
            "</div>",
        ]
    )


class Sheet:
    """Sets the passages of one derivation."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.pen = pen(derivation, "mathml")
        self.said: set[str] = set()
        self.voice = Voice(derivation.lang, self.inline, markup.escape, self.code, self.label)

    def body(self) -> Iterator[str]:
        """Yield the elements of the fragment."""
        for said, lines in told(self.derivation.passages, self.voice, "<b>{}</b>".format):
            if said:
                yield f"<p>{said}</p>"
            if lines:
                yield from self.chain(lines)
        sizes, alike = where(self.derivation)
        if sizes:
            yield f"<p>{self.voice.say(reason('where'))}</p>"
            yield from self.chain(Line(meant, name=name) for name, meant in sizes)
        if alike:
            yield f"<p>{self.voice.clauses(alike)}</p>"

    def chain(self, lines: Iterable[Line]) -> Iterator[str]:
        """Yield the rows of lines."""
        yield '<div class="chain">'
        for i, line in enumerate(lines):
            yield from self.line(line, begun=i == 0)
        yield "</div>"

    def line(self, line: Line, *, begun: bool) -> Iterator[str]:
        """Yield the cells of a line: name, sign, formula with its reason."""
        if line.name is not None:
            yield f'<div class="name">{self.inline(line.name)}</div>'
        if line.name is not None or not begun:
            yield f'<div class="sign">{MATH.format("", "<mo>=</mo>")}</div>'
        said = "" if line.why is None else self.voice.say(line.why)
        said = "" if said in self.said else said
        self.said.add(said)
        open_, close = (self.voice.word(key) for key in ("open", "close"))
        why = f' <span class="why">{open_}{said}{close}</span>' if said else ""
        yield f"<div>{self.display(line.form)}{why}</div>"

    def inline(self, part: Any) -> str:
        """Write a formula as one element."""
        return MATH.format("", self.pen.inline(part))

    def display(self, form: Form) -> str:
        """Write a formula as several elements, between which a browser may break the line."""
        return " ".join(MATH.format(DISPLAY, text) for text in self.pieces(form))

    def pieces(self, form: Form) -> Iterator[str]:
        """Yield the terms of a sum with their signs, or the factors between dots."""
        form = opened(tidy(form), self.pen.order) if isinstance(form, sympy.Expr) else form
        if isinstance(form, Total) and len(form.terms) > 1:
            for i, (minus, text) in enumerate(
                map(self.pen.scribe.term, labelled(form, self.derivation.lang).terms)
            ):
                yield signed(text, i, minus=minus)
            return
        yield self.pen.formula(form)

    def label(self, text: str) -> str:
        """Write the name of a layer."""
        return f"<i>{markup.escape(text)}</i>"

    def code(self, text: str) -> str:
        """Write code."""
        return f"<code>{markup.escape(text)}</code>"
