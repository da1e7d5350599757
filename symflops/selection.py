"""Parts of a trace: one layer by its path, everything up to it, or everything but a kind of layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sympy import Integer

from symflops.errors import ArgumentError, UnknownNameError
from symflops.trace import Flow, Group, Node, Routed, Step, Sum, Times, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def paths(node: Node, prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Yield every layer and step below a node with its path, repetitions entered once."""
    for name, child in _children(node):
        path = f"{prefix}.{name}" if prefix and name else prefix or name
        if isinstance(child, Times | Sum):
            path, child = f"{path}.0" if path else "0", child.child  # noqa: PLW2901 - a block of it
        yield path, child
        yield from paths(child, path)


def _children(node: Node) -> tuple[tuple[str, Node], ...]:
    return node.children if isinstance(node, Group) else ()


def select(root: Group, path: str) -> Group:
    """Return the part with this path; a step comes as a layer that does just that.

    Raises:
        UnknownNameError: nothing has this path.
        ArgumentError: the path enters a sum over a symbolic depth, whose blocks all differ.
    """
    node = root
    names = path.split(".")
    while names:
        name, *names = names
        child = _child(node, name)
        if child is None:
            raise UnknownNameError("layer", path, (known for known, _ in paths(root)))
        if isinstance(child, Step):
            if names:
                raise UnknownNameError("layer", path, (known for known, _ in paths(root)))
            return replace(node, children=((name, child),))
        node = child
    return node


def _child(group: Group, name: str) -> Group | Step | None:
    """Return a child by name; a number names any block of a repetition."""
    for known, child in group.children:
        if known == name and not isinstance(child, Times | Sum):
            return child
    repeated = _repetition(group)
    if isinstance(repeated, Times) and name.isdecimal() and isinstance(repeated.child, Group):
        there = repeated.of if isinstance(repeated, Routed) else repeated.n
        return repeated.child if not there.is_Integer or int(name) < there else None
    if isinstance(repeated, Sum):
        raise _differ(repeated)
    return None


def _differ(depth: Sum) -> ArgumentError:
    return ArgumentError(
        f"the blocks of a symbolic depth {depth.n} differ; put a number in with at() first"
    )


def _repetition(group: Group) -> Node | None:
    """Return what is repeated, which stands first and has no name; the last block may stand apart behind it."""
    name, child = group.children[0] if group.children else ("", None)
    return None if name else child


def up_to(root: Group, path: str) -> Group:
    """Return everything in order until the part with this path has run, that part included.

    Raises:
        UnknownNameError: nothing has this path.
    """
    end = select(root, path)
    return _cut(root, path.split("."), end)


def _cut(group: Group, names: list[str], end: Group) -> Group:
    name, *rest = names
    kept: list[tuple[str, Node]] = []
    flow = group.flow
    repeated = _repetition(group)
    if isinstance(repeated, Routed):  # what is chosen runs side by side: each of it until there
        inner = repeated.child
        cut = _cut(inner, rest, end) if rest and isinstance(inner, Group) else inner
        return replace(group, children=(("", replace(repeated, child=cut)),), outputs=end.outputs)
    if isinstance(repeated, Times) and name not in dict(group.children):
        if int(name):
            kept.append(("", replace(repeated, n=Integer(name))))
        last = repeated.child
        flow = Flow(((name, all_of("", group.inputs)),))
    else:
        before = [known for known, _ in group.children].index(name)
        kept.extend(group.children[:before])
        last = group.children[before][1]
    if rest and isinstance(last, Group):
        last = _cut(last, rest, end)
    if isinstance(last, Group):
        flow = replace(flow, out=all_of(name, end.outputs))
    return replace(group, children=(*kept, (name, last)), outputs=end.outputs, flow=flow)


def kinds(root: Group) -> set[str]:
    """Return the kinds of the layers below a node."""
    return {node.kind for _, node in paths(root) if isinstance(node, Group)}


def without(root: Group, what: str) -> Group:
    """Return the trace without the layers of a kind, or without the part with this path.

    Raises:
        UnknownNameError: no layer is of this kind, and nothing has this path.
    """
    if what in kinds(root):
        return _without_kind(root, what)
    known = list(paths(root))
    if what not in dict(known):
        layers = [path for path, node in known if isinstance(node, Group)]
        raise UnknownNameError("layer or kind", what, [*kinds(root), *layers])
    return _without_path(root, what.split("."))


def _without_kind(group: Group, kind: str) -> Group:
    kept: list[tuple[str, Node]] = []
    for name, child in group.children:
        inner = child.child if isinstance(child, Times | Sum) else child
        if isinstance(inner, Group):
            if inner.kind == kind:
                continue
            cut = _without_kind(inner, kind)
            whole = replace(child, child=cut) if isinstance(child, Times | Sum) else cut
            kept.append((name, whole))
        else:
            kept.append((name, child))
    return replace(group, children=tuple(kept))


def _without_path(group: Group, names: list[str]) -> Group:
    name, *rest = names
    kept: list[tuple[str, Node]] = []
    for known, child in group.children:
        if isinstance(child, Sum) and rest:
            raise _differ(child)
        if isinstance(child, Times | Sum):  # a block of a repetition stands for all of them
            cut = (
                _without_path(child.child, rest)
                if isinstance(child.child, Group) and rest
                else None
            )
            kept.extend([(known, replace(child, child=cut))] if cut else [])
        elif known != name:
            kept.append((known, child))
        elif rest and isinstance(child, Group):
            kept.append((known, _without_path(child, rest)))
    return replace(group, children=tuple(kept))
