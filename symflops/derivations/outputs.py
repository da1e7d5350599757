"""How large an output is, told from the windows that slide over each axis."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any

from symflops.derivations.layers import renamed
from symflops.derivations.lines import Line, Passage, Reason, are_equal, reason
from symflops.exprs import ONE, ZERO
from symflops.geometry import Window
from symflops.trace import Group, Sum, Times
from symflops.typeset.forms import Called, Minus, Named, Product, Quotient, Total, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sympy

    from symflops.costs import Cost
    from symflops.facts import Facts
    from symflops.trace import Node
    from symflops.typeset.forms import Form

LETTERS = {1: "L", 2: "HW", 3: "DHW"}  # of the axes of a map
OF_A_MAP = 2  # axes before those of a map: batch and channels


@dataclass(frozen=True)
class Slide:
    """A layer whose windows slide over one axis: its size before and behind."""

    label: str
    window: Window
    before: sympy.Expr
    behind: sympy.Expr
    letter: str
    form: Form  # with ``before`` by its name
    apart: bool = False  # a window for each position, side by side, as of a transposed convolution

    def is_like(self, other: Slide) -> bool:
        """Say whether an axis differs from another in the name of its size alone."""
        mine, others = (list(slide.before.free_symbols) for slide in (self, other))
        alone, another = set(mine) - set(others), set(others) - set(mine)
        swap = dict(zip(alone, another, strict=False))
        return self.window == other.window and (
            self.before.xreplace(swap) == other.before if len(alone) == len(another) <= 1 else False
        )


def passages(cost: Cost, facts: Facts) -> Iterator[Passage]:
    """Yield how large each map is, layer by layer, and then the output."""
    walk = Walk(facts)
    walk.follow(cost.root, "")
    yield from walk.passages
    for shape in (shape.written(batched=cost.batched) for shape in cost.root.outputs):
        axes = enumerate(shape, 1)
        lines = [Line(size, name=Named("out", str(axis), size)) for axis, size in axes]
        said = (reason("output_shape", shape=Product(tuple(shape), "×")),)
        yield Passage(() if walk.passages else tuple(lines), said)


def sizes(
    cost: Cost, facts: Facts, put: Callable[[sympy.Expr], sympy.Expr]
) -> dict[sympy.Expr, Form]:
    """Return how each size comes about from the window that made it, other sizes by their names."""
    walk = Walk(facts)
    walk.follow(cost.root, "")
    return {size: renamed(form, put) for size, form in walk.forms.items()}


class Walk:
    """Follows the sizes of maps through a network."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.forms: dict[sympy.Expr, Form] = {}  # how a size that was told comes about
        self.passages: list[Passage] = []
        self.known: dict[sympy.Expr, Named] = {}  # what a size is called that was told

    def follow(self, node: Node, path: str) -> None:
        """Tell the sizes behind a node and all in it."""
        if isinstance(node, Times | Sum):
            self.follow(node.child, f"{path}.*".strip("."))
        elif isinstance(node, Group):
            found = self.slides(node, path or "out")
            for name, child in node.children if not found else ():
                self.follow(child, f"{path}.{name}".strip("."))
            if found:
                self.tell(found, path)

    def slides(self, group: Group, label: str) -> list[Slide]:
        """Return what slides over each axis of a layer, where its windows say how large its output is."""
        layer: Any = group.layer
        if len(group.inputs) != 1 or len(group.outputs) != 1:
            return []
        windows = windows_of(layer)
        axes = len(windows)
        before, behind = group.inputs[0][OF_A_MAP:], group.outputs[0][OF_A_MAP:]
        if not axes or len(before) != axes or len(behind) != axes:
            return []
        found = []
        for letter, window, n, m in zip(LETTERS[axes], windows, before, behind, strict=True):
            for form, apart in forms(group, window, self.known.get(n, n)):
                if are_equal(value(form), m, self.facts):
                    found.append(Slide(label, window, n, m, letter, form, apart))
                    break
        return found

    def tell(self, found: list[Slide], path: str) -> None:
        """Tell the sizes behind one layer that were not told; of axes that are alike the first."""
        new = [slide for slide in found if slide.behind not in self.known]
        lines: list[Line] = []
        alike: list[Slide] = []
        for slide in new:
            name = Named(slide.letter, slide.label, slide.behind)
            self.known.setdefault(slide.behind, name)
            self.forms.setdefault(slide.behind, slide.form)
            if lines and slide.is_like(new[0]):
                alike.append(slide)
                continue
            why = reason("spread_windows" if slide.apart else "steps_of_window")
            lines += [Line(slide.form, why, name)]
            lines += [Line(slide.behind)] * (slide.form != slide.behind)
        if lines:
            w = new[0].window
            given = {"kernel": w.kernel, "stride": w.stride, "dilation": w.dilation}
            key = "slides_apart" if new[0].apart else "slides"
            said = [Reason(key, (*given.items(), ("padding", w.before)))]
            if alike:
                others = tuple(Named(slide.letter, slide.label, slide.behind) for slide in alike)
                said.append(reason("axes_alike", sizes=others))
            self.passages.append(Passage(tuple(lines), tuple(said), path, path))


def windows_of(layer: Any) -> tuple[Window, ...]:
    """Return the windows of a layer along its axes; nothing where its ``windows`` are something else."""
    method = getattr(layer, "windows", None)
    found = method() if callable(method) and not signature(method).parameters else ()
    known = isinstance(found, tuple) and all(isinstance(window, Window) for window in found)
    return found if known else ()


def forms(group: Group, window: Window, size: Form) -> Iterator[tuple[Form, bool]]:
    """Yield how large an output may be, and whether it is a transposed one: of a window that slides, or rounds up."""
    slack = slid(window, size)
    if window.stride == 1:
        yield _plus(slack, ONE), False
    else:
        steps = Quotient(slack, window.stride, inline=True)
        yield Total((Called("floor", (steps,)), ONE)), False
        yield Total((Called("ceiling", (steps,)), ONE)), False
    extras = getattr(group.layer, "extras", None)
    if extras is not None:
        for extra in extras():
            yield spread_out(window, size, extra), True


def slid(window: Window, size: Form) -> Form:
    """Return how far a window slides over a padded axis: H + 2p − d(k − 1) − 1."""
    terms: list[Form] = [size, *_padding(window)]
    if (reach := _reach(window)) != ZERO:
        terms.append(Minus(reach))
    return Total((*terms, Minus(ONE)))


def _padding(window: Window) -> list[Form]:
    if window.before == window.after:
        sign: Any = "·" if window.before.is_Rational else ""
        return [Product((ONE * 2, window.before), sign)] if window.before != 0 else []
    return [part for part in (window.before, window.after) if part != 0]


def _reach(window: Window) -> Form:
    less = Total((window.kernel, Minus(ONE)))
    if window.kernel == 1:
        return ZERO
    return less if window.dilation == 1 else Product((window.dilation, less))


def _plus(form: Form, number: sympy.Expr) -> Form:
    return Total((*form.terms, number)) if isinstance(form, Total) else Total((form, number))


def spread_out(window: Window, size: Form, extra: sympy.Expr) -> Form:
    """Return how many places a transposed window covers: (H − 1)s − 2p + d(k − 1) + 1."""
    terms: list[Form] = [Product((Total((size, Minus(ONE))), window.stride))]
    terms += [Minus(part) for part in _padding(window)]
    terms += [part for part in (_reach(window), extra) if part != 0]
    return Total((*terms, ONE))
