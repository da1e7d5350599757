"""A formula in pieces of MathML, between which a browser may end a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.exprs import tidy
from symflops.typeset.styles import SPACE, STYLES, MathML
from symflops.typeset.writer import (
    POWER,
    PRODUCT,
    Order,
    Writer,
    fraction,
    is_minus,
    is_power_of_number,
)

if TYPE_CHECKING:
    import sympy

# At the beginning of a formula browsers set a sign without space, and a slanted letter leans into the one before it.
SIGN = '<mspace width="0.1em"></mspace><mo form="prefix">{}</mo><mspace width="0.22em"></mspace>'
LONG = 4  # terms of a sum in which a line may end though it is a factor
FENCES = ("(", "prefix"), (")", "postfix")


def in_pieces(expr: sympy.Expr, order: Order) -> list[str]:
    """Write an expression as its terms, or as those of a long sum that is one of its factors.

    Pieces of a product leave a parenthesis open, N (4 N D, + 5 h N, + 2), which browsers set as it stands.

    >>> from symflops import dims
    >>> C, H, W = dims("C H W")
    >>> [len(in_pieces(e, Order())) for e in (C + H * W, C * (H + 1), C * (H * W + H + W + 1))]
    [2, 1, 4]
    """
    writer, expr = Writer(STYLES["mathml"], order), tidy(expr)
    before, inner, behind = _around(writer, expr) or ("", expr, "")
    terms = writer.terms(inner) if inner.is_Add else [inner]
    if len(terms) == 1:
        return [before + writer.piece(inner)[0] + behind]
    pieces = []
    for place, term in enumerate(terms):
        minus = is_minus(term)
        text = writer.within(-term if minus else term, PRODUCT)
        pieces.append(signed(text, place, minus=minus))
    return [before + pieces[0], *pieces[1:-1], pieces[-1] + behind]


def signed(text: str, place: int, *, minus: bool) -> str:
    """Write a term with its sign, which stands at the beginning of a piece; the first of all has one if it is minus.

    >>> signed("<mi>N</mi>", 0, minus=True)
    '<mo form="prefix">−</mo><mi>N</mi>'
    """
    sign = "−" if minus else "+"
    if place:
        return SIGN.format(sign) + text
    return f'<mo form="prefix">{sign}</mo>{text}' if minus else text


def _around(writer: Writer, expr: sympy.Expr) -> tuple[str, sympy.Expr, str] | None:
    """Return what stands before the only long sum among the factors of a product, the sum, and what stands behind."""
    if not expr.is_Mul or is_minus(expr):
        return None
    above, below = fraction(expr)
    factors = writer.side_by_side(above)
    sums = [factor for factor in factors if factor.is_Add and len(writer.terms(factor)) >= LONG]
    if below or len(sums) != 1 or any(map(is_power_of_number, factors)):
        return None
    inside = writer.piece(sums[0])[0]
    if any(tag in inside for tag in MathML.TALL):  # parentheses would have to grow
        return None
    place = factors.index(sums[0])
    left, right = (f'<mo form="{form}" stretchy="false">{sign}</mo>' for sign, form in FENCES)
    before = [writer.within(factor, POWER) for factor in factors[:place]]
    behind = [writer.within(factor, POWER) for factor in factors[place + 1 :]]
    return SPACE.join([*before, left]), sums[0], SPACE.join([right, *behind])
