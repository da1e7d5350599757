"""The ratio of two costs: each told by itself, then one over the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symflops.conditions import strongest
from symflops.derivations.lines import Line, Passage, reason
from symflops.facts import Facts
from symflops.typeset.forms import Named, Quotient, value

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sympy

    from symflops.costs import Cost
    from symflops.derivations.lines import Chain


def over(told: Mapping[str, tuple[Passage, ...]], result: sympy.Expr) -> Passage:
    """Return the passage that puts the result of one cost over that of another, which is ``result``."""
    above, below = (Named(_word(last), name, value(last[-1].form)) for name, last in _results(told))
    lines = (
        Line(Quotient(above.of, below.of), reason("results"), Quotient(above, below)),
        Line(result, reason("cancelled")),
    )
    names = tuple(told)
    return Passage(lines, (reason("ratio", above=names[0], below=names[1]),))


def of(name: str, passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
    """Return the passages of one of two costs, which goes by its name."""
    *before, last = passages
    chains = last.chains
    word = chains[-1][0].name
    assert isinstance(word, Named)  # noqa: S101 - a metric has its word
    first = replace(
        chains[-1][0], name=replace(word, label=f"{name}{', ' * bool(word.label)}{word.label}")
    )
    lines = tuple(line for chain in (*chains[:-1], (first, *chains[-1][1:])) for line in chain)
    last = replace(last, lines=lines)
    titled = [replace(p, title=f"{name}, {p.title}" if p.title else name) for p in (*before, last)]
    return tuple(titled)


def _results(told: Mapping[str, tuple[Passage, ...]]) -> list[tuple[str, Chain]]:
    return [(name, passages[-1].chains[-1]) for name, passages in told.items()]


def _word(chain: Chain) -> str:
    name = chain[0].name
    return name.letter if isinstance(name, Named) else ""


def facts_of_both(costs: tuple[Cost, ...]) -> Facts:
    """Return what may be taken to be true of the sizes of several costs."""
    found = strongest(tuple(condition for cost in costs for condition in cost.conditions))
    return Facts(tuple(c.relation for c in found if c.kind != "rounded"))


def order_of_both(costs: tuple[Cost, ...]) -> tuple[sympy.Expr, ...]:
    """Return the factors of several costs as a paper prints them."""
    return tuple(dict.fromkeys(factor for cost in costs for factor in cost.order))
