"""How a receptive field grows, told layer by layer.

A layer whose windows reach over k positions makes a field of r larger by (k − 1)·j, where j is how far apart its
positions stand in the input; its stride multiplies j. Source: Araujo, Norris and Sim 2019, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.derivations.lines import Line, Passage, are_equal, reason
from symflops.errors import NotClosedError
from symflops.exprs import ONE, ZERO, spread
from symflops.facts import Facts
from symflops.fields import SAME, Field
from symflops.receptive import Walk, own_view
from symflops.symbols import index, unused
from symflops.trace import Sum, Times
from symflops.typeset.forms import Minus, Named, Power, Product, Series, Total
from symflops.views import receptive_field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.costs import Cost
    from symflops.derivations.lines import Reason
    from symflops.symbols import Symbol
    from symflops.trace import Group
    from symflops.typeset.forms import Form
    from symflops.views import View


@dataclass(frozen=True)
class Growth:
    """A layer that enlarges a field along an axis of the input: what a position of it sees of what stood there.

    ``n`` is of how many, one after the other; ``block`` tells the one of a repetition, and ``over`` has the index
    with its first and last value where they are not alike.
    """

    label: str
    field: Field
    before: Field
    after: Field
    n: sympy.Expr = ONE
    block: tuple[Growth, ...] = ()
    over: tuple[Symbol, sympy.Expr, sympy.Expr] | None = None
    labels: tuple[str, ...] = ()


Grown = dict[int, tuple[Growth, ...]]  # by the axis of the input


class Teller(Walk):
    """Walks through a network, and remembers which layers enlarged each view on its way."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.grown: dict[View, Grown] = {}

    def group(self, group: Group, inputs: tuple[View, ...], path: str) -> tuple[View, ...]:
        """Return the views of a layer's outputs, and note by what they grew."""
        outputs = super().group(group, inputs, path)
        for output in outputs:
            if output not in self.grown and output.stop is None:
                self.grown[output] = self.through(inputs, output, path)
        return outputs

    def through(self, inputs: tuple[View, ...], output: View, path: str) -> Grown:
        """Return by what the fields of an output grew: of several inputs, through the one that decides."""
        found: Grown = {}
        for axis, after in output.field.items():
            for view in sorted(inputs, key=lambda v: -len(self.grown.get(v, {}).get(axis, ()))):
                before = view.field.get(axis)
                own = before and layer_between(before, after)
                if before is None or own is None:
                    continue
                chain = self.grown.get(view, {}).get(axis, ())
                more = () if own == SAME else (Growth(path, own, before, after),)
                found[axis] = (*chain, *more)
                if own == SAME:
                    break
        return found

    def depth(
        self, group: Group, depth: Times | Sum, inputs: tuple[View, ...], path: str
    ) -> tuple[View, ...]:
        """Return the view behind a repetition, and note that it grew by as many blocks."""
        outputs = super().depth(group, depth, inputs, path)
        (before, *others), output = inputs, outputs[0]
        if others or output in self.grown or output.stop is not None:
            return outputs
        aside = Teller(self.facts)
        alone = replace(
            before, axes=tuple((i, SAME) if e else None for i, e in enumerate(before.axes))
        )
        block = aside.group(depth.child, (alone,), f"{path}.*".strip("."))[0]  # type: ignore[arg-type]
        found: Grown = {}
        for axis, after in output.field.items():
            field, outer = block.field.get(axis), before.field.get(axis)
            if field is None or outer is None:
                continue
            chain = self.grown.get(before, {}).get(axis, ())
            inside = aside.grown.get(block, {}).get(axis, ())
            grown = Growth(path, field, outer, after, depth.n, inside, _index(depth, field))
            if grown.over and field.step != 1:
                return outputs
            found[axis] = (*chain, *([grown] if field != SAME else []))
        self.grown[output] = found
        return outputs


