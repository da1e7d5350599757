r"""Names: a letter with what stands below and beside it, a word that is set as a word, places in a family.

``C_{in}``, ``C_{\text{in}}`` and ``C_in`` are one symbol, ``C_in``; a prime is ``_prime``, a hat ``_hat``.
A subscript with an index in it is a place: ``C_{l-1}`` is the member ``C[l - 1]``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sympy import Integer, Mul

from symflops.reading.amounts import unit_of
from symflops.reading.lexis import NUMBERED
from symflops.reading.signs import ACCENTS, GROUPING, QUANTITIES, USUAL_SUBSCRIPTS, WORDS
from symflops.symbols import Family, Member, dim

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.reading.grammar import FormulaReader
    from symflops.reading.lexis import Word

#: A number, and its unit if it has one.
AMOUNT = re.compile(r"\s*\d[\d.,]*\s*([^\W\d_]*)\s*")
#: How a sign is spelled in the name of a symbol.
SPELLED = {"-": "minus", "+": "plus", ",": "_", "_": "_", "*": "star", "'": "prime", "/": "_"}


def free_indices(words: Sequence[Word]) -> set[str]:
    r"""Return the letters that subscripts count with: i, where :math:`r_{i+1}` or :math:`s_{i-1}` stands."""
    found = set()
    for i, word in enumerate(words[:-4]):
        if word.kind == "sign" and word.text == "_" and words[i + 1].text == "{":
            letter, sign, number = words[i + 2 : i + 5]
            if letter.kind == "letter" and sign.text in ("+", "-") and number.kind == "number":
                found.add(letter.text)
    return found


def named(reader: FormulaReader, word: Word) -> Any:
    """Read a symbol: its first word was read."""
    if word.text in reader.bound and not reader.is_sign("_"):
        return reader.bound[word.text]
    if word.kind == "word" and not reader.latex and word.text not in reader.known:
        if reader.is_sign("[") and not reader.word.spaced:
            return _indexed(reader, word)
        name = _with_next_words(reader, word)
        is_run = name == word.text and name.isascii() and name.isalpha() and name.isupper()
        if is_run and _is_split(reader, word):
            return Mul(*map(dim, word.text))
        return marked(reader, name, word)
    if word.kind in ("word", "chinese") and word.text not in reader.known:
        name = _with_next_words(reader, word)
        is_spelled = name == word.text and name.isalpha() and name not in QUANTITIES
        is_spelled &= word.kind == "word"
        if is_spelled or NUMBERED.fullmatch(name):
            reader.reading.note(f"{name} is read as one name")
        return marked(reader, name, word)
    return marked(reader, word.text, word)


def _is_split(reader: FormulaReader, word: Word) -> bool:
    """Say whether capitals in plain text are read one by one; a program means one name by them."""
    if len(word.text) == 1 or word.text in QUANTITIES or "*" in reader.text:
        return False
    return not reader.choose(
        "capitals",
        f"{word.text} is read as one name",
        f"{word.text} is read letter by letter",
    )


def _indexed(reader: FormulaReader, word: Word) -> Any:
    """Read a member of a family as Python writes it: ``C[l - 1]``."""
    reader.step()
    place = reader.value()
    reader.expect("]", "behind the place in a family")
    return Member(Family(dim(word.text).name), place)


def _with_next_words(reader: FormulaReader, word: Word) -> str:
    """Join words that are written out: hidden size is one name."""
    first, name = word, word.text
    while reader.word.spaced and reader.word.text not in reader.known and _are_one(reader, word):
        word = reader.step()
        name += f"_{word.text}"
    if name != first.text:
        reader.reading.note(f"{name.replace('_', ' ')} is read as one name")
    return name


def _are_one(reader: FormulaReader, word: Word) -> bool:
    """Say whether the next word and the one before it are one name: hidden size, KV 缓存."""
    pair = (word, reader.word)
    if all(w.kind == "word" and (w.text == "KV" or w.text.lower() in WORDS) for w in pair):
        return True
    are_words = all(w.kind == "chinese" or (w.kind == "word" and len(w.text) > 1) for w in pair)
    is_chinese = "chinese" in {w.kind for w in pair} and unit_of(reader.word.text) is None
    return are_words and is_chinese and not reader.latex


def marked(reader: FormulaReader, name: str, word: Word) -> Any:
    """Return the symbol of a name with what stands below and beside it."""
    place = None
    while True:
        if reader.is_sign("^"):
            raised = _raised_name(reader)
            if not raised:
                break
            name += raised
        elif reader.take("_"):
            below, place = subscript(reader)
            name += f"_{below}" if below else ""
        elif reader.is_sign("'", "''"):
            name += "_prime" * len(reader.step().text)
        else:
            break
    return symbol(reader, name, place, word)


def symbol(reader: FormulaReader, name: str, place: Any, word: Word) -> Any:
    """Return the dimension of a finished name, or the member of a family."""
    front, _, last = name.rpartition("_")
    if place is None and front and (last in reader.bound or last in reader.indices):
        name, place = front, reader.bound.get(last, dim(last))
    if name in reader.known and place is None:
        return reader.known[name]
    if not name.isidentifier():
        raise reader.error(f"{name!r} is no name for a dimension", word)
    return dim(name) if place is None else Member(Family(dim(name).name), place)


def _raised_name(reader: FormulaReader) -> str:
    r"""Read what stands above a letter and belongs to its name: ^\prime, ^*, ^{(l)}, ^{\text{enc}}.

    An exponent with a subscript behind it, C^2_{in}, goes behind the subscript.
    """
    start = reader.at
    braced = reader.peek().text == "{"
    end = reader.closing(start + 1) if braced else start + 1
    inside = reader.words[start + 2 : end] if braced else [reader.peek()]
    name = _name_above([word.text for word in inside], [word.kind for word in inside], reader)
    if name:
        reader.at = end
        reader.step()
        return name
    behind = reader.words[min(end + 1, len(reader.words) - 1)]
    if behind.kind == "sign" and behind.text == "_" and _is_short(inside):
        _subscript_first(reader, start, end)
        reader.step()
        below, _ = subscript(reader)
        return f"_{below}"
    return ""


def _is_short(inside: Sequence[Word]) -> bool:
    return len(inside) == 1 and inside[0].kind == "number"


def _subscript_first(reader: FormulaReader, start: int, end: int) -> None:
    """Move the exponent from ``start`` to ``end`` behind the subscript that follows it."""
    last = end + 2
    if reader.words[last].text == "{":
        last = reader.closing(last)
    words = reader.words
    words[start : last + 1] = [*words[end + 1 : last + 1], *words[start : end + 1]]


def _name_above(texts: list[str], kinds: list[str], reader: FormulaReader) -> str:
    if texts and set(texts) <= {"prime", "'", "''"}:
        return "_prime" * sum(2 if text == "''" else 1 for text in texts)
    if texts in (["*"], ["star"], ["ast"]):
        return "_star"
    if texts in (["+"], ["-"]):
        return f"_{SPELLED[texts[0]]}"
    if len(texts) == 3 and texts[0] == "(" and kinds[1] in ("letter", "number"):  # noqa: PLR2004
        reader.reading.note(f"({texts[1]}) above a letter is read as part of its name")
        return f"_{texts[1]}"
    if len(texts) > 3 and texts[0] in GROUPING and texts[1] == "{" and texts[-1] == "}":  # noqa: PLR2004
        word = "".join(texts[2:-1])
        if word.isalpha():
            reader.reading.note(f"{word} above a letter is read as part of its name")
            return f"_{word}"
    return ""


def subscript(reader: FormulaReader) -> tuple[str, Any]:
    """Read what stands below a letter: a name, and the place in a family where an index is in it."""
    word = reader.word
    if word.kind == "sign" and word.text in ("{", "("):
        return _braced(reader)
    if word.kind == "command":
        reader.step()
        return (_word_of(reader.raw()) if word.text in GROUPING else word.text), None
    if word.kind not in ("letter", "word", "number", "chinese"):
        raise reader.error(f"expected a subscript, got {reader.shown()}")
    if word.text in reader.bound:
        reader.step()
        return "", reader.bound[word.text]
    return (_unbraced(reader) if word.kind == "letter" else reader.step().text), None


def _braced(reader: FormulaReader) -> tuple[str, Any]:
    end = reader.closing(reader.at)
    inside = reader.words[reader.at + 1 : end]
    commas = [i for i, word in enumerate(inside) if word.text == "," and word.kind == "sign"]
    last = commas[-1] + 1 if commas else 0
    indices = reader.indices | set(reader.bound)
    place = None
    if indices.intersection(w.text for w in inside[last:]) and _is_place(inside[last:], indices):
        reader.at += 1 + last
        before = reader.bound
        reader.bound = {**{index: dim(index) for index in reader.indices}, **before}
        place = reader.value()
        reader.bound = before
        inside = inside[: max(last - 1, 0)]
    if reader.at > end or (place is not None and reader.at != end):
        raise reader.error(f"expected the end of the subscript, got {reader.shown()}")
    reader.at = end
    reader.step()
    return _spelled(inside), place


def _is_place(inside: Sequence[Word], indices: set[str]) -> bool:
    """Say whether a subscript counts: i, i - 1, 2i + 1."""
    letters = [word.text for word in inside if word.kind not in ("sign", "number")]
    return set(letters) <= indices and not (len(letters) > 1 and len(letters) == len(inside))


def _spelled(inside: Sequence[Word]) -> str:
    r"""Return what stands below as a name; in text a space parts words, as in ``\text{kv cache}``."""
    pieces, is_text = [], False
    for word in inside:
        if word.kind == "command" and word.text in GROUPING:
            is_text = word.text.startswith("text") or word.text in ("mbox", "hbox")
            continue
        space = " " if is_text and word.spaced else ""
        if word.kind == "sign" and word.text in "{}()":
            is_text &= word.text != "}"
            pieces.append(space)
            continue
        text = SPELLED.get(word.text, word.text) if word.kind == "sign" else word.text
        pieces.append(space + text)
    return _word_of("".join(pieces))


def _word_of(text: str) -> str:
    r"""Return the name that a text is: head\_dim, batch size."""
    text = re.sub(r"\\[A-Za-z]+|[\\{}]", lambda m: "" if m[0] in "\\{}" else " ", text)
    return "_".join("".join(c if c.isalnum() else " " for c in text).split())


def _unbraced(reader: FormulaReader) -> str:
    """Read a subscript without braces: a usual word such as in, out, ff; else one letter, as LaTeX does."""
    letters = []
    for i, word in enumerate(reader.words[reader.at :]):
        if word.kind != "letter" or (i and word.spaced):
            break
        letters.append(word.text if len(word.text) == 1 else "|")
    run = "".join(letters)
    ends = reader.words[reader.at + len(letters)].text != "_"
    for name in USUAL_SUBSCRIPTS:
        behind = run[len(name) : len(name) + 1]
        if run.startswith(name) and (not behind.islower() if behind else ends):
            reader.at += len(name)
            return name
    if len(run) > 2 and ends and run.islower() and "\\" not in reader.text:  # noqa: PLR2004
        reader.at += len(run)
        reader.reading.note(f"{run} below a letter is read as one word")
        return run
    return reader.step().text


def grouped(reader: FormulaReader, word: Word) -> Any:
    r"""Read a word that is set as a word: \text{head\_dim}, \mathrm{FLOPs}; or a letter in another face."""
    if not reader.is_sign("{"):
        return reader.operand()  # \rm N, \mathcal O
    inside = reader.words[reader.at + 1 : reader.closing(reader.at)]
    if len(inside) and inside[0].kind == "command" and inside[0].text in ACCENTS:
        return reader.operand()
    start, text = reader.at, reader.raw()
    if word.text == "operatorname" and text.strip() in ("max", "min", "log", "gcd"):
        from symflops.reading.functions import function_of_latex  # noqa: PLC0415 - each needs the other

        return function_of_latex(reader, word._replace(text=text.strip()))
    amount = AMOUNT.fullmatch(text)
    if amount and unit_of(amount[1] or "%", apart=True):
        reader.at = start
        return reader.group()  # \textbf{14 GB}
    if greek := re.fullmatch(r"\s*\\([A-Za-z]+)\s*", text):
        return marked(reader, greek[1], word)
    name = _word_of(text)
    if not name:
        return Integer(1)
    place = reader.peek()
    if reader.is_sign("[") and not reader.word.spaced and reader.peek(2).text == "]":
        for _ in range(3):  # \\text{padding}[0]
            reader.step()
        name += f"_{place.text}"
    return marked(reader, name, word)


def accented(reader: FormulaReader, word: Word) -> Any:
    r"""Read a letter with a hat, a tilde or a bar: \hat L is L_hat."""
    braces = 0
    while reader.is_sign("{") or reader.is_command(*GROUPING):
        braces += reader.step().text == "{"
    inner = reader.step()
    if inner.kind not in ("letter", "word", "command"):
        raise reader.error("expected a letter below the accent", inner)
    name = inner.text
    while braces and reader.take("_"):
        name += f"_{subscript(reader)[0]}"
    for _ in range(braces):
        reader.expect("}", "to close the accent")
    return marked(reader, f"{name}_{ACCENTS[word.text]}", word)
