"""A published model: its layers, the input it brings, and numbers that others printed for it."""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import sympy

from symflops import zoo
from symflops.errors import ArgumentError, ShapeError
from symflops.layers.base import Layer, symbols_of, written
from symflops.layers.combine import Container
from symflops.symbols import dim, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from symflops.layers.base import Forward, Require
    from symflops.symbols import Symbol
    from symflops.trace import Shape


@dataclass(frozen=True)
class Published:
    """A number that somebody printed for a model: what, how much, at which input, and where."""

    quantity: str
    value: int
    source: str
    input: tuple[int, ...] = ()


class Model(Layer):
    """A network by its name and the arguments that are not the published ones; prints as its own call."""

    arity: ClassVar[int | None] = None
    name: str
    arguments: tuple[tuple[str, Any], ...] = ()

    @functools.cached_property
    def body(self) -> Layer:
        """The network.

        Raises:
            ArgumentError: an argument with which sizes cannot be computed.
        """
        try:
            return BUILDERS[self.name](**self.given)
        except TypeError as error:
            odd = {k: v for k, v in self.arguments if not isinstance(v, sympy.Expr)}
            if not odd:
                raise
            listed = " and ".join(f"{key} = {written(value)}" for key, value in odd.items())
            message = (
                f"{self.name} cannot be built with {listed}; sizes are numbers, or symbols such as "
                "dim('D')"
            )
            raise ArgumentError(message) from error

    def needs(self) -> Iterable[Require]:
        """What the network needs."""
        return self.body.needs()

    def forward(self, *inputs: Shape) -> Forward:
        """Run the network; its layers are the model's own."""
        if self.body.arity not in (None, len(inputs)):
            message = f"{self!r} takes {self.body.arity} inputs, got {len(inputs)}"
            raise ShapeError(message)
        return (yield from self.body.forward(*inputs))

    @property
    def given(self) -> dict[str, Any]:
        """All arguments: those of a family that nobody gave are symbols."""
        return {**DEFAULTS[self.name], **dict(self.arguments)}

    @property
    def symbols(self) -> set[Symbol]:
        """The dimensions that the arguments speak of."""
        return set().union(*map(symbols_of, self.given.values()))

    @property
    def input(self) -> tuple[Any, ...]:
        """The input that the model brings: (C, H, W) of an image, (N,) of tokens, or several of them."""
        given, brings = self.given, BRINGS[self.name]

        def size(one: Any) -> Any:
            if isinstance(one, tuple):
                return tuple(map(size, one))
            return given.get(one, dim(one)) if isinstance(one, str) else exact(one)

        brought: tuple[Any, ...] = size(brings(given) if callable(brings) else brings)
        return brought

    @property
    def children(self) -> tuple[tuple[str, Layer], ...]:
        """The layers of a network that runs them in order, by name."""
        return self.body.children if isinstance(self.body, Container) else ()

    @property
    def published(self) -> tuple[Published, ...]:
        """Numbers that others printed for the model with its published sizes."""
        return () if self.arguments else PUBLISHED.get(self.name, ())

    @property
    def paper(self) -> str:
        """Where the model was published."""
        return PAPERS[self.name]

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Any:
        """Return the model that the call with the new arguments builds."""
        arguments = {key: _put(value, swaps) for key, value in self.given.items()}
        return self if arguments == self.given else MODELS[self.name](**arguments)

    def __reduce__(self) -> Any:  # a pickle is the call: whoever reads it loads the model's family
        return _called, (self.name, self.arguments)

    def __repr__(self) -> str:
        given = ", ".join(f"{key}={written(value)}" for key, value in self.arguments)
        return f"zoo.{self.name}({given})"


def _called(name: str, arguments: tuple[tuple[str, Any], ...]) -> Any:
    return zoo.model(name, **dict(arguments))


def _put(value: Any, swaps: Mapping[Symbol, sympy.Expr]) -> Any:
    """Put values into an argument: a size, several, or a layer."""
    if isinstance(value, tuple):
        return tuple(_put(item, swaps) for item in value)
    if isinstance(value, Layer):
        return value.substituted(swaps)
    return value.xreplace(swaps) if isinstance(value, sympy.Expr) else value


