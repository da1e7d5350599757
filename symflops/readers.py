"""Which layers read an input of a network, and along which of its axes positions stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.exprs import ONE
from symflops.trace import Group, Step, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.trace import Source

SEQUENCE = 3  # axes of a batch of vectors in a row
MAP = 4  # axes of a batch of images


def readers(group: Group, place: int) -> Iterator[Group]:
    """Yield the layers that read an input, the outer before the inner, also behind others that leave its shape."""
    yield group
    children = dict(group.children)
    repeated = children.get("")
    if isinstance(repeated, Times | Sum) and isinstance(repeated.child, Group):
        yield from readers(repeated.child, place)
    alike: set[Source | None] = {("", place)}
    for name, sources in group.flow.into:
        child = children.get(name)
        for i, source in enumerate(sources):
            if source in alike and isinstance(child, Group):
                yield from readers(child, i)
                if child.outputs == child.inputs:
                    alike.add((name, i))


def looks_up(layer: Group) -> bool:
    """Say whether a layer takes rows from a table."""
    return any(isinstance(step, Step) and step.rule == "lookup" for _, step in layer.children)


def is_over_maps(group: Group) -> bool:
    """Say whether a layer takes channels on axis 1: one of fixed rank that names no other axes."""
    layer: Any = group.layer
    return layer.rank is not None and layer.rank >= SEQUENCE and not layer.sample


def positions(root: Group, place: int) -> tuple[int, ...]:
    """Return the axes of an input along which positions stand, as the first layer says that knows.

    Those of a map are behind its channels, those of a sequence (B, N, D) before its features, and words
    that are looked up are positions all of them. What nobody says is a map.
    """
    shape = root.inputs[place]
    rank = len(shape)
    for group in readers(root, place):
        if looks_up(group):
            return tuple(range(1, rank))
        layer: Any = group.layer
        if layer.rank != rank:
            continue
        if not layer.sample or layer.sample.startswith("h,"):  # heads stand where channels do
            break
        if not getattr(layer, "batch_first", True) and shape[0] != ONE:
            return (0,)  # a batch that is written stands second
        return tuple(range(1, rank - 1))
    return tuple(range(2, rank))
