"""What a layer is: a frozen value with one method that says what it does to a shape.

``forward`` is a generator. It yields named steps and other layers, and returns the output shape:

    def forward(self, x):
        y = yield "conv", Conv2d(self.channels, self.channels, 3, padding=1), x
        yield "scale", elementwise("mul", y)
        return y

A shape always has its batch axis first; a layer need not care whether the user wrote one.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Generator, Iterable, Mapping
from types import GeneratorType
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

import sympy

from symflops.errors import ArgumentError, SymbolError
from symflops.facts import Facts, Relation, at_least
from symflops.symbols import Family, Symbol, exact, members
from symflops.symbols import by_name as names_of
from symflops.trace import Condition, Shape, Step

if TYPE_CHECKING:
    from symflops.fields import Axes

#: A dimension as users write it: a number, a symbol or an expression.
Size = Any
Forward = Generator[Any, Any, Any]


@dataclasses.dataclass(frozen=True)
class Require:
    """A relation that a layer needs; ``message`` says what is wrong where it does not hold.

    A ``fact`` is more: where it is assumed, sizes from here on are simplified by it.
    """

    relation: Relation
    message: Callable[[], str]
    fact: bool = False


@dataclasses.dataclass(frozen=True)
class IsBatched:
    """Yielded by a ``forward`` whose axes stand in another order under a batch; True where one is written."""


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
class Layer:
    """A layer: subclass it, annotate fields, and write ``forward``.

    >>> import symflops as sf
    >>> class Scale(sf.Layer):
    ...     channels: sf.Size
    ...
    ...     def forward(self, x):
    ...         weight = sf.Weight("weight", self.channels)
    ...         yield "scale", sf.elementwise("mul", x, weights=(weight,))
    ...         return x
    >>> C, H, W = sf.dims("C H W")
    >>> sf.cost(Scale(C), (C, H, W)).params
    C
    """

    #: The rank of the batched input, where it is fixed.
    rank: ClassVar[int | None] = None
    #: The axes of one sample in words, "N, D", where the rank is fixed and they are not those of a map.
    sample: ClassVar[str] = ""
    #: How many inputs the layer takes, as ``forward`` does; None for any number.
    arity: ClassVar[int | None] = 1

    #: Whether the fields make the constructor; a class with one of its own says ``init=False``.
    _init: ClassVar[bool] = True

    def __init_subclass__(cls, *, init: bool | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if init is not None:
            cls._init = init
        if "forward" in vars(cls) and "arity" not in vars(cls):
            code = cls.forward.__code__
            cls.arity = None if code.co_flags & inspect.CO_VARARGS else code.co_argcount - 1
        dataclasses.dataclass(frozen=True, repr=False, init=cls._init)(cls)

    def __post_init__(self) -> None:
        for field in _fields(self):
            name, value = f"{type(self).__name__}.{field.name}", getattr(self, field.name)
            _check(name, field, value)
            object.__setattr__(self, field.name, _coerced(value, name))
        facts = Facts()
        for need in self.needs():
            if facts.decide(need.relation) is False:
                raise ArgumentError(need.message())

    def needs(self) -> Iterable[Require]:
        """Yield what the arguments must satisfy whatever the input is."""
        return ()

    def sees_batch(self, shape: Shape) -> bool:  # noqa: ARG002 - for layers of no fixed rank
        """Whether a shape, taken as one sample, can only be a batch of them."""
        return False

    def sees(self, *inputs: Shape) -> Axes | None:  # noqa: ARG002 - for layers that say it
        """Return what a position of the output sees of the input, or None where the steps show it.

        For each axis of the output: the axis of the input that it runs along and the
        :class:`~symflops.fields.Field` along it, or None where a position sees all of what stood there.
        """
        return None

    def forward(self, *inputs: Any, **_: Any) -> Any:
        """Yield what the layer does to its inputs, and return the shape of its output."""
        message = f"{type(self).__name__} has no forward(self, x) that yields its steps"
        raise NotImplementedError(message)

    @property
    def symbols(self) -> set[Symbol]:
        """The dimensions that the layer's arguments speak of."""
        return set().union(*(symbols_of(getattr(self, field.name)) for field in _fields(self)))

    def at(self, values: Mapping[Any, Any] | None = None, /, **by_name: Any) -> Self:
        """Return the layer with numbers or expressions in place of symbols.

        >>> import symflops as sf
        >>> sf.Linear(sf.dim("D"), 10).at(D=64)
        Linear(64, 10)

        Raises:
            SymbolError: a value for a symbol that the layer does not have.
        """
        return self.substituted(assignment(self.symbols, values, by_name))

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Self:
        """Return the layer with symbols replaced, all at once."""
        changes = {
            field.name: _substituted(getattr(self, field.name), swaps) for field in _fields(self)
        }
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def replace(self, kind: str | type[Layer], new: Any) -> Layer:
        """Return the layer with another in place of every layer of a kind, wherever it stands.

        ``kind`` is the name of a class, or the class; ``new`` is a layer, or a function of the old one. The
        kinds that there are show in the cost: one that is not there is an error of ``cost()``.

        >>> import symflops as sf
        >>> D = sf.dim("D")
        >>> block = sf.Sequential(sf.LayerNorm(D), sf.Linear(D, D))
        >>> sf.cost(block, (D,)).params, sf.cost(block.replace("LayerNorm", sf.RMSNorm(D)), (D,)).params
        (D*(D + 3), D*(D + 2))
        >>> low = block.replace(sf.Linear, lambda old: sf.LowRankLinear(old.in_features, old.out_features, 8))
        >>> sf.cost(low, (D,)).macs
        16*D

        Raises:
            ArgumentError: what is neither a layer nor a function that returns one.
        """
        from symflops.layers.replacing import Replaced  # noqa: PLC0415 - which is a layer itself

        name = kind.__name__ if isinstance(kind, type) else kind
        return Replaced(self, name, new)

    def __repr__(self) -> str:
        shown, positional = [], True
        for field in sorted(_fields(self), key=lambda field: field.kw_only is True):
            value = getattr(self, field.name)
            required = field.default is dataclasses.MISSING and not field.kw_only
            if positional and required:
                shown.append(written(value))
                continue
            positional = False
            if field.default is dataclasses.MISSING or value != _coerced(field.default, field.name):
                shown.append(f"{field.name}={written(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"


def drive(forward: Any, take: Callable[[Any], Any]) -> Any:
    """Run what ``forward`` returned: ``take`` answers what it yields; return what it returns."""
    if not isinstance(forward, GeneratorType):
        return forward
    answer = None
    while True:
        try:
            item = forward.send(answer)
        except StopIteration as stop:
            return stop.value
        answer = take(item)


def written(value: Any) -> str:
    """Return a value as it is pasted back into Python."""
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, sympy.Rational) and not value.is_Integer:
        decimal = value.p / value.q
        return repr(decimal) if exact(decimal) == value else f"Rational({value.p}, {value.q})"
    return repr(value)