def _index(depth: Times | Sum, field: Field) -> tuple[Symbol, sympy.Expr, sympy.Expr] | None:
    """Return the index that the fields of blocks depend on, with its first and last value."""
    depends = isinstance(depth, Sum) and any(
        part.has(depth.index) for part in (field.size, field.step)
    )
    return depth.limits if depends else None  # type: ignore[union-attr]


def layer_between(before: Field, after: Field) -> Field | None:
    """Return what a layer sees, from the fields before and behind it, where all positions see alike."""
    if len(before.spans) != 1 or len(after.spans) != 1:
        return None
    step = sympy.cancel(after.step / before.step)
    reach = sympy.cancel((after.size - before.size) / before.step)
    whole = sympy.fraction(reach)[1] == 1 and sympy.fraction(step)[1] == 1
    if not whole or reach.could_extract_minus_sign():
        return None
    return SAME if (step, reach) == (1, 0) else Field(step, ((ZERO, spread(reach)),))


def passages(cost: Cost, facts: Facts) -> Iterator[Passage]:
    """Yield how the receptive field grows along each axis; of axes that are alike the first.

    Raises:
        ArgumentError, NotClosedError: there is no receptive field, or none in closed form.
    """
    whole = cost.views[""]  # with what is wrong, if anything is
    walk = Teller(Facts(tuple(r for r in cost.setup.assume if r.symbols)))
    try:
        seen = (
            walk.group(cost.root, (own_view(cost.root, 0),), "")[0]
            if len(cost.root.inputs) == 1
            else whole
        )
    except NotClosedError:
        seen = whole
    grown = walk.grown.get(seen.stop or seen, {})
    sizes = dict(zip(whole.field, receptive_field(whole).size, strict=True))
    told: dict[Any, int] = {}
    for number, (axis, size) in enumerate(sizes.items(), 1):
        field, chain = whole.field[axis], grown.get(axis, ())
        key = (size, tuple((g.label, g.field, g.n) for g in chain))
        if key in told:
            yield Passage((), (reason("axis_alike", axis=str(number), other=str(told[key])),))
            continue
        told[key] = number
        yield from Axis(number, len(sizes), facts).told(chain, field, size)


class Axis:
    """Tells how the field grows along one axis."""

    def __init__(self, number: int, axes: int, facts: Facts) -> None:
        self.tail = f",{number}" if axes > 1 and number > 1 else ""
        self.facts = facts

    def told(self, chain: tuple[Growth, ...], field: Field, size: sympy.Expr) -> Iterator[Passage]:
        """Yield the passages of an axis, the last of which ends in the size."""
        ended = chain and are_equal(chain[-1].after.size, field.size, self.facts)
        if not ended:
            why = "field_alone" if size == 1 else "field_as_it_is"
            yield Passage((Line(size, reason(why), Named("r", "", size)),))
            return
        told = [self.block(growth) for growth in chain if len(joined(growth.block)) > 1]
        whole = (reason("fields_of_whole"),) if told else ()
        told.append(Passage(tuple(self.lines(chain, Named("r", "", size))), whole))
        told[0] = replace(told[0], said=(said(), *told[0].said))
        yield from told

    def block(self, growth: Growth) -> Passage:
        """Return how the field grows in one block, taken by itself."""
        label = f"{growth.label} block".strip()
        name = Named("r", label, growth.field.size)
        lines = tuple(self.lines(growth.block, name))
        return Passage(lines, (reason("fields_of_block"),), label, f"{growth.label}.*")

    def lines(self, chain: tuple[Growth, ...], end: Named) -> Iterator[Line]:
        """Yield the lines of each layer, to the one that ``end`` names: its field, and how far apart those are."""
        chain = joined(chain)
        r: Form = Named("r", f"0{self.tail}", chain[0].before.size)
        j: Form = Named("j", f"0{self.tail}", chain[0].before.step)
        yield Line(ONE, name=r)
        yield Line(ONE, name=j)
        for number, growth in enumerate(chain, 1):
            last = number == len(chain)
            field, times = growth.field, _times(growth)
            after = end.of if last else growth.after.size
            reach = spread(field.size - 1)
            if reach != 0:
                form = Total((r, _product(times, growth_of(growth), j)))
                r = end if last else Named("r", f"{number}{self.tail}", after)
                yield Line(form, reason_of(growth), r)
                yield from self.put_in(chain, number, growth, after)
            if field.step != 1 and not last:
                stride = field.step if growth.n == 1 else Power(field.step, growth.n)
                name = Named("j", f"{number}{self.tail}", growth.after.step)
                yield Line(
                    Product((j, stride), sign="·"),
                    reason("stride_of", layer=growth.label, stride=field.step),
                    name,
                )
                yield Line(growth.after.step)
                j = name
            if last and reach == 0:
                yield Line(r, name=end)
                yield Line(end.of)

    def put_in(
        self, chain: tuple[Growth, ...], number: int, growth: Growth, after: sympy.Expr
    ) -> Iterator[Line]:
        """Yield the line with what the names stand for, where it says more, and the field."""
        before = chain[number - 1].before
        form = Total((before.size, _product(_times(growth), growth_of(growth), before.step)))
        yield Line(form, reason("results"))
        yield Line(after)


