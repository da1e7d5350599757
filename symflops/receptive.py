"""The receptive field as a fold of the trace: what each position of a map sees of the input.

A tensor on its way through the network is a view: for each of its axes, along which axis of the input it
runs, and the field of one position. A layer that sees all of an axis ends the walk: the receptive field is
that of the last map before it. A branch that sees everything and is broadcast (squeeze-and-excitation) does
not count.

Source: Araujo, Norris and Sim 2019, Computing receptive fields of convolutional neural networks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError, NotClosedError
from symflops.exprs import ONE, ZERO, spread
from symflops.fields import ENLARGED_DEPTH, SAME, Axes, Field, pointwise
from symflops.metrics import closed_sum
from symflops.readers import positions
from symflops.symbols import unused
from symflops.trace import Group, Step, Sum, Times
from symflops.views import View

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symflops.facts import Facts
    from symflops.trace import Source

SPATIAL = 2  # axes 0 and 1 are batch and channels
#: Steps that make an entry from the entries at the same place; normalisation is taken as one of them.
POINTWISE = {"elementwise", "bias_add", "standardize", "local_response", "unused"}


def views(root: Group, facts: Facts) -> Mapping[str, View]:
    """Return the view of every layer's (first) output by the layer's path; the whole is ``""``.

    Raises:
        ArgumentError: the input has no axes behind the channels.
        NotClosedError: a layer that does not say what it sees, or branches that see no common grid.
    """
    walk = Walk(facts)
    inputs = tuple(own_view(root, place) for place in range(len(root.inputs)))
    if not any(view.field for view in inputs):
        shapes = ", ".join(str(shape.written(batched=False)) for shape in root.inputs)
        message = (
            "a receptive field needs a map, (B, C, L), (B, C, H, W) or (B, C, D, H, W), or a sequence, "
            f"(B, N, D); got {shapes}"
        )
        raise ArgumentError(message)
    walk.found[""] = walk.group(root, inputs, "")[0]
    return walk.found


def own_view(root: Group, place: int) -> View:
    """Return the view that an input has of itself."""
    along = positions(root, place)
    return View(tuple((i, SAME) if i in along else None for i in range(len(root.inputs[place]))))


class Walk:
    """Carries views through a trace, and remembers those of every path."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.found: dict[str, View] = {}

    def group(self, group: Group, inputs: tuple[View, ...], path: str) -> tuple[View, ...]:
        """Return the views of a layer's outputs; behind what saw everything there is nothing to follow."""
        if all(view.stop for view in inputs):
            stopped = inputs[0].stop
            return tuple(View((None,) * len(shape), stopped) for shape in group.outputs)
        said = _said(group, path)
        if said is None and group.is_leaf and not _passes_on(group):
            said = _pointwise(group, path)
        if said is not None:
            return (self.joined(group, inputs, said, path),) * len(group.outputs)
        return self.composed(group, inputs, path)

    def composed(self, group: Group, inputs: tuple[View, ...], path: str) -> tuple[View, ...]:
        """Follow the tensors through the layers that a layer yields."""
        made: dict[Source, View] = {("", i): view for i, view in enumerate(inputs)}
        into = dict(group.flow.into)

        def view(source: Source | None) -> View:
            if source is None:
                raise _unsaid(group, path, "passes on a shape of its own making")
            while source not in made:  # the layer was taken out: what went in comes out
                taken = source[0]
                source, *others = into[taken]
                if others:
                    raise NotClosedError(
                        f"no receptive field without {'.'.join(filter(None, (path, taken)))}, where "
                        "several tensors came together"
                    )
                if source is None:
                    raise _unsaid(group, path, "passes on a shape of its own making")
            return made[source]

        for name, child in group.children:
            if isinstance(child, Step):
                if child.rule not in POINTWISE:
                    raise _unsaid(group, path, f"does {name} by itself")
                continue
            inside = ".".join(filter(None, (path, name)))
            seen = tuple(map(view, into[name])) if name in into else inputs
            if isinstance(child, Group):
                outputs = self.group(child, seen, inside)
                self.found[inside] = outputs[0] if outputs else seen[0]
            else:
                outputs = self.depth(group, child, seen, inside)
            made |= {(name, i): output for i, output in enumerate(outputs)}
        return tuple(map(view, group.flow.out))

    def joined(self, group: Group, inputs: tuple[View, ...], said: Axes, path: str) -> View:
        """Return what the output of one layer sees, through all of its inputs."""
        axes: list[tuple[int, Field] | None] = []
        aligned = all(view.aligned for view in inputs)
        for entry in said:
            met: tuple[int, Field] | None = None
            for view in inputs if entry is not None else ():
                seen = _behind(view, entry, _shift(said, view, inputs))  # type: ignore[arg-type]
                if seen is None or met is None:
                    met = met or seen
                    continue
                if seen[0] != met[0]:
                    raise _unsaid(group, path, "joins branches that run along different axes")
                aligned = aligned and met[1].is_aligned(seen[1])
                met = met[0], met[1].hull(seen[1], self.facts)
            axes.append(met)
        return View(tuple(axes), self.stop(group, inputs, said), aligned)

    def stop(self, group: Group, inputs: tuple[View, ...], said: Axes) -> View | None:
        """Return the last view before everything is seen, if it is."""
        whole = [
            view
            for i, view in enumerate(inputs)
            if view.stop is not None and not _is_broadcast(group, inputs, i)
        ]
        if whole:
            return whole[0].stop
        kept = {entry[0] for entry in said if entry is not None}
        for view in inputs:
            shift = _shift(said, view, inputs)
            for axis, entry in enumerate(view.axes):
                if entry is not None and axis + shift not in kept:
                    return replace(view, stop=None)
        return None

    def depth(
        self, group: Group, depth: Times | Sum, inputs: tuple[View, ...], path: str
    ) -> tuple[View, ...]:
        """Return the view behind a repetition: one block composed with itself, or block after block."""
        block, inside = depth.child, f"{path}.0" if path else "0"
        assert isinstance(block, Group)  # noqa: S101 - blocks are layers
        if len(inputs) > 1:
            behind = self.group(block, inputs, inside)[0]
            if behind.stop is None:
                raise NotClosedError(
                    f"no receptive field: {group.kind}{_at(path)} repeats a block of several inputs"
                )
            return (behind,)
        (before,) = inputs
        aside = Walk(self.facts)
        (alone,) = aside.group(block, (_alone(before),), inside)
        if isinstance(depth, Sum):
            first = _at_start(alone, depth)
        elif depth.n.is_Integer and not _is_plain(before, alone):
            return self.followed(block, before, int(depth.n), inside)
        else:
            first = alone
            self.found |= {key: _through(view, before) for key, view in aside.found.items()}
            self.found[inside] = _through(first, before)
        if first.stop is not None:
            return (_through(first, before),)
        return (self.repeated(group, depth, alone, before, path),)

    def followed(self, block: Group, view: View, n: int, path: str) -> tuple[View, ...]:
        """Return the view behind n blocks, one after the other."""
        if n > MOST_BLOCKS:
            raise NotClosedError(
                f"no receptive field: {n} blocks that enlarge or turn axes, and at most {MOST_BLOCKS} are "
                "followed one by one"
            )
        (view,) = self.group(block, (view,), path)
        self.found[path] = view
        aside = Walk(self.facts)
        for _ in range(1, n if view.stop is None else 1):
            (view,) = aside.group(block, (view,), path)
        return (view,)

    def repeated(
        self, group: Group, depth: Times | Sum, block: View, before: View, path: str
    ) -> View:
        """Return the view behind all blocks, where one block alone has the view ``block``."""
        axes: list[tuple[int, Field] | None] = []
        for axis, (entry, outer) in enumerate(zip(block.axes, before.axes, strict=True)):
            if entry is None or outer is None:
                axes.append(None)
                continue
            if entry[0] != axis:
                raise NotClosedError(
                    f"no receptive field in closed form: {group.kind}{_at(path)} repeats a block that turns "
                    f"axes; give the depth a number of at most {MOST_BLOCKS}"
                )
            if isinstance(depth, Times):
                field = entry[1].repeated(depth.n, self.facts)
            else:
                field = _summed(entry[1], depth, self.facts)
            axes.append((outer[0], field.after(outer[1])))
        return View(tuple(axes), before.stop, before.aligned and block.aligned)