def _check(name: str, field: dataclasses.Field[Any], value: Any) -> None:
    """Refuse a value of another kind than the field's annotation says."""
    kind = str(field.type).removeprefix("sf.")
    if value is None and field.default is None:
        return
    if kind == "Size" and isinstance(value, str):
        message = f"{name}: expected a size, got {value!r}; for a symbol write dim({value!r})"
        raise ArgumentError(message)
    wrong = {
        "Size": value is None or isinstance(value, bool | Layer) or callable(value),
        "Layer": not isinstance(value, Layer),
        "Layer | None": not isinstance(value, Layer | None),
        "bool": not isinstance(value, bool) and type(value).__name__ not in ("bool_", "bool"),
        "str": not isinstance(value, str),
    }
    if wrong.get(kind):
        expected = {"Size": "a size", "bool": "True or False", "str": "a word"}.get(kind, "a layer")
        message = f"{name}: expected {expected}, got {value!r}"
        raise ArgumentError(message)


def _coerced(value: Any, name: str) -> Any:
    """Make every number in a field exact; leave words, switches and layers as they are."""
    if value is None or isinstance(value, bool | str | Layer):
        return value
    if type(value).__name__ == "bool_":  # numpy's
        return bool(value)
    if isinstance(value, tuple | list):
        return tuple(_coerced(item, name) for item in value)
    if isinstance(value, Condition | Step | Shape) or callable(value):
        return value
    try:
        return exact(value)
    except ArgumentError as error:
        raise ArgumentError(f"{name}: {error.message}") from None


