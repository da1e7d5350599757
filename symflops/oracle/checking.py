"""Formulas checked by running: naive loops count on small drawn sizes what the formula says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import sympy
from sympy.core.function import AppliedUndef

from symflops.conventions import Convention
from symflops.costs import Cost, cost
from symflops.errors import ArgumentError
from symflops.layers.base import Layer
from symflops.oracle.drawing import Values, draws
from symflops.oracle.number import Array, Counter
from symflops.oracle.running import NoReferenceError, Run
from symflops.oracle.specimen import specimen
from symflops.portions import WHOLE
from symflops.recurrences import Recurrences
from symflops.tally import OPERATIONS

#: A layer of one's own by plain loops: it takes the inputs, batch axis first, and the counter.
Reference = Callable[[tuple[Array, ...], Counter], Array | tuple[Array, ...]]

#: One convention an operation, which counts that operation alone, whatever it is for.
EACH = {
    name: Convention(name, f"Every {name} alone.", "by definition", {(name, "*"): 1})
    for name in OPERATIONS
    if name != "unknown"
}


SHOWN = 4  # members of a family, in words


@dataclass(frozen=True)
class Comparison:
    """One quantity: what the run counted, and what the formula says for the same sizes."""

    quantity: str
    counted: Any
    formula: Any

    @property
    def equal(self) -> bool:
        """Whether the two are the same."""
        return bool(self.counted == self.formula)

    def __str__(self) -> str:
        return f"{self.quantity} {self.counted} {'=' if self.equal else '≠'} {self.formula}"


@dataclass(frozen=True)
class Trial:
    """One run: the sizes that were drawn, and every quantity that was compared."""

    values: Mapping[str, int | tuple[int, ...]]
    comparisons: tuple[Comparison, ...]

    def __str__(self) -> str:
        sizes = " ".join(f"{name}={_shown(value)}" for name, value in self.values.items())
        shown = ", ".join(str(c) for c in self.comparisons if c.counted or c.formula)
        return f"{sizes or 'the sizes given'}: {shown}"


@dataclass(frozen=True)
class Mismatch:
    """Where run and formula part: the drawn sizes, the quantity, and both values."""

    values: Mapping[str, int | tuple[int, ...]]
    quantity: str
    counted: Any
    formula: Any

    def __str__(self) -> str:
        return str(Trial(self.values, (Comparison(self.quantity, self.counted, self.formula),)))


@dataclass(frozen=True, repr=False)
class Verification:
    """What was checked: ``holds`` is True, False, or None where a layer (``missing``) has no reference."""

    checked: tuple[Trial, ...]
    missing: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether every count was the formula's; None where nothing could be run."""
        return None if self.missing else self.mismatch is None

    @cached_property
    def mismatch(self) -> Mismatch | None:
        """The first quantity that differs."""
        for trial in self.checked:
            for c in trial.comparisons:
                if not c.equal:
                    return Mismatch(trial.values, c.quantity, c.counted, c.formula)
        return None

    def __bool__(self) -> bool:
        return self.holds is True

    def __repr__(self) -> str:
        if self.missing:
            return (
                f"not checked: there is no reference for {self.missing}; write its loops as a "
                "function (inputs, counter) and pass it as reference="
            )
        drawn = f"{len(self.checked)} draw{'s' if len(self.checked) > 1 else ''}"
        if self.mismatch is not None:
            return f"{drawn}; counted and formula differ\nat {self.mismatch}"
        names = dict.fromkeys(
            c.quantity for t in self.checked for c in t.comparisons if c.counted or c.formula
        )
        return f"{drawn}; {', '.join(names)}: all equal\ne.g. {self.checked[0]}"


