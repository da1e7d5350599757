"""What a network has, told from its layers: each of them once, then the sums, from the inside out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symflops.derivations.lines import Line, Passage, closed, reason
from symflops.exprs import ONE, collect, expanded, joined, terms
from symflops.forms import Named, Product, Series, Total, value, write
from symflops.tally import total
from symflops.trace import Group, Node, Routed, Step, Sum, Times

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    import sympy

    from symflops.derivations.lines import Reason
    from symflops.derivations.quantities import Quantity, Told
    from symflops.derivations.sizes import Names
    from symflops.forms import Form


@dataclass(frozen=True)
class Part:
    """What one child adds: a form for the sum it stands in, and the lines that lead to it."""

    form: Form
    lines: tuple[Line, ...] = ()
    said: tuple[Reason, ...] = ()


class Composer:
    """Tells groups from the inside out; equal ones once."""

    def __init__(self, quantity: Quantity, names: Names, detail: str, ties: Ties) -> None:
        self.quantity, self.names, self.detail, self.ties = quantity, names, detail, ties
        self.passages: list[Passage] = []
        self.told: dict[Node, Told | None] = {}
        self.keys: dict[Node, Hashable] = {}
        self.parts: dict[Hashable, Part] = {}
        self.explained: set[Hashable] = set()
        self.blocks = self.experts = 0

    def whole(self, root: Group, result: sympy.Expr) -> tuple[Passage, ...]:
        """Return the passages that lead to the total of a root."""
        depths = {n for n in nodes(root) if isinstance(n, Times | Sum) and self.has(n)}
        self.experts = sum(isinstance(n, Routed) for n in depths)
        self.blocks = len(depths) - self.experts
        if not self.has(root) and not self.ties.of(root):
            name = self.quantity.named("", result)
            return (Passage((Line(result, reason("nothing_counted"), name),)),)
        part = self.part("", "", root)
        name = self.quantity.named("", result)
        if isinstance(part.form, Named) and not part.form.label:
            if part.lines:
                self.passages.append(Passage(part.lines, part.said))
        else:
            lines = (Line(part.form, name=name), Line(closed(value(part.form)), reason("closed")))
            self.passages.append(Passage((*part.lines, *lines), part.said))
        self.passages[-1] = ending_in(self.passages[-1], result)
        return tuple(self.passages)

    # what there is to tell

    def has(self, node: Node) -> bool:
        """Say whether anything of a node counts."""
        if isinstance(node, Times | Sum):
            return self.has(node.child)
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
            return self.part(label, f"{path}.{name}".strip("."), child)
        key = self.key(node)
        if key not in self.parts:
            own = label if path.endswith("*") else self.label(path)
            self.parts[key] = self.composed(own, path, node, kids)
        return self.parts[key]

    def leaf(self, label: str, node: Group | Step) -> Part:
        """Return what a layer without layers adds, with the lines that tell it."""
        told = self.by_itself(node)
        assert told is not None  # noqa: S101 - it was asked for before
        result = simplest((value(told.form),))
        name = self.quantity.named(label, result)
        lines = [Line(told.form, told.why, name)]
        if not looks_alike(told.form, result):
            lines.append(Line(result, reason("collected")))
        return Part(name, tuple(lines), told.said)

    def depth(self, label: str, path: str, node: Times | Sum) -> Part:
        """Return what a repetition adds: so many blocks, or a sum over them."""
        word, number = (
            ("expert", self.experts) if isinstance(node, Routed) else ("block", self.blocks)
        )
        block = word if number == 1 else f"{self.label(path)} {word}".strip()
        inner = self.part(block, f"{path}.*".strip("."), node.child)
        if isinstance(node, Sum):
            index, first, last = node.limits
            return replace(inner, form=Series("Σ", index, first, last, inner.form))
        number = self.names.put(self.quantity.often(node))
        return inner if number == 1 else replace(inner, form=Product((number, inner.form)))

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
            found.setdefault(self.key(child), []).append((name, part))
        lines: list[Line] = []
        said: list[Reason] = list(self.left_out(group))
        summed: list[Form] = []
        for alike in found.values():
            (name, part), *others = alike
            lines += part.lines
            said += self.first_said(name, part)
            if others:
                said.append(reason("alike", name=name, names=tuple(n for n, _ in others)))
            summed.append(several(len(alike), part.form))
        form = summed[0] if len(summed) == 1 else Total(tuple(summed))
        result = simplest(closed(value(term)) for term in summed)
        name_ = self.quantity.named(label, result)
        lines += [Line(form, reason("sum"), name_), Line(result, reason("collected"))]
        self.passages.append(Passage(tuple(lines), tuple(said), label, path))
        return Part(name_)

    def first_said(self, name: str, part: Part) -> Iterator[Reason]:
        """Yield the sentences of a layer; at less than full detail those that were not said of another."""
        new = [
            said
            for said in part.said
            if self.detail == "full" or (said.key, _kinds(said)) not in self.explained
        ]
        self.explained |= {(said.key, _kinds(said)) for said in new}
        if new:
            yield reason("layer", name=name)
            yield from new

    def left_out(self, group: Group) -> Iterator[Reason]:
        """Yield what is not counted though it takes something."""
        names = [
            name
            for name, child in group.children
            if isinstance(child, Group) and not self.has(child) and self.quantity.leaves_out(child)
        ]
        if names:
            yield reason("left_out", names=tuple(names))


def ending_in(passage: Passage, result: sympy.Expr) -> Passage:
    """Return a passage that ends in the metric as it is printed elsewhere, if that is no longer."""
    *lines, last = passage.lines
    shown, printed = (write(form, "text") for form in (last.form, result))
    if shown == printed or len(printed) > len(shown) or looks_alike(last.form, result):
        return passage
    why = last.why if last.name is None else None
    ending = Line(result, why or reason("collected"))
    return replace(
        passage, lines=(*lines, ending) if last.name is None else (*passage.lines, ending)
    )


def _kinds(said: Reason) -> Hashable:
    """Return which operations a sentence speaks of."""
    counts = dict(said.parts).get("counts", ())
    return tuple(operation for operation, _ in counts)


def several(number: int, form: Form) -> Form:
    """Return a form so many times."""
    if number == 1:
        return form
    if isinstance(form, Product):
        return Product((ONE * number, *form.factors))
    return Product((ONE * number, form))


def simplest(summed: Iterable[sympy.Expr]) -> sympy.Expr:
    """Return a sum with like terms collected, multiplied out if that leaves it short."""
    pairs = total((ONE, collect(terms(term))) for term in summed)
    multiplied = expanded(pairs)
    return joined(multiplied if len(multiplied) <= MOST_TERMS else pairs)


MOST_TERMS = 8  # of a result that is multiplied out


def looks_alike(form: Form, result: sympy.Expr) -> bool:
    """Say whether a form reads as its value does, but for dots between factors."""
    one, other = (write(f, "text").replace(" · ", " ") for f in (form, result))
    return sorted(one.split(" ")) == sorted(other.split(" "))


def nodes(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, each as often as it stands there."""
    yield node
    if isinstance(node, Times | Sum):
        yield from nodes(node.child)
    elif isinstance(node, Group):
        for _, child in node.children:
            yield from nodes(child)


