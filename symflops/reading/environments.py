r"""The formula inside dollars and environments: comments and labels go, and rows are put together.

A row that begins with a relation or an operator, or inside an open parenthesis, goes on with the row before.
One row may hold several formulas: in columns, or parted by wide space or an arrow.
"""

from __future__ import annotations

import re

from symflops.errors import ReadError
from symflops.reading.expansion import group_at
from symflops.reading.signs import COMMANDS, RELATIONS

COMMENT = re.compile(r"(?<![\\\d])%.*")
SIZES = "tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge"
DROPPED = re.compile(
    r"\\(?:label|tag|ref|eqref|cite|hspace|vspace|mspace|phantom|color|intertext|hphantom|vphantom)\s*\*?\s*"
    r"\{[^{}]*\}|\\(?:nonumber|notag|allowbreak|boxed|left\.|right\.|hline|strut"
    rf"|{SIZES})(?![A-Za-z])"
)
#: Words in small letters beside a formula.
SMALL = re.compile(rf"\\(?:{SIZES})\s*\{{\s*(\\text\s*\{{[^{{}}]*\}})\s*\}}")
#: The number of a formula, behind wide space: \quad (5).
NUMBER = re.compile(
    r"(?:\\q?quad(?![A-Za-z])|\\hfill(?![A-Za-z])|~{3,})[\s~]*\(\d+(?:\.\d+)*[a-z]?\)[.,]?\s*$"
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
#: What parts two formulas on one row.
ARROW = re.compile(
    r"\\(?:implies|iff|Rightarrow|Leftrightarrow|Longrightarrow|Longleftrightarrow|therefore|because)(?![A-Za-z])"
    r"|[⇒⇔⟹⟺∴∵]"
)
APART = re.compile(rf"{ARROW.pattern}|\\q?quad(?![A-Za-z])|(?<!\\)&")
RELATED = re.compile(
    rf"[=<>≈≤≥≠∝]|\\(?:{'|'.join(name for name in COMMANDS if COMMANDS[name] in RELATIONS)})(?![A-Za-z])"
)
LONGEST_SIGN = 20  # characters of a sign and the space beside it
BRACKET = re.compile(r"(\\[{}]|[{}()\[\]])")
OPENS, CLOSES = {"{", "(", "["}, {"}", ")", "]"}
MOST_BRACES = 3  # around all of a formula
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
        message = f"here are {len(found)} formulas; each is read by itself: {found[0]}"
        places = (text.find(found[1][:size], 1) for size in (20, 8, 4))
        raise ReadError(message, text, next((place for place in places if place > 0), 0))
    return found[0] if found else ""


def formulas_in(text: str) -> list[str]:
    r"""Return the formulas of an environment, their rows put together.

    >>> formulas_in(r"\begin{align} a &= b + {} \\ & c \\ d &= e \end{align}")
    ['a = b + c', 'd = e']
    """
    if "\\" in text or "\n" in text:
        text = DROPPED.sub(" ", SMALL.sub(r"\1", COMMENT.sub("", text)))
        text = COLOURED.sub("", STACKED.sub(r" \1 ", text))
    text = ENVIRONMENT.sub(" ", _with_cases(_undollared(text)))
    text = EMPTY.sub(" ", SIGN_ALONE.sub(lambda m: f" {m[1]} " if m[1] else "", text))
    found: list[str] = []
    for row in ROW_END.split(text):
        for i, piece in enumerate(_pieces(NUMBER.sub("", row))):
            stripped = " ".join(piece.split())
            if not stripped:
                continue
            goes_on = GOES_ON.match(stripped) and not i
            if found and (goes_on or _waits(found[-1]) or _is_open(found[-1])):
                found[-1] = f"{found[-1]} {stripped}"
            else:
                found.append(stripped)
    return [_bare(formula.rstrip(".,;。，； ")) for formula in found]


def _pieces(row: str) -> list[str]:
    r"""Part a row where a second formula begins: in a column of its own, behind wide space or an arrow.

    >>> _pieces(r"T &= 2BD && U = 4BF")
    ['T = 2BD', 'U = 4BF']
    >>> _pieces(r"a &= b \quad + c \implies a > b")
    ['a = b \\quad + c', 'a > b']
    """
    pieces, start = [""], 0
    marks = [*APART.finditer(row), None]
    for i, mark in enumerate(marks):
        piece = row[start : mark.start() if mark else len(row)].strip()
        start = mark.end() if mark else len(row)
        behind = row[start : start + LONGEST_SIGN].lstrip("& ") if mark and mark[0] == "&" else ""
        sign = marks[i - 1][0] if i and marks[i - 1] else ""  # type: ignore[index]
        last = pieces[-1]
        is_second = not _is_open(last) if ARROW.match(sign) else _is_second(last, piece, behind)
        if is_second:
            pieces.append(piece)
        else:
            space = sign if piece and sign != "&" else ""
            pieces[-1] = " ".join(part for part in (last, space, piece) if part)
    return pieces


def _is_second(last: str, piece: str, behind: str) -> bool:
    """Say whether a piece of a row is a formula of its own, and no part of the one before."""
    related = RELATED.search(_flat(piece)) or RELATED.match(behind)
    if not related or GOES_ON.match(piece) or _waits(last) or _is_open(last):
        return False
    return bool(piece and RELATED.search(_flat(last)))


def _flat(text: str) -> str:
    """Return a text without what stands in brackets."""
    kept, depth = [], 0
    for part in BRACKET.split(text):
        depth += part in OPENS
        if not depth and part not in CLOSES:
            kept.append(part)
        depth = max(depth - (part in CLOSES), 0)
    return "".join(kept)


def _bare(formula: str) -> str:
    """Return a formula without braces around all of it, such as those of a box."""
    for _ in range(MOST_BRACES):
        if not formula.startswith("{") or not RELATED.search(_flat(formula[1:-1])):
            break
        inside, end = group_at(formula, 0)
        if end != len(formula):
            break
        formula = inside.strip()
    return formula


def _undollared(text: str) -> str:
    text = text.strip()
    for opening, closing in PAIRS:
        if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening):
            inside = text[len(opening) : -len(closing)]
            return inside.strip() if opening not in inside else text
    return text


