"""What a network has, told from its layers: each of them once, then the sums, from the inside out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symflops.derivations.lines import Line, Passage, Reason, closed, reason
from symflops.derivations.sums import (
    closings,
    ending_in,
    looks_alike,
    several,
    simplest,
    simplified,
    spelled_out,
)
from symflops.layers.recurrent import Recurrent
from symflops.trace import Group, Node, Routed, Step, Sum, Times
from symflops.typeset.forms import Named, Product, Series, Total, value

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    import sympy

    from symflops.derivations.quantities import Quantity, Told
    from symflops.derivations.sizes import Names
    from symflops.derivations.ties import Ties
    from symflops.typeset.forms import Form


@dataclass(frozen=True)
class Part:
    """What one child adds: a form for the sum it stands in, and the lines that lead to it."""

    form: Form
    lines: tuple[Line, ...] = ()
    said: tuple[Reason, ...] = ()  # of the layer itself
    notes: tuple[Reason, ...] = ()  # of how often it is there


class Composer:
    """Tells groups from the inside out; equal ones once."""

    def __init__(self, quantity: Quantity, names: Names, detail: str, ties: Ties) -> None:
        self.quantity, self.names, self.detail, self.ties = quantity, names, detail, ties
        self.passages: list[Passage] = []
        self.told: dict[Node, Told | None] = {}
        self.keys: dict[Node, Hashable] = {}
        self.parts: dict[Hashable, Part] = {}
        self.explained: set[Hashable] = set()
        self.labels: dict[str, Hashable] = {}
        self.blocks = self.experts = 0
        self.steps_of_time: set[Node] = set()

    def whole(self, root: Group, result: sympy.Expr) -> tuple[Passage, ...]:
        """Return the passages that lead to the total of a root."""
        self.steps_of_time = {c for n in nodes(root) for c in children_in_time(n)}
        depths = {n for n in nodes(root) if isinstance(n, Times | Sum) and self.has(n)}
        self.experts = sum(isinstance(n, Routed) for n in depths)
        self.blocks = len(depths) - self.experts
        if not self.has(root) and not self.ties.of(root):
            name = self.quantity.named("", result)
            return (Passage((Line(result, reason("nothing_counted"), name),)),)
        part = self.part("", "", root)
        if not (isinstance(part.form, Named) and not part.form.label):
            lines = (*part.lines, *self.total("", (part.form,)))
            said = (*part.said, *part.notes, *closings((part.form,)))
            self.passages.append(Passage(lines, said))
        elif part.lines:
            self.passages.append(Passage(part.lines, (*part.said, *part.notes)))
        else:
            last = self.passages[-1]
            self.passages[-1] = replace(last, said=(*last.said, *part.notes))
        self.passages[-1] = ending_in(self.passages[-1], result)
        return tuple(self.passages)

    # what there is to tell

    def has(self, node: Node) -> bool:
        """Say whether anything of a node counts."""
        if isinstance(node, Times | Sum):
            # the weights of what is there for training alone count, its work does not
            there = isinstance(node, Sum | Routed) or self.quantity.often(node) != 0
            return there and not self.ties.are(node.child) and self.has(node.child)
        if isinstance(node, Step) or self.quantity.is_told_whole(node):
            return self.by_itself(node) is not None
        return bool(self.kids(node))

    def kids(self, group: Group) -> list[tuple[str, Node]]:
        """Return the children that count, and what is tied by a name and counted here."""
        own = [(n, c) for n, c in group.children if not self.ties.are(c) and self.has(c)]
        return own + [(n, c) for n, c in self.ties.of(group) if self.has(c)]

    def by_itself(self, node: Group | Step) -> Told | None:
        """Return what a leaf or a step has, remembered."""
        if node not in self.told:
            self.told[node] = self.quantity.of(node)
        return self.told[node]

    def key(self, node: Node) -> Hashable:
        """Return what equal nodes have in common."""
        if node not in self.keys:
            self.keys[node] = self._key(node)
        return self.keys[node]

    def _key(self, node: Node) -> Hashable:
        if isinstance(node, Sum):
            return "sum", node.limits, self.key(node.child)
        if isinstance(node, Times):
            return "times", self.quantity.often(node), self.key(node.child)
        if isinstance(node, Step) or self.quantity.is_told_whole(node):
            told = self.by_itself(node)
            return getattr(node, "kind", "step"), told and told.form
        return node.kind, tuple(self.key(child) for _, child in self.kids(node))

    # telling it

    def part(self, label: str, path: str, node: Node) -> Part:
        """Return what a node adds to the sum it stands in."""
        if isinstance(node, Times | Sum):
            return self.depth(label, path, node)
        if isinstance(node, Step) or self.quantity.is_told_whole(node):
            return self.leaf(label, node)
        kids = self.kids(node)
        if len(kids) == 1:
            ((name, child),) = kids
            only = self.part(label, f"{path}.{name}".strip("."), child)
            return replace(only, notes=(*only.notes, *self.tied(node)))
        key = self.key(node)
        if key not in self.parts:
            own = label if path.endswith("*") or not label else self.label(path)
            own = own if self.labels.setdefault(own, key) == key else path
            self.parts[key] = self.composed(own, path, node, kids)
        return self.parts[key]

    def leaf(self, label: str, node: Group | Step) -> Part:
        """Return what a layer without layers adds, with the lines that tell it."""
        told = self.by_itself(node)
        assert told is not None  # noqa: S101 - it was asked for before
        result = simplest((value(told.form),))
        name = self.quantity.named(label, result)
        steps = self.steps(label, node) if self.detail == "full" else []
        lines = [line for _, part in steps for line in part.lines]
        if steps:
            lines.append(Line(Total(tuple(part.form for _, part in steps)), reason("sum"), name))
            lines.append(Line(told.form, told.why))
        else:
            lines.append(Line(told.form, told.why, name))
        if not looks_alike(told.form, result):
            lines.append(Line(result, simplified(told.form, result)))
        return Part(name, tuple(lines), told.said)

    def steps(self, label: str, node: Group | Step) -> list[tuple[str, Part]]:
        """Return what each step of a layer adds, where it has several."""
        if isinstance(node, Step):
            return []
        kids = [(n, c) for n, c in node.children if isinstance(c, Step) and self.has(c)]
        if len(kids) == 1 or len(kids) != len([c for _, c in node.children if self.has(c)]):
            return []
        return [(name, self.leaf(f"{label}.{name}".strip("."), step)) for name, step in kids]

    def depth(self, label: str, path: str, node: Times | Sum) -> Part:
        """Return what a repetition adds: so many blocks, or a sum over them."""
        word, number = (
            ("expert", self.experts)
            if isinstance(node, Routed)
            else ("step" if node in self.steps_of_time else "block", self.blocks)
        )
        block = word if number == 1 else f"{self.label(path)} {word}".strip()
        once = word != "expert" and isinstance(node, Times) and self.quantity.often(node) == 1
        inner = self.part(label if once else block, f"{path}.*".strip("."), node.child)
        if isinstance(node, Sum):
            index, first, last = node.limits
            form: Form = Series("Σ", index, first, last, inner.form)
            said = reason("blocks_differ", index=index, first=first, last=last, n=node.n)
            return replace(inner, form=form, notes=(*inner.notes, said))
        often = self.names.put(self.quantity.often(node))
        form = inner.form if often == 1 else Product((often, inner.form))
        return replace(
            inner, form=form, notes=(*inner.notes, *self.repeated(word, block, often, node))
        )

    def repeated(self, word: str, block: str, often: sympy.Expr, node: Times) -> Iterator[Reason]:
        """Yield why a block counts as often as it does."""
        if isinstance(node, Routed):
            of = self.names.put(node.of)
            yield reason("experts" if often == of else "routed", n=often, of=of)
        elif often != node.n:
            shared = "shared_in_time" if word == "step" else "shared_by_steps"
            yield reason(shared, n=self.names.put(node.n), block=word)
        elif often != 1:
            yield (
                reason("repeated", n=often, block=word)
                if block == word
                else reason("repeated_by_name", n=often, name=block)
            )

    def label(self, path: str) -> str:
        """Return a path without what repeats: attn for h.*.attn where there is one depth."""
        names = path.split(".")
        if self.blocks == 1 and "*" in names[:-1]:
            names = names[names.index("*") + 1 :]
        return ".".join(name for name in names if name != "*")

    def composed(self, label: str, path: str, group: Group, kids: list[tuple[str, Node]]) -> Part:
        """Tell a layer of layers in a passage of its own, and return what it adds."""
        found: dict[Hashable, list[tuple[str, Part]]] = {}
        for name, child in kids:
            inside = f"{path}.{name}".strip(".")
            own = self.label(inside) if name.isdecimal() else name
            part = self.part(own, inside, child)
            found.setdefault(self.key(child), []).append((own, part))
        lines: list[Line] = []
        said: list[Reason] = []
        summed: list[Form] = []
        for alike in found.values():
            (name, part), *others = alike
            lines += part.lines
            said += [*self.first_said(name, part), *part.notes]
            if others:
                said.append(reason("alike", name=name, names=tuple(n for n, _ in others)))
            summed.append(several(len(alike), part.form))
        said += [*closings(summed), *self.left_out(path, group)]
        said += self.tied(group)
        lines += self.total(label, tuple(summed))
        self.passages.append(Passage(tuple(lines), tuple(said), label, path if label else ""))
        return Part(self.passages[-1].chains[-1][0].name)

    def tied(self, group: Group) -> list[Reason]:
        """Return which weights are counted here that layers share."""
        names = tuple(self.label(name) or "block" for name, _ in self.ties.of(group))
        return [reason("tied", names=names)] if names else []

    def total(self, label: str, summed: tuple[Form, ...]) -> list[Line]:
        """Return the lines of a sum: by names, with sums over an index spelled out, and what it comes to."""
        form = summed[0] if len(summed) == 1 else Total(summed)
        result = simplest(closed(value(term)) for term in summed)
        lines = [
            Line(
                form, reason("sum") if len(summed) > 1 else None, self.quantity.named(label, result)
            )
        ]
        spelled = spelled_out(form)
        if spelled != form:
            lines.append(Line(spelled, reason("results")))
        why = reason("closed") if spelled != form else simplified(form, result)
        return [*lines, Line(result, why)]

    def first_said(self, name: str, part: Part) -> Iterator[Reason]:
        """Yield the sentences of a layer; at less than full detail those that were not said of another."""
        patterns = set(map(pattern, part.said))
        known = [s for s in part.said if s.key in AGAIN]
        if part.said and (self.detail == "full" or not patterns <= self.explained):
            known_before = set(self.explained)
            self.explained |= patterns
            yield reason("layer", name=name)
            yield from (
                s for s in part.said if s.key not in MASKS or pattern(s) not in known_before
            )
        elif known:
            first = known[0]
            yield reason("again", name=name, said=Reason(f"{first.key}_again", first.parts))

    def left_out(self, path: str, group: Group) -> Iterator[Reason]:
        """Yield what is not counted though it takes something."""
        names = [
            self.label(f"{path}.{name}".strip(".")) if name.isdecimal() else name
            for name, child in group.children
            if isinstance(child, Group) and not self.has(child) and self.quantity.leaves_out(child)
        ]
        if names:
            yield reason("left_out", names=tuple(names))


MASKS = ("mask", "mask_alone")  # which are the same for scores, their softmax and the weighting
#: Sentences that have a shorter one for the same with other sizes.
AGAIN = {
    *("dot", "scores", "weighted", "each", "reduced", "mean", "norm_mean", "norm_squares"),
    *("filters", "matrix", "weight", "weights_each"),
}


def pattern(said: Reason) -> Hashable:
    """Return what a sentence has in common with that of another layer: all but the sizes."""
    parts = dict(said.parts)
    counts = parts.get("counts", ())
    if said.key == "layer":
        return said
    if said.key in ("each", "own", "taken"):  # so many an element are not sizes
        return said.key, counts, parts.get("why")
    terms = parts.get("terms")
    several = isinstance(terms, Product) or (terms and terms.as_coeff_Mul()[1].is_Mul)
    return said.key, bool(several), tuple(operation for operation, _ in counts)


def children_in_time(node: Node) -> Iterator[Node]:
    """Yield what a recurrent layer does at every step."""
    if isinstance(node, Group) and isinstance(node.layer, Recurrent):
        yield from (child for _, child in node.children if isinstance(child, Times))


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, each as often as it stands there."""
    yield node
    if isinstance(node, Times | Sum):
        yield from nodes(node.child)
    elif isinstance(node, Group):
        for _, child in node.children:
            yield from nodes(child)
