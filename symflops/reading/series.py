r"""Sums and products over an index: ``\sum_{i=1}^{L}``, ``\prod_{j<l}``, ``Σ_(l=1..L)``, ``Sum(…, (i, 1, L))``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.exprs import ONE
from symflops.reading.cursor import MAX_PARTS
from symflops.symbols import dim, index

if TYPE_CHECKING:
    from symflops.reading.grammar import FormulaReader
    from symflops.reading.lexis import Word

SUMS = {"∑", "Σ", "Sigma", "sum", "Sum"}


def over_index(reader: FormulaReader, word: Word) -> Any:
    """Read a sum or a product over an index; without limits it runs to a size of its own."""
    name, first, last = limits(reader, word)
    if last is None:
        last = dim(f"n_{name}")
        note = f"the limits of the index {name} are not said; it runs from 1 to n_{name}"
        reader.reading.note(note)
    outer = reader.bound
    reader.bound = {**outer, name: index(name)}
    term = reader.product()
    reader.bound = outer
    return made(reader, word, term, (index(name), first, last))


def made(reader: FormulaReader, word: Word, term: Any, over: tuple[Any, Any, Any]) -> Any:
    """Return the sum or the product of a term."""
    span = over[2] - over[1] + 1
    for inner in term.atoms(sympy.Sum, sympy.Product):
        inside = inner.limits[0][2] - inner.limits[0][1] + 1
        span = span * inside if inside.is_Integer and span.is_Integer else span
    if span.is_Integer and span > MAX_PARTS:
        raise reader.error(f"a sum over numbers has at most {MAX_PARTS:,} terms", word)
    kind = sympy.Sum if word.text in SUMS else sympy.Product
    return kind(term, over)


def limits(reader: FormulaReader, word: Word) -> tuple[str, Any, Any]:
    r"""Read the limits below and above: _{i=1}^{L}, _i, _{i<l}, _(l=1..L)."""
    name, first, last = "", ONE, None
    for _ in range(2):
        if reader.take("_"):
            closing = "}" if reader.take("{") else ")" if reader.take("(") else ""
            found = reader.step()
            if found.kind not in ("letter", "word", "command"):
                raise reader.error("expected the index of the sum, as in \\sum_{i=1}^{L}", found)
            name = found.text
            if closing:
                first, end = _said(reader) if reader.word.kind == "relation" else (ONE, None)
                last = last if end is None else end
                reader.expect(closing, "to close the limits of the sum")
        elif reader.take("^"):
            last = reader.argument()
    if not name:
        raise reader.error("a sum needs its index: \\sum_{i=1}^{L}", word)
    return name, first, last


def _said(reader: FormulaReader) -> tuple[Any, Any]:
    r"""Read what is said of an index: =1, =1..L, <l, \le L."""
    sign = reader.step()
    value = reader.value()
    if sign.text == "=":
        return value, (reader.value() if reader.take("..") else None)
    if sign.text in ("<", "<="):
        return ONE, value - (1 if sign.text == "<" else 0)
    raise reader.error("expected i=1, i<n or i\\le n below the sum", sign)


def in_python(reader: FormulaReader, word: Word) -> Any:
    """Read ``Sum(term, (i, 1, L))`` as Python writes it; the name was read."""
    if not reader.is_sign("("):
        raise reader.error(f"expected '(' behind {word.text}, got {reader.shown()}")
    end = reader.closing(reader.at)
    name = _index_of(reader, end, word)
    reader.step()
    outer = reader.bound
    reader.bound = {**outer, name: index(name)}
    term = reader.value()
    reader.bound = outer
    reader.expect(",", f"behind the term of {word.text}")
    reader.expect("(", "before the index and its limits")
    reader.step()
    reader.expect(",", "behind the index")
    first = reader.value()
    reader.expect(",", "behind the first place")
    last = reader.value()
    reader.expect(")", "behind the limits")
    reader.expect(")", f"to end the arguments of {word.text}")
    return made(reader, word, term, (index(name), first, last))


def _index_of(reader: FormulaReader, end: int, word: Word) -> str:
    """Return the index that the last parenthesis before ``end`` begins with."""
    depth = 0
    for i in range(end - 1, reader.at, -1):
        text = reader.words[i].text
        depth += (text == ")") - (text == "(")
        if depth == 0:
            if text == "(" and reader.words[i + 1].kind in ("word", "letter"):
                return reader.words[i + 1].text
            break
    message = f"{word.text} takes a term and its limits: {word.text}(C_i, (i, 1, L))"
    raise reader.error(message, word)