class Ties:
    """Which layers share weights by a name, and where those are counted once."""

    def __init__(self, root: Group, *, counted: bool) -> None:
        self.counted = counted
        self._here: dict[Group, list[tuple[str, Node]]] = {}
        if counted:
            left = self._found(root, "")
            self._here.setdefault(root, []).extend(left.values())

    def are(self, node: Node) -> bool:
        """Say whether a node shares its weights by a name."""
        return self.counted and isinstance(node, Group) and bool(node.tied)

    def of(self, group: Group) -> list[tuple[str, Node]]:
        """Return the layers whose shared weights are counted with this one."""
        return self._here.get(group, [])

    def _found(self, node: Node, path: str) -> dict[str, tuple[str, Node]]:
        if isinstance(node, Step):
            return {}
        if isinstance(node, Times | Sum):
            return self._found(node.child, f"{path}.*".strip("."))
        left: dict[str, tuple[str, Node]] = {}
        for name, child in node.children:
            inside = f"{path}.{name}".strip(".")
            if self.are(child):
                assert isinstance(child, Group)  # noqa: S101 - nothing else is tied
                left.setdefault(child.tied, (inside, replace(child, tied="")))
            left = self._found(child, inside) | left
        own = [known for known in left if known.startswith(".")]
        if own and node not in self._here:
            self._here[node] = [left[known] for known in own]
        return {known: tied for known, tied in left.items() if known not in own}
