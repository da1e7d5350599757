"""Ablations: a layer in which every layer of one kind is another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import sympy

from symflops.errors import ArgumentError, UnknownNameError
from symflops.layers.base import Layer, written
from symflops.metrics import Profiler
from symflops.trace import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from symflops.layers.base import Require
    from symflops.layers.tracing import Tracer
    from symflops.symbols import Symbol
    from symflops.trace import Shape


@dataclass(frozen=True, eq=False)
class Replacement:
    """Which layers are others while something is traced or run, and what they are."""

    kind: str
    new: Layer | Callable[[Layer], Layer]

    def takes(self, layer: Layer) -> bool:
        """Say whether a layer is one of those."""
        return type(layer).__name__ == self.kind

    def made(self, old: Layer) -> Layer:
        """Return what stands in place of a layer.

        Raises:
            ArgumentError: the function returns no layer.
        """
        new = self.new if isinstance(self.new, Layer) else self.new(old)
        if not isinstance(new, Layer):
            message = f"replace({self.kind!r}, …): the function must return a layer, got {new!r} for {old!r}"
            raise ArgumentError(message)
        return new


class Replaced(Layer):
    """``layer`` with ``new`` in place of every layer of a kind; prints as the call that makes it.

    What is replaced may be a field of a layer, or something that a ``forward`` yields: it is replaced
    while the cost is traced, and ``new`` itself is left as it is.

    >>> import symflops as sf
    >>> D = sf.dim("D")
    >>> sf.Residual(sf.Sequential(sf.LayerNorm(D), sf.Linear(D, D))).replace("LayerNorm", sf.RMSNorm(D))
    Residual(Sequential(LayerNorm(D), Linear(D, D))).replace('LayerNorm', RMSNorm(D))
    """

    arity: ClassVar[int | None] = None
    layer: Layer
    kind: str
    new: Any

    def needs(self) -> Iterable[Require]:
        """A kind of layer, and a layer or a function that makes one."""
        if isinstance(self.new, type) or not (isinstance(self.new, Layer) or callable(self.new)):
            hint = (
                f"; write {self.new.__name__}() for the class" if isinstance(self.new, type) else ""
            )
            message = f"replace({self.kind!r}, …) needs a layer or a function of the old one, got {self.new!r}"
            raise ArgumentError(message + hint)
        return ()

    @property
    def input(self) -> Any:
        """The input that the layer brings, if it brings one."""
        return getattr(self.layer, "input", None)

    @property
    def replacement(self) -> Replacement:
        """Which layers are others, and what they are."""
        return Replacement(self.kind, self.new)

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the layer with the others in it.

        Raises:
            UnknownNameError: no layer in it is of this kind.
        """
        replacement = self.replacement
        group = tracer.replacing(replacement, self.layer, inputs)
        if replacement not in tracer.replaced:
            there = {p.item.kind for p in Profiler()(group) if isinstance(p.item, Group)}
            raise UnknownNameError("kind of layer", self.kind, there)
        return group

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Self:
        """Return it with symbols replaced in the layer, and in whatever a function returns."""
        if isinstance(self.new, Layer):
            return super().substituted(swaps)
        return type(self)(self.layer.substituted(swaps), self.kind, Afterwards(self.new, swaps))

    def __repr__(self) -> str:
        new = self.new
        while isinstance(new, Afterwards):
            new = new.function
        shown = written(new) if isinstance(new, Layer) else getattr(new, "__name__", repr(new))
        return f"{self.layer!r}.replace({self.kind!r}, {shown})"


@dataclass(frozen=True, eq=False)
class Afterwards:
    """A function of a layer, with values for the symbols that it names itself."""

    function: Callable[[Layer], Layer]
    values: Mapping[Symbol, sympy.Expr]

    def __call__(self, old: Layer) -> Layer:
        """Return what the function makes; what stands in the old layer has its values already."""
        apart = {s: sympy.Dummy(s.name, **s.assumptions0) for s in old.symbols}
        new = self.function(old.substituted(apart))
        if not isinstance(new, Layer):
            return new
        return new.substituted(self.values).substituted({d: s for s, d in apart.items()})
