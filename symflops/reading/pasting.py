"""Text that was pasted out of a PDF or a web page: what was lost on the way, and what was copied.

Exponents come down to the line (n2), subscripts too (Cin), and web pages hold a formula up to three times:
in letters one by one, in LaTeX, and as it is drawn. Whatever is put right is noted, and what stands there
is offered as another reading.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from symflops.reading.lexis import FUNCTIONS, MATH_LETTERS, is_latex, plain
from symflops.typeset.spelling import LETTERS

PIECE = re.compile(r"\\[A-Za-z]+|[^\W_]")
MARKS = re.compile(r"[\\_^{}]")
LEAST = {2: 2, 3: 1}  # letters and digits of a copy, where there are so many
LEAST_ALIKE = 4  # of copies that are no different from each other
MOST_CUTS = 50  # places at which one copy may end
#: What stands between two factors or sides, and not between two copies: 4096\cdot4096.
OPERATOR = re.compile(r"\\(?:cdot|times|div|approx|leq?|geq?)(?![A-Za-z])|[-+*/=<>≈≤≥×·∗−]")
#: n2 and 4nd2, but neither log2 nor c_12 nor x10.
FLAT_DIGIT = re.compile(r"(?<![\\_{A-Za-z])([A-Za-z]*?)([A-Za-z])(\d)(?![\d.])")
FLAT_GROUP = re.compile(r"\)(\d)(?![\d.,])")
FLAT_TEN = re.compile(r"((?:[×·*]|\\times|\\cdot)\s*10)(\d{1,2})(?!\d)")
FLAT_WORD = re.compile(r"(?<![\\_{A-Za-z])[A-Za-z]{2,}(?![A-Za-z]|\()")
FLAT_SUBSCRIPT = re.compile(r"([A-Z])(in|out)")
KERNEL = re.compile(r"k([hwHW])")


class Variant(NamedTuple):
    """One way to put a pasted text right, and what was done."""

    text: str
    notes: list[str]


def variants(text: str) -> list[Variant]:
    """Return the ways to read a pasted text, the likeliest first.

    >>> [variant.text for variant in variants("4n2d")]
    ['4n^{2}d', '4n_{2}d', '4n2d']
    >>> variants("C i n ∗ k h C_{in}*k_h Cinkh")[0].text
    'C_{in}*k_h'
    """
    letters = ["mathematical letters are read as plain ones"] if MATH_LETTERS.search(text) else []
    text, notes = one_copy(plain(text))
    notes = letters + notes
    latex = is_latex(text)
    found = []
    for above in (True, False):
        done: list[str] = []
        put_right = _digits(_subscripts(text, done, latex=latex), done, latex=latex, above=above)
        found.append(Variant(put_right, notes + done))
    if found[0].text != text:
        found.append(Variant(text, [*notes, "letters and digits are read as they stand"]))
    if ten := FLAT_TEN.search(found[0].text):
        note = f"10{ten[2]} read as 10^{ten[2]}"
        found.append(Variant(FLAT_TEN.sub(r"\1^{\2}", found[0].text), [*found[0].notes, note]))
    texts = [variant.text for variant in found]
    return [variant for i, variant in enumerate(found) if variant.text not in texts[:i]]


def one_copy(text: str) -> tuple[str, list[str]]:
    r"""Return one copy of a formula that stands there two or three times, and a note that it did.

    >>> one_copy(r"n × m n \times m n×m")
    ('n \\times m', ['the formula stands there 3 times; read as n \\times m'])
    """
    pieces = [
        (letter, match.start(), match.end())
        for match in PIECE.finditer(text)
        for letter in _bare(match[0])
    ]
    for times in (3, 2):
        size, rest = divmod(len(pieces), times)
        if rest or size < LEAST[times]:
            continue
        letters = [piece[0] for piece in pieces]
        if letters[:size] * times != letters:
            continue
        gaps = [(pieces[i - 1][2], pieces[i][1]) for i in range(size, len(pieces), size)]
        copies = _cut(text, gaps)
        alike = len({"".join(copy.split()) for copy in copies}) == 1  # b b b is b³
        if copies and (size >= LEAST_ALIKE or not alike):
            best = max(copies, key=_marks)
            return best, [f"the formula stands there {times} times; read as {best}"]
    return text, []


def _bare(piece: str) -> str:
    r"""Return the letters that a piece is drawn with: α for \alpha, max for \max; none for other commands."""
    name = piece.removeprefix("\\")
    return piece if name == piece else LETTERS.get(name, name if name in FUNCTIONS else "")


def _cut(text: str, gaps: list[tuple[int, int]]) -> list[str]:
    """Cut a text in each gap, so that parentheses close; nothing where that cannot be.

    There is white space in a gap, or one copy is LaTeX and another as it is drawn: L2L^2.
    """
    if any(OPERATOR.search(text[first:last]) for first, last in gaps):
        return []
    copies, start, are_apart = [], 0, True
    for first, last in gaps:
        places = [first + match.start() for match in re.finditer(r"\s+", text[first:last])]
        are_apart &= bool(places)
        places = places[:MOST_CUTS] or [*range(first, last + 1)][:MOST_CUTS]
        closed = [at for at in places if _is_closed(text[start:at])]
        end = (closed or places)[0]
        copies.append(text[start:end].strip())
        start = end
    copies.append(text[start:].strip())
    are_marked = {bool(MARKS.search(copy)) for copy in copies}
    return copies if are_apart or len(are_marked) > 1 else []


def _is_closed(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}"))


def _marks(copy: str) -> tuple[int, int]:
    return len(MARKS.findall(copy)), sum(not c.isalnum() and not c.isspace() for c in copy)


def _subscripts(text: str, done: list[str], *, latex: bool) -> str:
    """Put the usual subscripts back: Cin is C_in, and kh beside kw is k_h."""
    kernels = {"kh", "kw"} <= set(
        KERNEL.findall(text.lower()) and re.findall("k[hw]", text.lower())
    )

    def below(match: re.Match[str]) -> str:
        shown = f"{match[0][0]}_{match[0][1:]}"
        note = f"{match[0]} read as {shown}"
        if note not in done:
            done.append(note)
        return f"{match[0][0]}_{{{match[0][1:]}}}" if latex else shown

    def word(match: re.Match[str]) -> str:
        if match[0] in FUNCTIONS:
            return match[0]
        if not latex and len(match[0]) > len("Cout"):
            return match[0]
        found = FLAT_SUBSCRIPT.sub(below, match[0])
        return KERNEL.sub(below, found) if kernels else found

    return FLAT_WORD.sub(word, text)


def _digits(text: str, done: list[str], *, latex: bool, above: bool) -> str:
    """Put digits behind letters back above them, or below."""
    runs = {(m[2], m[3]) for m in FLAT_DIGIT.finditer(text)}
    numbered = {letter for letter, digit in runs if digit in "01"}  # c1 c2: c2 is no square

    def marked(match: re.Match[str]) -> str:
        front, letter, digit = match.groups()
        if front + letter in FUNCTIONS or front + letter + digit in FUNCTIONS:
            return match[0]
        is_power = above and letter not in numbered
        sign = ("^" if latex else "**") if is_power else "_"
        done.append(f"{letter}{digit} read as {letter}{'^' if is_power else '_'}{digit}")
        return f"{front}{letter}{sign}{{{digit}}}" if latex else f"{front}{letter}{sign}{digit}"

    text = FLAT_DIGIT.sub(marked, text)
    if FLAT_GROUP.search(text):
        done.append("a digit behind a parenthesis is read as its exponent")
        text = FLAT_GROUP.sub(r")^{\1}" if latex else r")**\1", text)
    return text
