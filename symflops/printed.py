"""A formula in the form of a paper: prints as Unicode, typesets in Jupyter, and breaks over lines in LaTeX."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from symflops.errors import ArgumentError
from symflops.exprs import ONE, tidy
from symflops.typeset.declared import needing, packages
from symflops.typeset.forms import Minus, Plain, Product, Quotient, Total, Where, value
from symflops.typeset.scribe import opened, write
from symflops.typeset.styles import enumerated
from symflops.typeset.writer import Order

if TYPE_CHECKING:
    import sympy

    from symflops.symbols import Symbol
    from symflops.typeset.forms import Form
    from symflops.typeset.writer import Medium

PAGE = 345.0  # points of a line of article at 10 pt
SHORT = 150.0  # points of a formula in a sentence that stands on one line
INDENT = 10.0  # points of a \\quad


@dataclass(frozen=True)
class Formula:
    """A formula in the form of a paper; prints as Unicode, typesets in Jupyter.

    ``expr`` is the plain expression, ``order`` the factors from left to right. ``form`` keeps factors and
    terms as they were asked for, and ``spelled`` an author's LaTeX for symbols.

    >>> import symflops as sf
    >>> k, C_in, C_out, H, W = sf.dims("k C_in C_out H W")
    >>> sf.display((2*C_in*k**2 - 1)*C_out*H*W, order=(C_in, k, C_out, H, W))
    (2 C_in k² − 1) C_out H W
    """

    expr: sympy.Expr
    order: tuple[sympy.Expr, ...] = ()
    form: Form = field(default=None, kw_only=True)
    spelled: tuple[tuple[str, str], ...] = field(default=(), kw_only=True)

    def __str__(self) -> str:
        return self._written(self._form, "text")

    __repr__ = __str__

    @property
    def latex(self) -> str:
        """The formula in LaTeX, without dollars; needs no package."""
        return self._written(self._form, "latex")

    @property
    def mathml(self) -> str:
        """The formula as a MathML element."""
        inner = self._written(self._form, "mathml")
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{inner}</mrow></math>'

    @property
    def where(self) -> tuple[tuple[Symbol, sympy.Expr], ...]:
        """What the names in the formula stand for: pairs of a symbol and an expression, which may hold names before."""
        form = self._form
        names = form.names if isinstance(form, Where) else ()
        return tuple((name, value(meant)) for name, meant in names)

    def lines(
        self, width: float = PAGE, medium: Literal["latex", "text"] = "latex"
    ) -> tuple[str, ...]:
        r"""Return the formula in lines no wider than ``width``, without its where-list.

        The width is in points for lines of LaTeX, in places of a terminal for text. Every line but the first
        begins with its sign; in LaTeX each can be a row of amsmath's ``aligned``.

        >>> import symflops as sf
        >>> N, D, L = sf.dims("N D L")
        >>> for line in sf.display(24*N*D**2 + 4*N**2*D + L, order=(N, D)).lines(80):
        ...     print(line)
        4 N^{2} D
        \quad {} + 24 N D^{2} + L

        Raises:
            ArgumentError: a piece that cannot be broken is wider than a line.
        """
        from symflops.linebreaks import parted  # noqa: PLC0415 - most formulas are short

        form = self._form.form if isinstance(self._form, Where) else self._form
        indent, quad, empty = (INDENT, r"\quad ", "{} ") if medium == "latex" else (2, "  ", "")
        try:
            parts = parted(self._written(form, medium), width, width - indent, medium=medium)
        except ArgumentError:
            flat = without_wide_fractions(form, Order(self.order))
            if flat == form:
                raise
            parts = parted(self._written(flat, medium), width, width - indent, medium=medium)
        first, *others = parts
        return (first.text, *(quad * (part.depth + 1) + empty + part.text for part in others))

    def to_latex(self, fit: str | float = "page") -> str:
        r"""Return the formula as a display for ``\\input``, in lines that fit a ``"page"``, a ``"column"`` or points.

        The first line names what it needs: amsmath where there are several lines, and for the LaTeX of symbols. A
        where-list that does not fit behind the formula stands below it.

        >>> import symflops as sf
        >>> N, D, L = sf.dims("N D L")
        >>> print(sf.display(24*N*D**2 + 4*N**2*D + L, order=(N, D)).to_latex(80))
        % needs \usepackage{amsmath}
        \[
          \begin{aligned}
            & 4 N^{2} D \\
            & \quad {} + 24 N D^{2} + L
          \end{aligned}
        \]
        <BLANKLINE>

        Raises:
            UnknownNameError: another word.
            ArgumentError: no width, or a piece that cannot be broken is wider than a line.
        """
        from symflops.linebreaks import width_of  # noqa: PLC0415 - loaded when it is asked for
        from symflops.tables.options import points  # noqa: PLC0415

        width = points(fit)
        whole = width_of(self.latex) <= width
        lines = (self.latex,) if whole else self.lines(width)
        said = "" if whole else self._where_list()
        used = packages(self.latex)
        if len(lines) == 1:
            return f"{needing(used)}\n\\[\n  {lines[0]}\n\\]\n{said}"
        rows = " \\\\\n".join(f"    & {line}" for line in lines)
        body = f"  \\begin{{aligned}}\n{rows}\n  \\end{{aligned}}"
        return f"{needing(dict.fromkeys(['amsmath', *used]))}\n\\[\n{body}\n\\]\n{said}"

    def _where_list(self) -> str:
        """Return the where-list as a sentence below the formula."""
        from symflops.linebreaks import width_of  # noqa: PLC0415 - loaded when it is asked for

        names = self._form.names if isinstance(self._form, Where) else ()
        said = (f"{self._written(n, 'latex')} = {self._written(m, 'latex')}" for n, m in names)
        # braces keep one on its line, where it is not as long as a line itself
        parts = [f"${{{text}}}$" if width_of(text) < SHORT else f"${text}$" for text in said]
        return f"{{\\raggedright where {enumerated(parts)}.\\par}}\n" if parts else ""

    @property
    def _form(self) -> Form:
        return self.expr if self.form is None else self.form

    def _written(self, form: Form, medium: Medium) -> str:
        return write(form, medium, Order(self.order), dict(self.spelled))

    def _repr_latex_(self) -> str | None:
        try:
            return f"${self.latex}$"
        except ArgumentError:  # Jupyter shows the text of what LaTeX cannot set
            return None

    def _latex(self, printer: Any) -> str:  # noqa: ARG002 - sympy's hook
        return self.latex


def without_wide_fractions(form: Form, order: Order) -> Form:
    """Return a form in which sums stand behind their fraction, not on its line: 1/2 (a + b), which can be broken."""
    if isinstance(form, Plain):
        form = opened(form.expr, order)
    elif not hasattr(form, "__dataclass_fields__"):
        form = opened(tidy(form), order)
    match form:
        case Total(terms):
            return Total(tuple(without_wide_fractions(term, order) for term in terms))
        case Minus(inner):
            return Minus(without_wide_fractions(inner, order))
        case Quotient(above, below):
            factors = above.factors if isinstance(above, Product) else (above,)
            return Product((Quotient(ONE, below), *factors))
        case _:
            return form
