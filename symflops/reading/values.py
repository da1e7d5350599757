"""Reads shapes and values from text: ``C_in,H,W`` and ``H=224,W=224``."""

from __future__ import annotations

from typing import Any

from symflops.arithmetic import ArithmeticReader
from symflops.errors import ReadError


def read_shapes(text: str) -> Any:
    """Read a shape; several are parted by semicolons.

    >>> read_shapes("3,H,W")
    (3, H, W)

    Raises:
        ReadError: a size that is not arithmetic.
    """
    shapes = [_shape(part) for part in text.split(";")]
    return shapes[0] if len(shapes) == 1 else shapes


def _shape(text: str) -> tuple[Any, ...]:
    text = text.strip()
    try:
        return _sizes(text)
    except ReadError:
        if not (text.startswith("(") and text.endswith(")")):
            raise
    return _sizes(text[1:-1])  # (C, H, W) as in Python


def _sizes(text: str) -> tuple[Any, ...]:
    reader = ArithmeticReader(text)
    sizes = [reader.value()]
    while reader.take(",") and reader.token.kind != "end":
        sizes.append(reader.value())
    reader.finish()
    return tuple(sizes)


def read_values(text: str) -> dict[str, Any]:
    """Read values by name.

    >>> read_values("H=224, W=2*H")
    {'H': 224, 'W': 2*H}

    Raises:
        ReadError: something that is not ``name=value``.
    """
    reader = ArithmeticReader(text)
    values: dict[str, Any] = {}
    while True:
        name = reader.token
        if name.kind != "name":
            raise reader.error(f"expected a name, as in H=224, got {reader.shown()}")
        reader.at += 1
        reader.expect("=", f"after {name.text}")
        if name.text in values:
            raise reader.error(f"{name.text} is given twice", name)
        values[name.text] = reader.value()
        if not reader.take(","):
            reader.finish()
            return values