def verify(layer_or_cost: Layer | Cost, reference: Reference | None = None) -> Verification:
    """Check a cost by running the layer: naive loops over numbers that count their own operations.

    The sizes that are symbols are drawn small. ``reference`` is what a layer of your own computes, as a
    function of the inputs (arrays, batch axis first) and the counter: loops over ``x[b, c, i]``, weights
    from ``counter.weight(*shape)``, drawn sizes from ``counter.sizes``.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> conv = sf.cost(sf.Conv2d(C_in, C_out, k), (C_in, H, W))
    >>> verify(conv).holds
    True

    >>> class Scale(sf.Layer):
    ...     channels: sf.Size
    ...
    ...     def forward(self, x):
    ...         weight = sf.Weight("weight", self.channels)
    ...         yield "scale", sf.elementwise("mul", x, weights=(weight,))
    ...         return x
    >>> from symflops.oracle.number import Array
    >>> def scale(inputs, counter):
    ...     (x,) = inputs
    ...     weight = counter.weight(x.shape[1])
    ...     return Array.of(x.shape, lambda b, c, i: x[b, c, i] * weight[c,])
    >>> verify(sf.cost(Scale(C_in), (C_in, H)), scale)
    3 draws; mul, params, output: all equal
    e.g. C_in=4 H=4: mul 16 = 16, params 4 = 4, output (4, 4) = (4, 4)

    Raises:
        ArgumentError: a layer that does not say what input it takes, or sizes too large to run.
    """
    asked = _cost(layer_or_cost)
    if asked.setup.edits:
        parts = ", ".join(f"{verb} {path!r}" for verb, path in asked.setup.edits)
        message = f"verify() runs whole layers, and this cost is a part of one ({parts})"
        raise ArgumentError(message)
    trials = []
    try:
        for seed, values in enumerate(draws(asked)):
            trials.append(_trial(asked, values, seed, reference))
    except NoReferenceError as error:
        return Verification((), str(error))
    return Verification(tuple(trials))


def _cost(asked: Any) -> Cost:
    if isinstance(asked, Cost):  # a run is of the whole input
        return replace(asked, setup=replace(asked.setup, portion=WHOLE))
    if not isinstance(asked, Layer):
        message = f"verify() needs a layer or a cost, got {asked!r}"
        raise ArgumentError(message)
    if getattr(asked, "input", None) is not None:
        return cost(asked)
    return cost(asked, specimen(asked), batched=True)


def _trial(asked: Cost, values: Values, seed: int, reference: Reference | None) -> Trial:
    """Run once, and compare with the formula and with the cost of the numbers themselves."""
    numeric = asked.at(values)
    sizes = {symbol.name: _plain(value) for symbol, value in values.items()}
    counter = Counter(seed, sizes)
    shapes = [tuple(map(int, shape)) for shape in numeric.setup.inputs]
    inputs = tuple(counter.draw(*(s if asked.batched else (1, *s))) for s in shapes)
    if reference is None:
        outputs = Run(counter, batched=asked.batched).apply(numeric.setup.layer, inputs)
    else:
        outputs = _arrays(reference(inputs, counter))
    quantities = [*EACH, "params", "output"]
    if reference is None:  # a reference does not say which of its arrays are whose outputs
        quantities.insert(-1, "activations")
    shapes_out = tuple(x.shape if asked.batched else x.shape[1:] for x in outputs)
    comparisons = []
    defined = Recurrences(asked.conditions)
    for quantity in quantities:
        counted: Any = counter.operations[quantity]
        if quantity == "output":
            counted = shapes_out[0] if len(shapes_out) == 1 else shapes_out
        elif quantity not in EACH:
            counted = getattr(counter, quantity)
        by_formula = _at(_formula(asked, quantity), values, defined)
        comparisons.append(Comparison(quantity, counted, by_formula))
        by_numbers = _at(_formula(numeric, quantity), {}, defined)
        if by_numbers != by_formula:
            comparisons.append(Comparison(f"{quantity} with .at()", counted, by_numbers))
    return Trial(sizes, tuple(comparisons))


def _plain(value: Any) -> Any:
    return tuple(map(int, value)) if isinstance(value, sympy.Tuple) else int(value)


def _shown(value: Any) -> str:
    if not isinstance(value, tuple) or len(value) <= SHOWN:
        return str(value)
    return f"({', '.join(map(str, value[:SHOWN]))}, …)"


def _arrays(returned: Any) -> tuple[Array, ...]:
    several = (returned,) if isinstance(returned, Array) else returned
    if not isinstance(several, tuple) or not all(isinstance(x, Array) for x in several):
        message = f"the reference must return an Array or a tuple of them, got {returned!r}"
        raise ArgumentError(message)
    return several


def _formula(asked: Cost, quantity: str) -> Any:
    return asked.under(EACH[quantity]).flops if quantity in EACH else getattr(asked, quantity)


def _at(formula: Any, values: Values, defined: Recurrences) -> Any:
    """Put the drawn numbers into a formula, or into every size of a shape."""
    if isinstance(formula, tuple):
        return tuple(_at(size, values, defined) for size in formula)
    if isinstance(formula, int):
        return formula
    number = defined.followed(formula, values)
    if number.atoms(AppliedUndef):
        message = f"verify() cannot count an unknown: {number}"
        raise ArgumentError(message)
    return int(number) if number.is_Integer else number