def joined(chain: tuple[Growth, ...]) -> tuple[Growth, ...]:
    """Return a chain with neighbours that grow a field alike as one: three layers of the same kernel."""
    kept: list[Growth] = []
    for growth in chain:
        last = kept[-1] if kept else None
        plain = growth.field.step == 1 and growth.n == 1 and not growth.block
        if last and plain and not last.block and last.field == growth.field:
            labels = (*last.labels, growth.label)
            kept[-1] = replace(last, n=last.n + 1, after=growth.after, labels=labels)
        else:
            kept.append(replace(growth, labels=(growth.label,)))
    return tuple(kept)


def reason_of(growth: Growth) -> Reason:
    """Return why a field grows: by one layer, or by several of the same kernel."""
    size = growth.field.size
    window = size if size.is_Symbol or size.is_Rational else Total((_less(size), ONE))
    if len(growth.labels) > 1:
        ends = {"first": growth.labels[0], "last": growth.labels[-1]}
        return reason("field_of_several", n=growth.n, kernel=window, **ends)
    if growth.over:
        return reason("field_of_blocks", n=growth.n)
    if growth.block:
        alone = len(joined(growth.block)) == 1
        return reason("field_of_alike" if alone else "field_of_blocks", n=growth.n, kernel=window)
    if not growth.label:
        return reason("field_of_one", kernel=window)
    return reason("field_of", layer=growth.label, kernel=window)


def said() -> Reason:
    """Return the sentence that says how a field grows."""
    k, j = (index(name) for name in "kj")
    return reason("fields", k=k, j=j, more=Product((Total((k, Minus(ONE))), j)))


def growth_of(growth: Growth) -> Form:
    """Return by how much a field grows, at a distance of 1: k − 1, or a sum over the index of blocks."""
    less = _less(growth.field.size)
    return Series("Σ", *growth.over, less) if growth.over else less


def _less(size: sympy.Expr) -> Form:
    return Total((size, Minus(ONE))) if size.is_Symbol else spread(size - 1)


def _times(growth: Growth) -> Form:
    """Return how often a block's growth counts: once for each, at the stride of those before it."""
    if growth.over:
        return ONE
    if growth.field.step == 1 or growth.n == 1:
        return growth.n
    i = unused(growth.field.step, growth.n)
    return Series("Σ", i, ZERO, growth.n - 1, Power(growth.field.step, i))


def _product(*factors: Form) -> Form:
    kept = tuple(factor for factor in factors if factor != 1)
    return Product(kept or (ONE,), sign="·")
