"""What the networks of the zoo have beside layers that everybody has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.oracle.number import Array, Counter
from symflops.oracle.shape import cut
from symflops.zoo.training import TrainingOnly
from symflops.zoo.unets import CenterCrop

if TYPE_CHECKING:
    from symflops.oracle.running import Run


def training_only(layer: Any, inputs: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
    """Hand the input on; build the layers on an input of theirs, for their weights alone."""
    aside = Counter()
    shape = tuple(map(int, layer.shape))
    type(run)(aside).apply(layer.body, (aside.draw(1, *shape),))
    run.counter.params += aside.params
    return inputs


def center_crop(layer: Any, x: Array) -> tuple[Array, ...]:
    """Return the same entries without those around the middle; of an odd one, one less before it."""
    sizes = layer.size if isinstance(layer.size, tuple) else (layer.size, layer.size)
    for axis, size in enumerate(map(int, sizes), len(x.shape) - 2):
        while x.shape[axis] > size:
            after = x.shape[axis] - 1
            x = cut(x, axis, 0, after)
            if x.shape[axis] > size:
                x = cut(x, axis, 1, after - 1)
    return (x,)


VIEWS: dict[type, Any] = {CenterCrop: center_crop}
REFERENCES: dict[type, Any] = {TrainingOnly: training_only}