MOST_BLOCKS = 2_000  # that are followed one by one


def _alone(view: View) -> View:
    """Return the view of a block's input from that input itself."""
    return View(tuple(None if e is None else (i, SAME) for i, e in enumerate(view.axes)))


def _is_plain(before: View, block: View) -> bool:
    """Say whether a block leaves each axis in its place, and all positions of both maps see alike."""
    entries = filter(None, (*before.axes, *block.axes))
    straight = all(entry is None or entry[0] == i for i, entry in enumerate(block.axes))
    return straight and all(len(field.spans) == 1 for _, field in entries)


def _at_start(view: View, depth: Sum) -> View:
    """Return what is seen behind the first block from what is seen behind any."""
    swaps = {depth.index: depth.start}
    axes = tuple(None if e is None else (e[0], e[1].xreplace(swaps)) for e in view.axes)
    return View(axes, view.stop and _at_start(view.stop, depth), view.aligned)


def _said(group: Group, path: str) -> Axes | None:
    """Return what a layer says that it sees, once it is sure to be an answer.

    Raises:
        ArgumentError: it is none: an entry for each axis of the output, no axis of the input twice.
    """
    said: Any = group.layer.sees(*group.inputs)  # type: ignore[attr-defined]
    if said is None:
        return None
    rank, needed = max(map(len, group.inputs)), len(group.outputs[0])
    if isinstance(said, tuple | list) and len(said) == needed:
        entries = [entry for entry in said if entry is not None]
        if all(_is_entry(entry, rank) for entry in entries):
            axes = [axis for axis, _ in entries]
            if len(axes) == len(set(axes)):
                return tuple(said)
    message = (
        f"{group.kind}.sees{_at(path)} returned {said!r}; return a tuple with an entry "
        f"for each of the {needed} axes of the output: (axis of the input, Field), no axis twice, or None "
        "where all of what stood there is seen"
    )
    raise ArgumentError(message)


