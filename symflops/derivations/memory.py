"""What has to be kept, as it is told: the elements of outputs, what the next decoding step needs, and bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symflops.derivations.factors import grouped, parted
from symflops.derivations.layers import renamed
from symflops.derivations.lines import Line, Passage, reason
from symflops.derivations.quantities import LETTERS, Quantity, Told
from symflops.exprs import product
from symflops.trace import Group, Step
from symflops.typeset.forms import Named, Product, Total, value
from symflops.units import bytes_of

if TYPE_CHECKING:
    import sympy

    from symflops.typeset.forms import Form

#: Metrics in bytes: the elements that they are bytes of, and the format of an element.
BYTES = {"model_size": ("params", "float32"), "kv_cache_size": ("kv_cache", "float16")}


@dataclass(frozen=True)
class Activations(Quantity):
    """Elements of the outputs of all layers without layers, and of fused ones."""

    def of(self, item: Group | Step) -> Told | None:
        """Tell the elements of a layer's outputs; one that does nothing at all is a view."""
        if isinstance(item, Step) or not self.is_told_whole(item):
            return None
        if all(isinstance(child, Step) and child.rule == "there" for _, child in item.children):
            return None
        forms = tuple(grouped(map(self.put, shape)) for shape in item.outputs)
        said = tuple(reason("output_elements", elements=form) for form in forms)
        return Told(_added(forms), said)

    def is_told_whole(self, group: Group) -> bool:
        """Say whether nothing that is made inside is stored."""
        return group.is_row


@dataclass(frozen=True)
class Kept(Quantity):
    """Elements that are kept for the next decoding step."""

    def of(self, item: Group | Step) -> Told | None:
        """Tell the keys, values and states of a layer."""
        steps = [item] if isinstance(item, Step) else [step for _, step in item.children]
        kept = [step for step in steps if isinstance(step, Step) and step.cached != 0]
        forms = tuple(renamed(_factored(step), self.put) for step in kept)
        said = tuple(reason("kept", elements=form) for form in forms)
        return Told(_added(forms), said) if forms else None


def _added(forms: tuple[Form, ...]) -> Form:
    return forms[0] if len(forms) == 1 else Total(forms)


def _factored(step: Step) -> Form:
    """Return what a step keeps, in the order in which its factors are printed."""
    found = parted(step.order, step.cached)
    return grouped(found[0]) if found and product(found[0]) == step.cached else step.cached


def in_bytes(metric: str, elements: Passage, result: sympy.Expr) -> Passage:
    """Return the passage from elements to bytes."""
    _, dtype = BYTES[metric]
    whole: Any = elements.chains[-1][0].name
    each = bytes_of(dtype)
    lines = (
        Line(Product((each, whole)), name=Named(LETTERS[metric], whole.label, result)),
        Line(Product((each, value(elements.lines[-1].form))), reason("put_in")),
        Line(result),
    )
    return Passage(lines, (reason("bytes", dtype=dtype, bytes=each),))
