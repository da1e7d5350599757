"""A published model: its layers, the input it brings, and numbers that others printed for it."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

from symflops.layers.base import Layer, written
from symflops.layers.combine import Container
from symflops.symbols import dim, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sympy

    from symflops.layers.base import Forward
    from symflops.symbols import Symbol
    from symflops.trace import Shape


@dataclass(frozen=True)
class Published:
    """A number that somebody printed for a model: what, how much, at which input, and where."""

    quantity: str
    value: int
    source: str
    input: tuple[int, ...] = ()


class Model(Container, init=False):
    """Layers in order, with the name and the arguments that make them; prints as its own call."""

    arity: ClassVar[int | None] = None
    name: str
    arguments: tuple[tuple[str, Any], ...]

    def __init__(
        self, name: str, arguments: tuple[tuple[str, Any], ...], body: Layer, channels: int
    ) -> None:
        children = body.children if isinstance(body, Container) else (("0", body),)
        values = {"children": children, "name": name, "arguments": arguments, "_channels": channels}
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def forward(self, *inputs: Shape) -> Forward:
        """Pass each layer's output on to the next."""
        for name, layer in self.children:
            output = yield name, layer, *inputs
            inputs = (output,)
        return inputs

    @property
    def input(self) -> tuple[Any, ...]:
        """The input that the model brings: its channels, and symbols for height and width."""
        return (exact(self._channels), dim("H"), dim("W"))  # type: ignore[attr-defined]

    @property
    def published(self) -> tuple[Published, ...]:
        """Numbers that others printed for the model with its published sizes."""
        return () if self.arguments else PUBLISHED.get(self.name, ())

    @property
    def paper(self) -> str:
        """Where the model was published."""
        return PAPERS[self.name]

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Self:
        """Return the model with symbols replaced."""
        changed = super().substituted(swaps)
        arguments = tuple((key, value.xreplace(swaps)) for key, value in self.arguments)
        object.__setattr__(changed, "arguments", arguments)
        return changed

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={written(value)}" for key, value in self.arguments)
        return f"zoo.{self.name}({given})"


PAPERS: dict[str, str] = {}
PUBLISHED: dict[str, tuple[Published, ...]] = {}
MODELS: dict[str, Callable[..., Model]] = {}


def register(
    name: str, build: Callable[..., Layer], paper: str, *published: Published, channels: int = 3
) -> Callable[..., Model]:
    """Make a builder of layers a model of the zoo, and return the function that users call."""
    signature = inspect.signature(build)

    @functools.wraps(build)
    def make(*positional: Any, **named: Any) -> Model:
        bound = signature.bind(*positional, **named)
        arguments = tuple(
            (key, exact(value))
            for key, value in bound.arguments.items()
            if exact(value) != signature.parameters[key].default
        )
        return Model(name, arguments, build(*positional, **named), channels)

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"{inspect.getdoc(build)}\n\nSource: {paper}."
    PAPERS[name], PUBLISHED[name], MODELS[name] = paper, published, make
    return make


TORCHVISION = "torchvision 0.29.1, weights IMAGENET1K_V1 (num_params, _ops)"


def torchvision(params: int, macs: int | None = None) -> tuple[Published, ...]:
    """Return what torchvision publishes for a model at 3 × 224 × 224."""
    numbers = {"params": params, "macs": macs}
    return tuple(
        Published(quantity, value, TORCHVISION, (3, 224, 224))
        for quantity, value in numbers.items()
        if value is not None
    )
