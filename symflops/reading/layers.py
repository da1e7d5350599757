"""Reads layer expressions such as ``Conv2d(C_in, C_out, k, padding='same')`` without evaluating them.

The names are those of layers and models; arguments are arithmetic, words, lists and layers.
"""

from __future__ import annotations

from typing import Any

import symflops
from symflops import zoo
from symflops.arithmetic import ArithmeticReader, Token
from symflops.errors import SymflopsError, UnknownNameError
from symflops.layers.base import Layer

CONSTANTS: dict[str, Any] = {"True": True, "False": False, "None": None}


def layer_names() -> list[str]:
    """Return the names that may stand before a parenthesis, models aside."""
    homes = symflops.homes()
    layers = (name for name, home in homes.items() if home.startswith("symflops.layers."))
    return sorted(set(layers) - {"Layer", "Size"})


def read_layer(text: str) -> Layer:
    """Read a layer, or a model of the zoo by its name.

    >>> read_layer("Sequential(Conv2d(3, 64, 3, padding=1), ReLU())")
    Sequential(Conv2d(3, 64, 3, padding=1), ReLU())

    Raises:
        ReadError: the text is not a layer expression; a caret shows the place.
        ArgumentError: an argument that the layer cannot take.
    """
    if text.strip() in zoo.names():
        model: Layer = zoo.model(text.strip())
        return model
    reader = LayerReader(text)
    start = reader.token
    value = reader.value()
    reader.finish()
    if start.text in layer_names() and reader.at == 1:
        raise reader.error(f"{start.text} needs its arguments, such as {start.text}(…)", start)
    if not isinstance(value, Layer) and start.kind == "name" and reader.at == 1:
        raise UnknownNameError("layer or model", start.text, [*layer_names(), *zoo.names()])
    if not isinstance(value, Layer):
        raise reader.error(
            "this is a size, not a layer; write a layer such as Linear(64, 10)", start
        )
    return value


class LayerReader(ArithmeticReader):
    """Arithmetic with words, lists and layers."""

    operands = "a number, a name, a word in quotes, a list or a layer"

    def operand(self) -> Any:
        """Read one operand of arithmetic, or a word or a list."""
        token = self.token
        if token.kind == "string":
            self.at += 1
            return token.text[1:-1]
        if self.take("["):
            return self.items("]")
        if self.take("("):
            return self.parenthesis()
        return super().operand()

    def parenthesis(self) -> Any:
        """Read a tuple, or one operand in parentheses: (3) is 3, (3,) a tuple."""
        items: list[Any] = []
        while not self.take(")"):
            items.append(self.value())
            if self.take(","):
                continue
            self.expect(")", "to close the parenthesis")
            return items[0] if len(items) == 1 else tuple(items)
        return tuple(items)

    def items(self, closing: str) -> tuple[Any, ...]:
        """Read values parted by commas until a bracket closes."""
        items = []
        while not self.take(closing):
            items.append(self.value())
            if not self.take(","):
                self.expect(closing, "after the last item")
                break
        return tuple(items)

    def name(self, token: Token) -> Any:
        """Read a constant, a layer with its arguments, or a dimension."""
        if token.text in CONSTANTS:
            return CONSTANTS[token.text]
        if self.take("("):
            return self.call(token)
        return super().name(token)

    def call(self, token: Token) -> Any:
        """Read the arguments of a layer and make it."""
        make = self.maker(token)
        positional: list[Any] = []
        named: dict[str, Any] = {}
        while not self.take(")"):
            key = self.keyword()
            value = self.value()
            if key is not None:
                if key.text in named:
                    raise self.error(f"{key.text} is given twice", key)
                named[key.text] = value
            elif named:
                raise self.error("a positional argument cannot follow a keyword", token)
            else:
                positional.append(value)
            if not self.take(","):
                self.expect(")", f"to close the arguments of {token.text}")
                break
        try:
            return make(*positional, **named)
        except SymflopsError as error:
            raise self.error(error.message, token) from None
        except TypeError as error:
            raise self.error(_plain(error), token) from None

    def keyword(self) -> Token | None:
        """Step over ``name=`` if it comes next."""
        name, sign = self.token, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if name.kind == "name" and sign.kind == "sign" and sign.text == "=":
            self.at += 2
            return name
        return None

    def maker(self, token: Token) -> Any:
        """Return what makes the layer of this name."""
        name = token.text.removeprefix("sf.").removeprefix("zoo.")
        if name in zoo.names():
            return getattr(zoo, name)
        known = layer_names()
        if name not in known:
            raise self.error(UnknownNameError("layer", name, [*known, *zoo.names()]).message, token)
        return getattr(symflops, name)


def _plain(error: TypeError) -> str:
    """Say in plain words what Python says of arguments that do not fit."""
    return str(error).replace(".__init__()", "").replace("()", "")
