"""Sets a derivation in Markdown: sentences, and chains as ``aligned`` between double dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.derivations.chains import Chain, Room
from symflops.derivations.lines import Line, reason
from symflops.derivations.media import pen, told, where
from symflops.derivations.saying import Voice
from symflops.derivations.setting import GAP, QUAD, SIGN, row_written, text_width
from symflops.tables.markdown import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.derivations.chains import Row
    from symflops.derivations.derivation import Derivation

WIDTH = 480.0  # points at 10 pt, of a notebook's cell or a page on GitHub
#: What stands for itself within a formula in a browser, which knows few commands there.
ESCAPED = {
    **{char: f"\\{char}" for char in "&%$#_{}"},
    "\\": r"$\backslash$",
    "~": r"$\sim$",
    "^": r"$\wedge$",
    "<": "$<$",
    ">": "$>$",
}


def markdown(derivation: Derivation) -> str:
    """Return a derivation as Markdown, for GitHub and for Jupyter."""
    return "\n\n".join(_blocks(derivation))


def _blocks(derivation: Derivation) -> Iterator[str]:
    writer = pen(derivation, "browser", texted=True)

    def inline(part: Any) -> str:
        return f"${writer.inline(part)}$"

    prose = Voice(derivation.lang, inline, escape, _code, lambda name: f"*{escape(name)}*")
    beside = Voice(derivation.lang, inline, _within, _within, _within)
    chain = Chain(writer, beside, Room(WIDTH, SIGN, GAP, QUAD, text_width))
    for said, lines in told(derivation.passages, prose, "**{}**".format):
        if said:
            yield said
        yield from map(_display, chain.blocks(lines))
    sizes, alike = where(derivation)
    if sizes:
        yield prose.say(reason("where"))
        named = (Line(meant, name=name) for name, meant in sizes)
        yield from map(_display, chain.blocks(named))
    if alike:
        yield prose.clauses(alike)


def _display(rows: list[Row]) -> str:
    body = " \\\\\n".join(map(row_written, rows))
    return f"$$\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n$$"


def _code(text: str) -> str:
    """Write code, between more backticks than it has."""
    text = " ".join(text.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _within(text: str) -> str:
    """Escape a text that stands within a formula."""
    return "".join(ESCAPED.get(char, char) for char in " ".join(text.split()))
