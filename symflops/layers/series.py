"""A symbolic depth as one sum over an index: what goes into block i is guessed, then proved by induction.

Sizes of a map that follow no rule known here are a family of their own, H_i, which the blocks define step by
step; depths share such a family where they define it alike, and have one each where they do not.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import NotClosedError, SymflopsError
from symflops.exprs import ZERO
from symflops.facts import equal
from symflops.layers.tracing import Law
from symflops.symbols import Member, Symbol, index, unused
from symflops.trace import Condition, Flow, Group, Shape, Sum, all_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.layers.base import Layer
    from symflops.layers.tracing import Tracer

SPATIAL = 2  # axes 0 and 1 are batch and channels
MAX_UNROLLED = 2_000  # blocks that are laid out one by one; more of them are a sum
LETTERS = {1: "L", 2: "HW", 3: "DHW"}


def named(tracer: Tracer, layer: Layer, inputs: tuple[Shape, ...], name: str) -> Group:
    """Apply a layer as the child of this name."""
    try:
        return tracer.apply(layer, inputs)
    except SymflopsError as error:
        error.within(name)
        raise


def carried(outputs: tuple[Shape, ...], inputs: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """Return what goes into the next block: what one returned, and the inputs beside it as they are."""
    return (*outputs, *inputs[len(outputs) :])


def summed(
    layer: Layer,
    tracer: Tracer,
    block: Layer,
    i: Symbol,
    start: sympy.Expr,
    n: sympy.Expr,
    inputs: tuple[Shape, ...],
) -> Group:
    """Return the trace of a symbolic depth as one sum over the index.

    The shapes that go into block i are guessed from the first two blocks, then proved: the first is the
    input, and block i turns the guess for i into the guess for i + 1.

    Raises:
        NotClosedError: channels that follow no rule known here, or a map that follows none in a depth inside
            another.
    """
    around = {*tracer.indices, *(block.symbols - {i}), *_symbols(inputs)}
    if (apart := unused(*around, name=i.name)) != i:
        block, i = block.substituted({i: apart}), apart
    first = named(tracer, block.substituted({i: start}), inputs, "0")
    grown = carried(first.outputs, inputs)
    second = named(tracer, block.substituted({i: start + 1}), grown, "1")
    shapes = (inputs, grown, carried(second.outputs, inputs))
    not_closed = _not_closed(layer, tracer, shapes, n)
    if len({tuple(map(len, shape)) for shape in shapes}) != 1:
        raise not_closed
    rules = [_rule(tracer, sizes, i, start) for sizes in zip(*map(_sizes, shapes), strict=True)]
    families: dict[int, Iterator[Law]] = {}
    letters = _letters(inputs)
    for place, size in enumerate(_sizes(inputs)):
        if rules[place] is None:
            if place not in letters or size.has(*tracer.indices) or n.is_Integer:
                raise not_closed
            families[place] = _families(size, letters[place], i, start, around)
    with tracer.summing(i, start):
        child, sizes, laws = _block(tracer, block, inputs, rules, families)
        after = [size.xreplace({i: i + 1}) for size in sizes]
        grown = carried(child.outputs, inputs)
        wrong = [tracer.plain(a - b) != 0 for a, b in zip(_sizes(grown), after, strict=True)]
        if any(place not in laws for place, is_wrong in enumerate(wrong) if is_wrong):
            raise not_closed
        if names := {law.right: after[place] for place, law in laws.items() if law.reaches_back}:
            tracer.call(names)
            child = named(tracer, block, _reshaped(sizes, inputs), "i")
    begun = [size.xreplace({i: start}) for size in sizes]
    outputs = [size.xreplace({i: start + n}) for size in sizes]
    for place, law in laws.items():
        if not law.reaches_back:  # every block makes it anew
            outputs[place] = law.right.xreplace({i: start + n - 1})
    returned = _reshaped(list(map(tracer.plain, outputs)), inputs)[: len(first.outputs)]
    return Group(
        layer,
        inputs,
        returned,
        (("", Sum(i, start, n, child)),),
        _conditions(tracer, laws, begun, inputs),
        flow=Flow(out=all_of("", returned)),
    )


def _block(
    tracer: Tracer,
    block: Layer,
    inputs: tuple[Shape, ...],
    rules: list[sympy.Expr | None],
    families: dict[int, Iterator[Law]],
) -> tuple[Group, list[sympy.Expr], dict[int, Law]]:
    """Return the trace of block i, the sizes that go in, and the laws of those that have no rule.

    A family that obeys another law already is left for the next.
    """
    laws = {place: next(choices) for place, choices in families.items()}
    while True:
        sizes = [laws[place].before if rule is None else rule for place, rule in enumerate(rules)]
        child = named(tracer, block, _reshaped(sizes, inputs), "i")
        grown = _sizes(carried(child.outputs, inputs))
        laws = {place: replace(law, right=grown[place]) for place, law in laws.items()}
        other = [place for place, law in laws.items() if not tracer.obeys(law)]
        if not other:
            return child, sizes, laws
        for place in other:
            laws[place] = next(families[place])


def _sizes(shapes: tuple[Shape, ...]) -> list[sympy.Expr]:
    return [size for shape in shapes for size in shape]


def _symbols(shapes: tuple[Shape, ...]) -> set[Symbol]:
    return set().union(*(size.free_symbols for size in _sizes(shapes)))


def _reshaped(sizes: list[Any], like: tuple[Shape, ...]) -> tuple[Shape, ...]:
    remaining = iter(sizes)
    return tuple(Shape(next(remaining) for _ in shape) for shape in like)


def _letters(shapes: tuple[Shape, ...]) -> dict[int, str]:
    """Return the letters of the sizes of maps, by their places among all sizes."""
    found: dict[int, str] = {}
    first = 0
    for shape in shapes:
        letters = LETTERS.get(len(shape) - SPATIAL, "")
        found |= {first + SPATIAL + axis: letter for axis, letter in enumerate(letters)}
        first += len(shape)
    return found


def _rule(
    tracer: Tracer, sizes: tuple[sympy.Expr, ...], i: Symbol, start: sympy.Expr
) -> sympy.Expr | None:
    """Return the size before block i: a constant, a + d·(i - start), a·r**(i - start), or C[i + …]."""
    a, b, c = sizes
    steps = i - start
    step = tracer.plain(b - a)
    if tracer.plain(c - b - step) == 0:
        return tracer.plain(a + step * steps)
    ratio = sympy.cancel(b / a)
    if ratio.is_integer and tracer.plain(c - b * ratio) == 0:
        return a * ratio**steps
    for first in (a, *_one_back(b)):  # an input of 3 is C[0] where the next are C[1] and C[2]
        moved = first.replace(Member, lambda family, place: Member(family, place + steps))
        goes_on = moved.xreplace({i: start + 1}) == b and moved.xreplace({i: start + 2}) == c
        if goes_on and tracer.facts.decide(equal(first, a)) is not False:
            return moved
    return None


def _one_back(size: sympy.Expr) -> Iterator[sympy.Expr]:
    """Yield C[l - 1] for C[l], where there are such members."""
    places = [member.args[1] for member in size.atoms(Member)]
    if places and ZERO not in places:
        yield size.replace(Member, lambda family, place: Member(family, place - 1))


def _families(
    size: sympy.Expr, letter: str, i: Symbol, start: sympy.Expr, around: set[Symbol]
) -> Iterator[Law]:
    """Yield families whose first member the size may be, H, H_2, …; a member goes on in its own, M[0] as M[1]."""
    names = (f"{letter}_{n}" if n > 1 else letter for n in count(1))
    if isinstance(size, Member):
        family, place = size.args
        yield Law(family, i, place + i + 1 - start)
        names = (f"{family.name}_{n}" for n in count(2))
    elif size.is_Symbol:
        names = (f"{size.name}_{n}" if n > 1 else size.name for n in count(1))
    taken = {symbol.name for symbol in around - size.free_symbols}
    for family in (index(name) for name in names if name not in taken):
        yield Law(family, i, i + 1, first=(Member(family, start), size))


def _conditions(
    tracer: Tracer, laws: dict[int, Law], begun: list[sympy.Expr], inputs: tuple[Shape, ...]
) -> tuple[Condition, ...]:
    """Return how families of sizes are defined, and which members the input must be.

    A family is defined by its first member, and each next by the one before.
    """
    found: dict[Condition, None] = {}
    for place, given in enumerate(_sizes(inputs)):
        if place not in laws:
            if tracer.facts.decide(equal(begun[place], given)) is None:
                found[Condition(equal(begun[place], given))] = None
            continue
        law = laws[place]
        known = tracer.laws[law.family]
        if law.first is not None:
            found[Condition(equal(*law.first), "defined")] = None
        found[Condition(equal(known.next, known.right), "defined")] = None
    return tuple(found)


def _not_closed(
    layer: Layer, tracer: Tracer, shapes: tuple[tuple[Shape, ...], ...], n: sympy.Expr
) -> NotClosedError:
    sizes = " to ".join(str(shape[0]) for shape in shapes)
    depth, advice = "a symbolic depth", "give the depth a number"
    if n.is_Integer:
        depth = f"{n} blocks"
        advice = f"at most {MAX_UNROLLED} blocks are laid out one by one"
    elif _symbols(shapes[0]) & set(tracer.indices):
        depth += " inside another"
        advice = "give one of them a number"
    return NotClosedError(
        f"{type(layer).__name__} over {depth}: the shape goes from {sizes}, which neither stays nor grows by a "
        f"constant or a factor; {advice}"
    )
