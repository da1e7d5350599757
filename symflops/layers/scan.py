"""What layers have in common that hand a state from one position of a sequence to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ShapeError
from symflops.facts import equal, more_than
from symflops.fields import pointwise
from symflops.layers.arguments import single
from symflops.layers.base import Forward, Layer, Require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.fields import Axes
    from symflops.trace import Shape


def above_nothing(layer: Layer, *names: str) -> Iterable[Require]:
    """Require each of these fields, a ratio of widths, to be one number above 0."""
    single(layer, *names)
    for name in names:
        ratio = getattr(layer, name)
        yield Require(
            more_than(ratio, 0),
            lambda name=name, ratio=ratio: (  # type: ignore[misc]
                f"{type(layer).__name__}: {name} must be above 0, got {ratio}"
            ),
        )


class Scan(Layer):
    """A recurrence over the positions of (B, T, …) inputs: what it makes of one is handed to the next."""

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "T, D"

    def sees(self, *inputs: Shape) -> Axes:  # noqa: ARG002 - whatever they are
        """Return the batch alone: an output depends on all positions before it, and on all features."""
        return (*pointwise(1), None, None)

    @property
    def features(self) -> dict[str, Any]:
        """How many features each input has, by its name."""
        raise NotImplementedError

    def fits(self, *inputs: Shape) -> Forward:
        """Require the features that each input must have, and the batch and positions of the first."""
        kind = type(self).__name__
        if len(inputs) != len(self.features):
            named = ", ".join(self.features)
            message = f"{kind} takes {len(self.features)} inputs, {named}; got {len(inputs)}"
            raise ShapeError(message)
        for (name, expected), x in zip(self.features.items(), inputs, strict=True):
            for what, a, b in zip(("samples", "positions"), inputs[0], x, strict=False):
                yield Require(
                    equal(a, b),
                    lambda name=name, what=what, a=a, b=b: (  # type: ignore[misc]
                        f"{kind} expects {a} {what} of {name}, as of the first input, got {b}"
                    ),
                )
            yield Require(
                equal(x[2], expected),
                lambda name=name, x=x, expected=expected: (  # type: ignore[misc]
                    f"{kind} expects {expected} features of {name}, got {x[2]}"
                ),
            )
