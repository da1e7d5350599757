"""Functions of plain text and of LaTeX: floor, ceiling, max, min, gcd, roots and logarithms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.exprs import gcd, log2, minimum, over_one_line
from symflops.floors import ceiling_quotient, whole
from symflops.reading.series import in_python

if TYPE_CHECKING:
    from symflops.reading.grammar import FormulaReader
    from symflops.reading.lexis import Word

SPELLED = {"Max": "max", "Min": "min", "maximum": "max", "minimum": "min", "ceil": "ceiling"}
#: The least and the most arguments of each function.
ARGUMENTS = {"Rational": (2, 2), "log": (1, 2), "max": (1, 4), "min": (1, 8), "gcd": (2, 2)}
LOGARITHMS = {"log", "ln", "log2", "log_2", "log10"}
TWO, TEN = sympy.Integer(2), sympy.Integer(10)


def function(reader: FormulaReader, word: Word) -> Any:
    """Apply a function of plain text or Python; its name was read."""
    name = SPELLED.get(word.text, word.text)
    if name in ("Sum", "Product"):
        return in_python(reader, word)
    if name in LOGARITHMS:
        return logarithm(reader, word)
    if name == "sqrt" and not reader.is_sign("("):
        return root(reader.power())
    return applied(reader, name, arguments(reader, word), word)


def arguments(reader: FormulaReader, word: Word) -> list[Any]:
    """Read values in parentheses, parted by commas."""
    closing = {"(": ")", "{": "}", "[": "]"}.get(reader.word.text)
    if closing is None or reader.word.kind != "sign":
        raise reader.error(f"expected '(' behind {word.text}, got {reader.shown()}")
    reader.step()
    is_wrapped = closing == "}" and reader.is_sign("(")
    if is_wrapped and reader.words[reader.closing(reader.at) + 1].text == "}":
        found = arguments(reader, word)  # \operatorname{gcd}{\left(a, b\right)}
    else:
        found = [reader.value()]
        while reader.take(","):
            found.append(reader.value())
    reader.expect(closing, f"to end the arguments of {word.text}")
    return found


def applied(reader: FormulaReader, name: str, values: list[Any], word: Word) -> Any:
    """Apply a function to what was read."""
    least, most = ARGUMENTS.get(name, (1, 1))
    if not least <= len(values) <= most:
        counts = (
            f"{least} to {most} arguments"
            if least != most
            else f"{least} argument" + "s" * (least > 1)
        )
        raise reader.error(f"{name} takes {counts}, got {len(values)}", word)
    first = values[0]
    if name == "Rational":
        if not all(value.is_Rational for value in values) or values[1] == 0:
            raise reader.error("Rational needs two numbers, and the second is not 0", word)
        return first / values[1]
    if name == "sqrt":
        return root(first)
    if name == "floor":
        return whole(first)
    if name == "ceiling":
        return ceiling(first)
    if name == "gcd":
        return gcd(*values)
    return reader.bounded(extreme(name, values), word)


def root(value: Any) -> Any:
    """Return a square root."""
    return sympy.sqrt(value)


def ceiling(value: Any) -> Any:
    """Return ⌈value⌉ in canonical form."""
    above, below = over_one_line(value)
    if above.is_integer and below.is_integer:
        return ceiling_quotient(above, below)
    return -whole(-value)


def extreme(name: str, values: list[Any]) -> Any:
    """Return the smallest or the greatest: max(a, b) is a + b − min(a, b)."""
    value = values[0]
    for other in values[1:]:
        least = minimum(value, other)
        value = least if name == "min" else value + other - least
    return value


def logarithm(reader: FormulaReader, word: Word) -> Any:
    r"""Read ``log2(n)``, ``log(n, 2)``, ``\log_2 n``; the name was read."""
    base = {"log2": TWO, "log_2": TWO, "log10": TEN}.get(word.text)
    if reader.take("_"):
        base = reader.argument()
    values = arguments(reader, word) if reader.is_sign("(") else [reader.power()]
    if len(values) > (1 if base else 2):
        raise reader.error(f"a logarithm takes a number and a base, got {len(values)} values", word)
    if len(values) > 1:
        base = values[1]
    if values[0].is_nonpositive or (base is not None and (base.is_nonpositive or base == 1)):
        raise reader.error("a logarithm needs positive numbers, and a base that is not 1", word)
    if base is None:
        if word.text == "log":
            reader.reading.note("log without a base is read as the natural logarithm")
        return sympy.log(values[0])
    return log2(values[0]) if base == TWO else log2(values[0]) / log2(base)


def function_of_latex(reader: FormulaReader, word: Word) -> Any:
    r"""Read ``\log_2 n``, ``\max(a, b)``, ``\min\{a, b\}``; the command was read."""
    if word.text in LOGARITHMS:
        return logarithm(reader, word)
    if reader.is_sign("_"):
        raise reader.error(
            f"\\{word.text} is read with its values in parentheses: \\{word.text}(a, b)"
        )
    return applied(reader, word.text, arguments(reader, word), word)
