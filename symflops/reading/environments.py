r"""The formula inside dollars and environments: comments and labels go, and rows are put together.

A row that begins with a relation or an operator, or inside an open parenthesis, goes on with the row before.
"""

from __future__ import annotations

import re

from symflops.errors import ReadError

COMMENT = re.compile(r"(?<![\\\d])%.*")
DROPPED = re.compile(
    r"\\(?:label|tag|ref|eqref|cite|hspace|vspace|mspace|phantom|color|intertext|hphantom|vphantom)\s*\*?\s*"
    r"\{[^{}]*\}|\\(?:nonumber|notag|allowbreak|boxed|left\.|right\.)(?![A-Za-z])"
)
#: A relation with something written above or below it is the relation.
STACKED = re.compile(r"\\(?:stackrel|overset|underset)\s*\{[^{}]*\}\s*\{([^{}]*)\}")
COLOURED = re.compile(r"\\textcolor\s*\{[^{}]*\}")
ENVIRONMENT = re.compile(
    r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}(?:\[[a-zA-Z]*\])?(?:(?<=\{array\})\{[^{}]*\}|(?<=\{alignat\})\{\d+\}"
    r"|(?<=\{alignat\*\})\{\d+\}|(?<=\{alignedat\})\{\d+\})?"
)
ENVIRONMENTS = {
    *("equation", "align", "aligned", "alignat", "alignedat", "eqnarray", "gather", "gathered"),
    *("multline", "split", "displaymath", "math", "flalign", "array", "subequations"),
}
ROW_END = re.compile(r"\\\\\s*(?:\[[^\]\n]*\])?|\\cr(?![A-Za-z])|\\newline(?![A-Za-z])")
#: How a row begins that goes on with the one before it.
GOES_ON = re.compile(
    r"(?:\\(?:q?quad(?![A-Za-z])|[,;:! ])\s*)*(?:[=<>≈≤≥≠∝+\-*/·×−)\]]|\\(?:approx|le|leq|ge|geq|sim|simeq|times|cdot|propto|equiv|ll|gg|ne|neq|right|div)(?![A-Za-z]))"
)
#: How a row ends that goes on in the next one.
WAITS = re.compile(r"(?:[=<>≈≤≥≠+\-*/·×−(\[]|\\(?:times|cdot|approx|le|leq|ge|geq|sim|div))\s*$")
#: A sign in braces of its own is that sign: 3{\\times}3; and a star behind \\operatorname says nothing.
SIGN_ALONE = re.compile(
    r"(?<![\^_A-Za-z}\s])\{\s*(\\(?:times|cdot|approx|le|ge)|[=+/<>*-])\s*\}|(?<=\\operatorname)\*()"
)
EMPTY = re.compile(r"(?<![A-Za-z}\]])\{\s*\}")  # b + {} only holds the space
PAIRS = (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)"))


def unwrapped(text: str) -> str:
    r"""Return the one formula that a text of LaTeX holds.

    >>> unwrapped(r"\begin{align} a &= b \\ &= c \label{x} \end{align}")
    'a = b = c'

    Raises:
        ReadError: several formulas; an environment that holds none.
    """
    found = formulas_in(text)
    if len(found) > 1:
        message = f"here are {len(found)} formulas, in rows; each is read by itself: {found[0]}"
        raise ReadError(message, text, max(text.find(found[1][:20]), 0))
    return found[0] if found else ""


def formulas_in(text: str) -> list[str]:
    r"""Return the formulas of an environment, their rows put together.

    >>> formulas_in(r"\begin{align} a &= b + {} \\ & c \\ d &= e \end{align}")
    ['a = b + c', 'd = e']
    """
    if "\\" in text or "\n" in text:
        text = DROPPED.sub(" ", COMMENT.sub("", text))
        text = COLOURED.sub("", STACKED.sub(r" \1 ", text))
    text = ENVIRONMENT.sub(" ", _with_cases(_undollared(text)))
    text = EMPTY.sub(" ", SIGN_ALONE.sub(lambda m: f" {m[1]} " if m[1] else "", text))
    found: list[str] = []
    for row in ROW_END.split(re.sub(r"(?<!\\)&", " ", text)):
        stripped = " ".join(row.split())
        if not stripped:
            continue
        if found and (GOES_ON.match(stripped) or WAITS.search(found[-1]) or _is_open(found[-1])):
            found[-1] = f"{found[-1]} {stripped}"
        else:
            found.append(stripped)
    return [formula.rstrip(".,;。，； ") for formula in found]


def _undollared(text: str) -> str:
    text = text.strip()
    for opening, closing in PAIRS:
        if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening):
            inside = text[len(opening) : -len(closing)]
            return inside.strip() if opening not in inside else text
    return text


def _is_open(row: str) -> bool:
    """Say whether a parenthesis of a row is still open."""
    bare = re.sub(r"\\(?![{}])[A-Za-z]*", "", row)
    return sum(map(bare.count, "([{")) > sum(map(bare.count, ")]}"))


CASES = re.compile(r"\\begin\s*\{(?:d|r)?cases\*?\}(.*?)\\end\s*\{(?:d|r)?cases\*?\}", re.DOTALL)


def _with_cases(text: str) -> str:
    r"""Write cases as \cases{value \cell condition \row value \cell condition}, for the grammar."""
    text = CASES.sub(_cases, text)
    for _, name in ENVIRONMENT.findall(text):
        if name not in ENVIRONMENTS:
            message = f"the environment {name} holds no formula that is read"
            raise ReadError(message, text, max(text.find(name), 0))
    return text


def _cases(match: re.Match[str]) -> str:
    inside = re.sub(r"(?<!\\)&", r" \\cell ", ROW_END.sub(r" \\row ", match[1].strip()))
    return rf" \cases{{{inside}}} "
