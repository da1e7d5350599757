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
    extra: sympy.Expr | None = None  # of a transposed convolution: what is added behind its windows

    @property
    def slid(self) -> tuple[Window, sympy.Expr | None]:
        """What slides: the window, and what is added behind it."""
        return self.window, self.extra

    def is_like(self, other: Slide) -> bool:
        """Say whether an axis differs from another in the name of its size alone."""
        mine, others = (list(slide.before.free_symbols) for slide in (self, other))
        alone, another = set(mine) - set(others), set(others) - set(mine)
        swap = dict(zip(alone, another, strict=False))
        return self.slid == other.slid and (
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
            for form, extra in forms(group, window, self.known.get(n, n)):
                if are_equal(value(form), m, self.facts):
                    found.append(Slide(label, window, n, m, letter, form, extra))
                    break
        return found

    def tell(self, found: list[Slide], path: str) -> None:
        """Tell the sizes behind one layer that were not told: of axes that are alike one, window by window."""
        told: dict[Any, list[Slide]] = {}
        alike: dict[Any, list[Named]] = {}
        for slide in found:
            window, name = slide.slid, Named(slide.letter, slide.label, slide.behind)
            if any(map(slide.is_like, told.get(window, ()))):
                alike.setdefault(window, []).append(name)
            elif slide.behind not in self.known:
                told.setdefault(window, []).append(slide)
            self.known.setdefault(slide.behind, name)
            self.forms.setdefault(slide.behind, slide.form)
        title = path
        for window, slides in told.items():
            lines = tuple(line for slide in slides for line in _lines_of(slide))
            sizes = tuple(alike.get(window, ()))
            said = (*_window_of(slides[0]), *([reason("axes_alike", sizes=sizes)] if sizes else []))
            self.passages.append(Passage(lines, said, title, path))
            title = ""


def _window_of(slide: Slide) -> Iterator[Reason]:
    """Yield what slides over an axis."""
    window = slide.window
    given = {"kernel": window.kernel, "stride": window.stride, "dilation": window.dilation}
    key = "slides" if slide.extra is None else "slides_apart"
    yield Reason(key, (*given.items(), ("padding", window.before)))
    if slide.extra:
        yield reason("added_behind", extra=slide.extra)


def _lines_of(slide: Slide) -> Iterator[Line]:
    """Yield how large the output is along an axis."""
    why = reason("steps_of_window" if slide.extra is None else "spread_windows")
    yield Line(slide.form, why, Named(slide.letter, slide.label, slide.behind))
    if slide.form != slide.behind:
        yield Line(slide.behind)


def windows_of(layer: Any) -> tuple[Window, ...]:
    """Return the windows of a layer along its axes; nothing where its ``windows`` are something else."""
    method = getattr(layer, "windows", None)
    found = method() if callable(method) and not signature(method).parameters else ()
    known = isinstance(found, tuple) and all(isinstance(window, Window) for window in found)
    return found if known else ()


def forms(group: Group, window: Window, size: Form) -> Iterator[tuple[Form, sympy.Expr | None]]:
    """Yield how large an output may be: of a window that slides, or rounds up, or of a transposed one with its extra."""
    slack = slid(window, size)
    if window.stride == 1:
        yield _plus(slack, ONE), None
    else:
        steps = Quotient(slack, window.stride, inline=True)
        yield Total((Called("floor", (steps,)), ONE)), None
        yield Total((Called("ceiling", (steps,)), ONE)), None
    extras = getattr(group.layer, "extras", None)
    if extras is not None:
        for extra in extras():
            yield spread_out(window, size, extra), extra


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
