r"""Sides that are orders of growth: ``O(…)``, ``\mathcal{O}(…)``, ``\tilde O(…)``, ``Θ(…)``, ``\Omega(…)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.reading.readings import Growth
from symflops.reading.signs import GROUPING

if TYPE_CHECKING:
    from symflops.reading.grammar import FormulaReader

ORDERS = {"O": "O", "o": "o", "Theta": "Theta", "Omega": "Omega", "Õ": "~O"}
TILDES = {"tilde", "widetilde"}


def side(reader: FormulaReader) -> Any:
    """Read one side: an expression, an order of growth, or a sum of orders."""
    found = [growth(reader)]
    if found[0] is None:
        return reader.value()
    while reader.take("+"):
        found.append(growth(reader))
    orders = {order.order for order in found if order is not None}
    if None in found or len(orders) > 1 or not reader.is_end_of_side():
        raise reader.error("an order of growth stands alone on its side, or beside others like it")
    if len(found) > 1:
        reader.reading.note("a sum of orders is read as the order of the sum")
    return Growth(orders.pop(), sum(order.expr for order in found if order is not None))


def growth(reader: FormulaReader) -> Growth | None:
    """Read an order of growth if one comes next."""
    start, braces, soft = reader.at, 0, ""
    while reader.is_sign("{") or reader.is_command(*TILDES, *GROUPING):
        word = reader.step()
        braces += word.text == "{"
        soft = "~" if word.text in TILDES else soft
    name = reader.step()
    while braces and reader.take("}"):
        braces -= 1
    if braces or not is_order(reader, name.text):
        reader.at = start
        return None
    reader.step()
    inside = reader.value()
    reader.expect(")", "to close the order of growth")
    return Growth(soft + ORDERS[name.text], inside)


def is_order(reader: FormulaReader, name: str) -> bool:
    """Say whether a name with a parenthesis behind it is an order, and no symbol."""
    if name not in ORDERS or name in reader.known or not reader.is_sign("("):
        return False
    for i, word in enumerate(reader.words[:-1]):
        behind = reader.words[i + 1]
        if word.text == name and word.kind == "letter" and behind.text not in ("(", "}"):
            return False  # (2I − 1)O: there O is a symbol
    return True