def _fields(layer: Layer) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(layer)  # type: ignore[arg-type]


def symbols_of(value: Any) -> set[Symbol]:
    """Return the dimensions that an argument speaks of: a size, several, or a layer."""
    if isinstance(value, Layer):
        return value.symbols
    if isinstance(value, tuple):
        return set().union(*map(symbols_of, value))
    return set(value.free_symbols) if isinstance(value, sympy.Expr) else set()


def _substituted(value: Any, swaps: Mapping[Symbol, sympy.Expr]) -> Any:
    if isinstance(value, Layer):
        return value.substituted(swaps)
    if isinstance(value, tuple):
        return tuple(_substituted(item, swaps) for item in value)
    return value.xreplace(swaps) if isinstance(value, sympy.Expr) else value


def assignment(
    symbols: Iterable[Symbol],
    values: Mapping[Any, Any] | None,
    by_name: Mapping[str, Any],
) -> dict[Symbol, sympy.Expr]:
    """Return symbol → exact value, for values given by symbol or by name.

    Raises:
        SymbolError: a name that is none of the symbols, or a value that the symbol cannot have.
    """
    known = names_of(symbols)
    swaps = {}
    for key, value in {**in_pairs({} if values is None else values), **by_name}.items():
        name = key.name if isinstance(key, Symbol) else str(key)
        if name not in known:
            listed = ", ".join(known) or "none: every size is a number"
            message = f"there is no symbol {name} to put a value in for; the symbols are {listed}"
            raise SymbolError(message)
        if isinstance(known[name], Family):
            swaps[known[name]] = members(value)
            continue
        number = exact(value)
        # 0 is a value for a padding; a layer or shape that cannot take it says so itself
        if number.is_Rational and (
            number < 0 or (known[name].is_integer and not number.is_Integer)
        ):
            needs = "a whole number" if known[name].is_integer else "a number"
            message = f"{name} must be {needs} that is not negative, got {value}"
            raise SymbolError(message)
        swaps[known[name]] = number
    return swaps


def in_pairs(values: Any) -> Mapping[Any, Any]:
    """Return values by symbol or by name.

    Raises:
        ArgumentError: values without names.
    """
    if not isinstance(values, Mapping):
        message = f"values are put in by name, such as {{'H': 224}}, got {values!r}"
        raise ArgumentError(message)
    return values


def per_axis(value: Any, axes: int, name: str) -> tuple[sympy.Expr, ...]:
    """Return one value for each axis: ``3`` is ``(3, 3)`` in two dimensions.

    Raises:
        ArgumentError: a tuple of another length.
    """
    if not isinstance(value, tuple):
        return (value,) * axes
    if len(value) != axes:
        message = f"{name} needs one value or {axes}, one an axis; got {written(value)}"
        raise ArgumentError(message)
    for item in value:
        if isinstance(item, bool) or not isinstance(item, sympy.Expr | None):
            message = f"{name} needs one number an axis; got {written(value)}"
            raise ArgumentError(message)
    return value


def positive(layer: Layer, *names: str, least: int = 1) -> Iterable[Require]:
    """Require every number in these fields to be at least ``least``."""
    for name in names:
        value = getattr(layer, name)
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, sympy.Rational) and not number.is_Integer:
                message = f"{type(layer).__name__}: {name} must be a whole number, got {number}"
                raise ArgumentError(message)
            if isinstance(number, sympy.Expr) and not (number.is_Integer and number >= least):
                yield Require(
                    at_least(number, least),
                    lambda name=name, number=number: (  # type: ignore[misc]
                        f"{type(layer).__name__}: {name} must be at least {least}, got {number}"
                    ),
                )


def option(layer: Layer, name: str, allowed: tuple[Any, ...]) -> None:
    """Refuse a word that the field does not take.

    Raises:
        ArgumentError: the value is none of those allowed.
    """
    value = getattr(layer, name)
    if value not in allowed:
        listed = ", ".join(map(repr, allowed))
        message = f"{type(layer).__name__}: {name} must be one of {listed}; got {value!r}"
        raise ArgumentError(message)
