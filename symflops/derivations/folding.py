"""How much a derivation tells: all of it, as much as can be read, or the sum alone.

What was verified line by line is folded from the inside: a layer's result into the sum it stands in, then a
block's sum into the line that has its result.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import sympy

from symflops.derivations.lines import Line, Passage, reason
from symflops.typeset.forms import Named, Product, Series, Total, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.derivations.lines import Chain
    from symflops.typeset.forms import Form

MOST_LINES = 90  # of a derivation that can be read, some three pages
HEAD = 2  # lines of a title with the space around it
WIDTH = 64  # characters of a formula that fit a line
MOST_AGAIN = 8  # layers of which it is said that they take the same of other sizes
MOST_TERMS = 12  # of a sum in which results are put in

Passages = tuple[Passage, ...]


def folded(passages: Passages, detail: str) -> Passages:
    """Return as much of the passages as the detail asks for."""
    if detail == "full":
        return passages
    if detail == "short":
        return short(passages)
    if sum(said.key == "again" for passage in passages for said in passage.said) > MOST_AGAIN:
        passages = tuple(map(of_patterns, passages))
    for fewer in _ever_fewer(passages):
        if length(fewer) <= MOST_LINES:
            return fewer
    return fewer


def of_patterns(passage: Passage) -> Passage:
    """Return a passage that says what one layer of a pattern takes, not the others'."""
    return replace(passage, said=tuple(said for said in passage.said if said.key != "again"))


def length(passages: Passages) -> int:
    """Return how many lines of print passages take, about: formulas, and a title with some words."""
    lines = (line for passage in passages for line in passage.lines)
    return HEAD * len(passages) + sum(1 + width(line.form) // WIDTH for line in lines)


def width(form: Form) -> int:
    """Return how many characters a form takes, about; to write it would take much longer."""
    if isinstance(form, Named):
        return len(form.letter) + len(form.label) + 3
    if isinstance(form, sympy.Basic):
        return sum(2 + len(str(a)) for a in sympy.preorder_traversal(form) if a.is_Atom)
    return 2 + sum(map(width, _parts(form)))


def _parts(form: Form) -> Iterator[Form]:
    for field in fields(form):
        part = getattr(form, field.name)
        if isinstance(part, tuple):
            yield from part
        elif not isinstance(part, str | bool):
            yield part


def _ever_fewer(passages: Passages) -> Iterator[Passages]:
    yield passages
    yield tuple(replace(p, lines=_by(tight, p)) for p in passages)
    inside = tuple(map(inlined, passages))
    yield inside
    depths = sorted({depth(p) for p in passages}, reverse=True)
    for most in depths[:-1]:
        yield shallow(passages, most - 1, tight)
        yield shallow(inside, most - 1, tuple)


def depth(passage: Passage) -> int:
    """Return how deep in the network the layer of a passage stands."""
    return len(passage.path.split(".")) if passage.path else 0


def _by(change: Callable[[Chain], Chain], passage: Passage) -> Chain:
    """Return the lines of a passage, those of all chains but the last changed."""
    *chains, last = passage.chains
    return tuple(line for chain in (*map(change, chains), last) for line in chain)


def tight(chain: Chain) -> Chain:
    """Return how a result comes about alone: it is put together further down."""
    return chain[:1]


def inlined(passage: Passage) -> Passage:
    """Return a passage with how each layer's result comes about in place of its name."""
    *chains, last = passage.chains
    swaps: dict[Form, Form] = {chain[0].name: chain[0].form for chain in chains}
    first = replace(last[0], form=swapped(last[0].form, swaps))
    gone = ("alike", "again")  # of names that are
    said = tuple(said for said in passage.said if said.key not in gone)
    return replace(passage, lines=(first, *last[1:]), said=said)


def swapped(form: Form, swaps: dict[Form, Form]) -> Form:
    """Return a sum with other forms in place of names."""
    match form:
        case Named() if form in swaps:
            return swaps[form]
        case Total(terms):
            return Total(tuple(swapped(term, swaps) for term in terms))
        case Product(factors):
            *front, last = factors
            inside = swapped(last, swaps)
            if isinstance(inside, Product) and inside is not last:
                return Product((*front, *inside.factors))
            return Product((*front, inside), form.sign)
        case Series():
            return replace(form, body=swapped(form.body, swaps))
        case _:
            return form


def shallow(passages: Passages, most: int, change: Callable[[Chain], Chain]) -> Passages:
    """Return the passages no deeper than ``most``; those below give a line of their result to them."""
    results: dict[Form, Line] = {}
    kept: list[Passage] = []
    for passage in passages:
        total = passage.chains[-1]
        if depth(passage) > most and passage.path:
            why = reason("summed", layer=passage.title)
            results[total[0].name] = Line(total[-1].form, why, total[0].name)
            continue
        needed = [results.pop(name) for name in names_in(total[0].form) if name in results]
        kept.append(replace(passage, lines=(*needed, *_by(change, passage))))
    return tuple(kept)


def names_in(form: Form) -> Iterator[Form]:
    """Yield the names that stand in a sum."""
    match form:
        case Named():
            yield form
        case Total(terms) | Product(terms):
            for term in terms:
                yield from names_in(term)
        case Series():
            yield from names_in(form.body)


def short(passages: Passages) -> Passages:
    """Return the sum of the whole alone, with the results put in, and what follows from it."""
    return tuple(_shortened(passage) for passage in passages if not passage.path)


def _shortened(passage: Passage) -> Passage:
    last = passage.chains[-1]
    names = [name for name in names_in(last[0].form) if name.label]
    if not names:
        return replace(passage, lines=last)
    lines = last
    if len(names) <= MOST_TERMS and len(last) > 1:
        swaps: dict[Form, Form] = {name: value(name) for name in names}
        put_in = Line(swapped(last[0].form, swaps), reason("results"))
        lines = (last[0], put_in, *last[1:])
    return replace(passage, lines=lines, said=())