def _is_entry(entry: Any, rank: int) -> bool:
    if not isinstance(entry, tuple) or len(entry) != 2:  # noqa: PLR2004 - an axis and a field
        return False
    axis, field = entry
    return isinstance(axis, int) and 0 <= axis < rank and isinstance(field, Field)


def _passes_on(group: Group) -> bool:
    """Say whether a layer hands on what it got: a view, or steps and then an input."""
    return not group.children and all(group.flow.out)


def _pointwise(group: Group, path: str) -> Axes:
    """Return the axes of a layer that works entry by entry, which its steps and shapes must show."""
    steps = [step for _, step in group.children if isinstance(step, Step)]
    same = len(set(map(len, (*group.inputs, *group.outputs)))) == 1
    if not same or not all(step.rule in POINTWISE for step in steps):
        raise _unsaid(group, path, "does not say what it sees")
    for axis in range(SPATIAL, len(group.outputs[0])):
        if len({shape[axis] for shape in (*group.inputs, *group.outputs)}) != 1:
            raise _unsaid(group, path, "does not say what it sees")
    return pointwise(len(group.outputs[0]))


def _behind(view: View, entry: tuple[int, Field], shift: int) -> tuple[int, Field] | None:
    """Return what an axis of the output sees through an input that has ``shift`` axes less."""
    axis, field = entry[0] - shift, entry[1]
    outer = view.axes[axis] if 0 <= axis < len(view.axes) else None
    return None if outer is None else (outer[0], field.after(outer[1]))


def _shift(said: Axes, view: View, inputs: tuple[View, ...]) -> int:
    """Return how many axes an input has less than the output: several are matched from the last axis."""
    return len(said) - len(view.axes) if len(inputs) > 1 else 0


def _is_broadcast(group: Group, inputs: tuple[View, ...], i: int) -> bool:
    """Say whether an input that saw everything is stretched along the axes that another one runs along."""
    others = [n for n in range(len(inputs)) if n != i and inputs[n].stop is None]
    running = [
        (len(inputs[n].axes) - axis, n)
        for n in others
        for axis, entry in enumerate(inputs[n].axes)
        if entry is not None
    ]
    own = group.inputs[i]
    stretched = [
        (back, n) for back, n in running if back > len(own) or own[-back] != group.inputs[n][-back]
    ]
    return bool(stretched) and all(back > len(own) or own[-back] == ONE for back, _ in running)


def _through(view: View, before: View) -> View:
    """Return the view of the network's input from a view of a block's input."""
    axes: list[tuple[int, Field] | None] = []
    for entry in view.axes:
        outer = None if entry is None else before.axes[entry[0]]
        axes.append(
            None if entry is None or outer is None else (outer[0], entry[1].after(outer[1]))
        )
    stop = before.stop or (_through(view.stop, before) if view.stop else None)
    return View(tuple(axes), stop, view.aligned and before.aligned)


def _summed(field: Field, depth: Sum, facts: Facts) -> Field:
    """Compose blocks whose fields depend on their index: Σ_i (k_i - 1)·Π_{j<i} s_j."""
    index, first, last = depth.limits
    if len(field.spans) > 1:
        raise NotClosedError(ENLARGED_DEPTH)
    ((low, high),) = field.seeing
    if not any(part.has(index) for part in (field.step, low, high)):
        return field.repeated(depth.n, facts)
    if field.step == 1:
        before, step = ONE, ONE
    elif not field.step.has(index):
        before, step = field.step ** (index - first), field.step**depth.n
    else:
        inner = unused(index, field.step, low, high)
        inside = field.step.xreplace({index: inner})
        before = sympy.product(inside, (inner, first, index - 1))
        step = sympy.product(field.step, (index, first, last))

    def total(edge: sympy.Expr) -> sympy.Expr:
        return ZERO if edge == 0 else closed_sum(spread(edge * before), index, first, last)

    return Field(step, ((total(low), total(high)),))


def _unsaid(group: Group, path: str, what: str) -> NotClosedError:
    return NotClosedError(
        f"no receptive field: {group.kind}{_at(path)} {what}; give the layer a method sees(self, x) that "
        "returns, for each axis of its output, the axis of its input and the symflops.fields.Field along it"
    )


def _at(path: str) -> str:
    return f" ({path})" if path else ""
