r"""What a definition begins with: a name and what it depends on, ``L(N, D) = …``.

Elsewhere a letter before a parenthesis multiplies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.reading import orders
from symflops.reading.lexis import FUNCTIONS
from symflops.reading.signs import GREEK_COMMANDS, GROUPING
from symflops.symbols import Symbol

if TYPE_CHECKING:
    from symflops.reading.grammar import FormulaReader

#: What stands between the names that a quantity depends on, and in them.
INSIDE = {",", ";", "_", "{", "}", "'"}


def head(reader: FormulaReader) -> Any:
    """Read a name with what it depends on, alone before a relation; None where there is none."""
    start = reader.at
    if not _is_ahead(reader):
        return None
    if orders.growth(reader) is not None:
        reader.at = start
        return None
    name = reader.operand()
    several = False
    if isinstance(name, Symbol) and reader.take("("):
        reader.operand()
        while reader.take(",", ";"):
            several = True
            reader.operand()
        if reader.take(")") and reader.word.kind == "relation":
            note = f"{name}(…) is read as the quantity {name}"
            if several:
                reader.reading.note(note)
                return name
            if reader.choose("head", note, f"{name}(…) is read as a product"):
                return name
    reader.at = start
    return None


def _is_ahead(reader: FormulaReader) -> bool:
    """Say whether a name, names in parentheses and a relation are all that comes next."""
    word, words = reader.word, reader.words[reader.at :]
    is_name = word.kind in ("letter", "word", "chinese") and word.text not in FUNCTIONS
    if not is_name and not reader.is_command(*GROUPING, *GREEK_COMMANDS):
        return False
    side = next(i for i, word in enumerate(words) if word.kind in ("relation", "end"))
    opening = next((i for i, word in enumerate(words[:side]) if word.text == "("), side)
    inside = words[opening + 1 : side - 1]
    return (
        words[side].kind == "relation"
        and words[side - 1].text == ")"
        and any(word.kind in ("letter", "word", "command", "chinese") for word in inside)
        and all(word.kind not in ("sign", "number") or word.text in INSIDE for word in inside)
    )