def _exact(value: Any) -> Any:
    """Make the numbers of an argument exact."""
    if isinstance(value, tuple | list):
        return tuple(map(_exact, value))
    if value is None or isinstance(value, bool | str | Layer):
        return value
    return exact(value)


def sizes(name: str, value: Any) -> tuple[Any, ...]:
    """Return an argument that lists sizes, exact; each is a symbol or a whole number of at least 1.

    Raises:
        ArgumentError: it is no list, or one of them is no size.
    """
    listed = _exact(value)
    if not isinstance(listed, tuple) or not all(isinstance(n, sympy.Expr) for n in listed):
        message = f"{name} must list sizes, such as (2, 2, 2, 2), got {written(value)}"
        raise ArgumentError(message)
    for n in listed:
        if n.is_Rational and not (n.is_Integer and n > 0):
            message = f"{name} needs whole numbers of at least 1, got {n} in {written(listed)}"
            raise ArgumentError(message)
    return listed


PAPERS: dict[str, str] = {}
PUBLISHED: dict[str, tuple[Published, ...]] = {}
INPUTS: dict[str, tuple[Any, ...]] = {}  # the size at which a model is usually counted
BRINGS: dict[str, Any] = {}  # the input of symbols: names of dimensions or of arguments
BUILDERS: dict[str, Callable[..., Layer]] = {}
DEFAULTS: dict[str, dict[str, Any]] = {}
MODELS: dict[str, Callable[..., Model]] = {}


def register(
    name: str,
    build: Callable[..., Layer],
    paper: str,
    *published: Published,
    usual: tuple[Any, ...] = (3, 224, 224),
    brings: tuple[Any, ...] | Callable[[Mapping[str, Any]], tuple[Any, ...]] = (),
) -> Callable[..., Model]:
    """Make a builder of layers a model of the zoo, and return the function that users call.

    The builder gets exact arguments. The usual input is that of the first published number, if there is one.
    What the model ``brings`` is an input of symbols: ``("N",)`` for tokens, a tuple of such for several inputs;
    left out, it is an image with the usual channels. A name that is an argument of the builder stands for it;
    an input that depends on the arguments is a function of them all.
    """
    signature = inspect.signature(build)
    defaults = {key: _exact(p.default) for key, p in signature.parameters.items()}

    @functools.wraps(build)
    def make(*positional: Any, **named: Any) -> Model:
        try:
            bound = signature.bind(*positional, **named)
        except TypeError as error:
            takes = ", ".join(signature.parameters) or "no arguments"
            message = f"{name}: {error}; it takes {takes}"
            raise TypeError(message) from None
        given = {k: _exact(v) for k, v in bound.arguments.items()}
        return Model(name, tuple((k, v) for k, v in given.items() if v != defaults[k]))

    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"{inspect.getdoc(build)}\n\nSource: {paper}."
    BUILDERS[name], DEFAULTS[name], MODELS[name] = build, defaults, make
    PAPERS[name], PUBLISHED[name] = paper, published
    INPUTS[name] = next((number.input for number in published if number.input), usual)
    channels = "in_channels" if "in_channels" in defaults else INPUTS[name][0]
    BRINGS[name] = brings or (channels, "H", "W")
    return make


def sized(build: Callable[..., Layer], doc: str, **sizes: Any) -> Callable[..., Layer]:
    """Return the builder of a member of a family: the same arguments, with its own sizes as defaults.

    ``doc`` says which member it is, and stands before what the family's docstring says.
    """
    signature = inspect.signature(build)

    @functools.wraps(build)
    def member(**given: Any) -> Layer:
        return build(**given)

    parameters = [
        p.replace(default=sizes.get(n, p.default)) for n, p in signature.parameters.items()
    ]
    member.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    member.__doc__ = f"{doc}\n\n{inspect.getdoc(build)}"
    return member


def torchvision(
    params: int, macs: int, side: int = 224, weights: str = "IMAGENET1K_V1"
) -> tuple[Published, Published]:
    """Return what torchvision publishes for a model at 3 × side × side."""
    source, shape = f"torchvision 0.29.1, weights {weights}", (3, side, side)
    counted = f"{source} (_ops, to the unit by torch's FlopCounterMode, halved)"
    return (
        Published("params", params, f"{source} (num_params)", shape),
        Published("macs", macs, counted, shape),
    )