def _waits(row: str) -> bool:
    """Say whether a row ends with a sign that something must stand behind."""
    return WAITS.search(row[-LONGEST_SIGN:]) is not None


def _is_open(row: str) -> bool:
    """Say whether a parenthesis of a row is still open."""
    return sum(map(row.count, "([{")) > sum(map(row.count, ")]}"))


CASES = re.compile(r"\\begin\s*\{(?:d|r)?cases\*?\}(.*?)\\end\s*\{(?:d|r)?cases\*?\}", re.DOTALL)
#: Cases that are written as an array behind a brace, and a matrix, which is one behind another bracket.
BRACED = re.compile(
    r"(?:\\left\s*)?\\(?:\{|lbrace)\s*\\begin\s*\{(array|aligned)\}(?:(?<=\{array\})\s*\{[^{}]*\})?"
    r"(.*?)\\end\s*\{\1\}(?!\s*(?:\\right)?\s*\\\})",
    re.DOTALL,
)
MATRIX = re.compile(
    r"(?:[\[(]|\\left\s*(?:\||\\lvert))\s*\\begin\s*\{array\}\s*(?:\{[^{}]*\})?(.*?)\\end",
    re.DOTALL,
)


def _with_cases(text: str) -> str:
    r"""Write cases as \cases{value \cell condition \row value \cell condition}, for the grammar."""
    for matrix in MATRIX.finditer(text):
        first, *others = ROW_END.split(matrix[1])
        if "&" in first or not all(GOES_ON.match(row.strip()) for row in others):
            message = "a matrix is no formula that is read"
            raise ReadError(message, text, matrix.start())
    text = CASES.sub(_cases, BRACED.sub(r"\\begin{cases}\2\\end{cases}", text))
    for _, name in ENVIRONMENT.findall(text):
        if name not in ENVIRONMENTS:
            message = f"the environment {name} holds no formula that is read"
            raise ReadError(message, text, max(text.find(name), 0))
    return text


def _cases(match: re.Match[str]) -> str:
    inside = re.sub(r"(?<!\\)&[&\s]*", r" \\cell ", ROW_END.sub(r" \\row ", match[1].strip()))
    return rf" \cases{{{inside}}} "
