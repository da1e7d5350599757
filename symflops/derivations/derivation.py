"""A derivation as a value: what was derived, and the passages that tell it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from symflops.errors import SymflopsError

if TYPE_CHECKING:
    import sympy

    from symflops.costs import Cost
    from symflops.derivations.lines import Line, Passage
    from symflops.typeset.forms import Form


@dataclass(frozen=True, eq=False, repr=False)
class Derivation:
    """How a metric of a cost comes about, line by line; every line was verified.

    ``passages`` have sentences and lines, ``where`` says what the names of sizes stand for, and ``expr`` is what
    the last line ends in.

    >>> import symflops as sf
    >>> N, D, E = sf.dims("N D E")
    >>> told = sf.derive(sf.cost(sf.Linear(D, E), (N, D)))
    >>> told.expr, [line.expr for line in told.steps]
    (2*D*E*N, [2*D*E*N, 2*D*E*N])
    >>> [line.text for line in told.steps]
    ['(D + (D − 1) + 1) · N E', '2 N D E']
    """

    cost: Cost
    metric: str
    expr: sympy.Expr
    passages: tuple[Passage, ...]
    where: tuple[tuple[Form, Form], ...] = ()
    order: tuple[sympy.Expr, ...] = ()
    detail: str = "normal"
    lang: str = "en"
    spelled: tuple[tuple[str, str], ...] = ()  # an author's LaTeX for symbols, by name

    @cached_property
    def steps(self) -> tuple[Line, ...]:
        """All lines, one after the other; each has ``expr``, plain sympy, ``text``, ``name`` and ``why``."""
        lines = (line for passage in self.passages for line in passage.lines)
        return tuple(replace(line, order=self.order) for line in lines)

    def to_text(self) -> str:
        """Return the derivation as Unicode text."""
        from symflops.derivations.text import text  # noqa: PLC0415 - what is not asked for is not loaded

        return text(self)

    def to_markdown(self) -> str:
        """Return the derivation as Markdown with formulas in dollars."""
        from symflops.derivations.markdown import markdown  # noqa: PLC0415

        return markdown(self)

    def to_html(self) -> str:
        """Return the derivation as a fragment of HTML, its formulas in MathML."""
        from symflops.derivations.html import html  # noqa: PLC0415

        return html(self)

    def to_latex(self, fit: str | float = "page") -> str:
        """Return the derivation as a fragment of LaTeX; its first line names the packages that it needs.

        No line is wider than a page's 345 pt, than a column's 235 pt with ``fit="column"``, or than a width in
        points.
        """
        from symflops.derivations.setting import latex  # noqa: PLC0415

        return latex(self, fit)

    def __str__(self) -> str:
        return self.to_text()

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_latex_(self) -> str | None:
        try:
            return self.to_latex()
        except SymflopsError:  # a notebook on paper shows the Markdown of what LaTeX cannot set
            return None
