"""Windows that slide over an axis: how many there are, and how many of their taps are real.

The arithmetic of convolution and pooling, one axis at a time (Dumoulin and Visin 2016, relationship 15).
Must not know of channels, layers or counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Add, Integer

from symflops.errors import ArgumentError
from symflops.exprs import ONE, ZERO, gcd, minimum, spread
from symflops.facts import Facts, Relation, at_least
from symflops.floors import quotient

MOST = 100_000  # taps that are looked at one by one
MANY = 1_000  # of them, where each gives a term


@dataclass(frozen=True)
class Window:
    """A window along one axis: its taps, their distance, its step and the padding on both sides."""

    kernel: sympy.Expr
    stride: sympy.Expr = ONE
    before: sympy.Expr = ZERO
    after: sympy.Expr = ZERO
    dilation: sympy.Expr = ONE

    @property
    def reach(self) -> sympy.Expr:
        """The distance from the first tap to the last: d(k - 1)."""
        return self.dilation * (self.kernel - 1)

    def slack(self, size: sympy.Expr) -> sympy.Expr:
        """How far the window can slide over an axis: H + p + p' - d(k - 1) - 1."""
        return spread(Add(size, self.before, self.after, -self.reach, -1))

    def fits(self, size: sympy.Expr, *, ceil_mode: bool = False) -> Relation:
        """State that the padded axis is at least as long as the window.

        With ``ceil_mode`` the window may hang over the end by less than a stride.
        """
        return at_least(self.slack(size) + (self.stride - 1 if ceil_mode else 0), 0)

    def outputs(self, size: sympy.Expr, *, ceil_mode: bool = False) -> sympy.Expr:
        """How many windows there are: ⌊(H + p + p' - d(k - 1) - 1)/s⌋ + 1.

        With ``ceil_mode`` a last window may hang over the end but must start inside the axis or its left
        padding: min(⌈(H + 2p - d(k - 1) - 1)/s⌉, ⌊(H + p - 1)/s⌋) + 1.

        >>> from symflops import dims
        >>> k, H, p = dims("k H p")
        >>> Window(k, ONE, p, p).outputs(H)
        H - k + 2*p + 1
        """
        slack = self.slack(size)
        if not ceil_mode:
            return quotient(slack, self.stride) + 1
        over, inside = slack + self.stride - 1, spread(size + self.before - 1)
        ahead = spread(inside - over)
        if ahead.is_nonnegative or ahead.is_nonpositive:
            return quotient(over if ahead.is_nonnegative else inside, self.stride) + 1
        return minimum(quotient(over, self.stride), quotient(inside, self.stride)) + 1

    def left_over(self, size: sympy.Expr) -> sympy.Expr | None:
        """How many positions at the end no window reaches, where that is a number above 0."""
        slack = self.slack(size)
        if slack.is_Integer and self.stride.is_Integer and slack % self.stride:
            return slack % self.stride
        return None

    def canvas(self, size: sympy.Expr) -> sympy.Expr:
        """How many positions the windows of ``size`` positions span: (H - 1)·s + d(k - 1) + 1."""
        return spread((size - 1) * self.stride + self.reach + 1)

    def covered(self, size: sympy.Expr) -> tuple[sympy.Expr, list[Relation]]:
        """Count the places i·s + t·d with 0 ≤ i < size and 0 ≤ t < k, and say on what that rests.

        Two pairs (i, t) fall on one place where i grows by d/γ and t falls by s/γ, γ = gcd(s, d). Of the
        size·k pairs, (size - d/γ)·(k - s/γ) have such a partner, if both factors are above 0.

        >>> Window(Integer(3), Integer(2)).covered(Integer(5))
        (11, [])
        """
        shared = gcd(self.stride, self.dilation)
        pairs = size * self.kernel
        (k, s), (n, d) = sides = (
            (self.kernel, self.stride / shared),
            (size, self.dilation / shared),
        )
        if any(most == 1 or spread(most - least) == 0 for most, least in sides):
            return pairs, []  # s/γ and d/γ are at least 1: nothing is above 0
        decide, assumed = Facts().decide, []
        for (most, least), step in zip(sides, (self.stride, self.dilation), strict=True):
            relation = at_least(most, least)
            known = decide(relation)
            if known is False:
                return pairs, []
            if known is None and not decide(at_least(most, step)):  # γ is at least 1
                assumed.append(relation)
        return spread(pairs - (n - d) * (k - s)), assumed

    def taps(self, size: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr, list[Relation]]:
        """Count the taps that are not padding: all of them, the windows with any, and on what it rests.

        Tap t of window i stands at i·s - p + t·d; it is real where that is in 0 … H - 1.

        Raises:
            ArgumentError: the sizes are symbols in a way that has no closed form here.
        """
        numbers = (self.kernel, self.stride, self.before, self.after, self.dilation)
        if all(n.is_Integer for n in numbers):
            return self._taps_of_a_number(size) if size.is_Integer else self._taps_of_a_symbol(size)
        if self.stride != 1:
            message = (
                "count_padding=False needs whole numbers for kernel_size, stride, padding and "
                f"dilation, or stride 1; got {self}"
            )
            raise ArgumentError(message)
        lost = self._lost(self.before) + self._lost(self.after)
        total = spread(self.kernel * self.outputs(size) - lost)
        long_enough = [at_least(size, self.reach + 1)]
        inside = [at_least(self.reach, p) for p in (self.before, self.after)]
        return total, self.outputs(size), long_enough + inside

    def _lost(self, padding: sympy.Expr) -> sympy.Expr:
        """Σ_t max(0, p - t·d) = (q + 1)·p - d·q(q + 1)/2 with q = ⌊p/d⌋: taps over one edge, stride 1."""
        q = quotient(padding, self.dilation)
        return (q + 1) * padding - self.dilation * q * (q + 1) / 2

    def _taps_of_a_number(self, size: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr, list[Relation]]:
        k, s, p, d = (int(n) for n in (self.kernel, self.stride, self.before, self.dilation))
        last, length = int(self.outputs(size)) - 1, int(size)
        inner = -(-p // s)  # the first window that starts on the axis itself
        if max(k, inner) > MOST:
            message = f"count_padding=False looks at up to {MOST:,} taps one by one; got {self}"
            raise ArgumentError(message)
        taps = 0
        for t in range(k):
            first, end = max(0, -((t * d - p) // s)), min(last, (length - 1 + p - t * d) // s)
            taps += max(0, end - first + 1)
        reached = max(0, min(last, (length - 1 + p) // s) - inner + 1)
        for i in range(min(inner, last + 1)):
            t = -((i * s - p) // d)  # the first tap of window i that is not before the axis
            reached += t < k and i * s - p + t * d < length
        return Integer(taps), Integer(reached), []

    def _taps_of_a_symbol(self, size: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr, list[Relation]]:
        if self.kernel > MANY:
            message = (
                f"count_padding=False with a symbolic size takes kernels up to {MANY}; got {self}"
            )
            raise ArgumentError(message)
        total, relations = ZERO, [at_least(size, self.reach + 1)]
        for t in range(int(self.kernel)):
            shift = self.before - t * self.dilation
            first = max(0, -((-int(shift)) // int(self.stride)))
            end = min(shift, self.before + self.after - self.reach)
            total += quotient(size - 1 + end, self.stride) - first + 1
        if max(self.before, self.after) > self.reach:
            message = (
                "count_padding=False needs padding ≤ dilation·(kernel_size - 1) where the input size "
                f"is a symbol; got {self}"
            )
            raise ArgumentError(message)
        return total, self.outputs(size), relations

    def __str__(self) -> str:
        return (
            f"kernel_size {self.kernel}, stride {self.stride}, padding {self.before} and "
            f"{self.after}, dilation {self.dilation}"
        )


def same_padding(kernel: sympy.Expr, dilation: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the padding before and after that keeps the size: d(k - 1) in all, the smaller half first.

    >>> same_padding(Integer(4), Integer(1))
    (1, 2)
    """
    both = spread(dilation * (kernel - 1))
    before = quotient(both, 2)
    return before, spread(both - before)


def adaptive_taps(size: sympy.Expr, outputs: sympy.Expr) -> sympy.Expr:
    """Count the taps of adaptive pooling along an axis: In + Out - gcd(In, Out).

    Window i runs from ⌊i·In/Out⌋ to ⌈(i + 1)·In/Out⌉; neighbours overlap in one entry unless i·In/Out is
    whole, which happens gcd(In, Out) - 1 times inside.

    >>> adaptive_taps(Integer(7), Integer(3))
    9
    """
    return size + outputs - gcd(size, outputs)
