"""Ways of counting, as values: a name, one sentence, a source, and weights for (operation, role).

Papers and tools disagree on what a FLOP is. A convention says how much each operation is worth in each
role; the counts themselves are the same under all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import ONE
from symflops.symbols import exact
from symflops.tally import OPERATIONS, ROLES, Key, Operation, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    import sympy


@dataclass(frozen=True)
class Convention:
    """A way of counting: what each operation is worth in each role.

    ``weights`` maps (operation, role) to a number; ``"*"`` stands for any operation or any role and
    ``"dot"`` (or ``"dot.*"``) for all dot products. The most specific entry wins; what no entry names is worth nothing.
    ``dense`` counts what a mask or a lookup skips as if nothing were skipped.

    >>> from symflops import Conv2d, cost, dims
    >>> mine = Convention("mults", "Multiplications alone.", "by hand", {("mul", "*"): 1})
    >>> k, C, D, H, W = dims("k C D H W")
    >>> cost(Conv2d(C, D, k, padding="same", bias=False), (C, H, W), mine).flops
    C*D*H*W*k**2

    Raises:
        UnknownNameError: weights for an operation or a role that is not there.
        ArgumentError: a weight that is negative or no number.
    """

    name: str
    sentence: str
    source: str
    weights: Mapping[tuple[str, str], int | sympy.Rational] = field(hash=False)
    dense: bool = False

    def __post_init__(self) -> None:
        key: Any
        for key in self.weights:
            if not isinstance(key, tuple) or [type(word) for word in key] != [str, str]:
                message = f"weights are for (operation, role), such as ('mul', 'dot'); got {key!r}"
                raise ArgumentError(message)
        plain = {
            (op, role.removesuffix(".*")): weight for (op, role), weight in self.weights.items()
        }
        object.__setattr__(self, "weights", plain)
        for (operation, role), weight in self.weights.items():
            if operation not in (*OPERATIONS, "*"):
                raise UnknownNameError("operation", operation, OPERATIONS)
            if role not in (*ROLES, "dot", "*"):
                raise UnknownNameError("role", role, ROLES)
            number = exact(weight)
            if not number.is_Rational or number < 0:
                message = f"the weight of {operation} in {role} must be a number ≥ 0, got {weight}"
                raise ArgumentError(message)

    @cached_property
    def table(self) -> dict[Key, sympy.Rational]:
        """The worth of every operation in every role, patterns resolved."""
        table = {(op, role): self._worth(op, role) for op in OPERATIONS for role in ROLES}
        # what nobody has counted stays in every total
        return table | {("unknown", role): ONE for role in ROLES}

    def _worth(self, operation: Operation, role: Role) -> sympy.Rational:
        family = role.partition(".")[0]
        for key in (
            (operation, role),
            (operation, family),
            ("*", role),
            ("*", family),
            (operation, "*"),
            ("*", "*"),
        ):
            if key in self.weights:
                return exact(self.weights[key])
        return exact(0)

    def counts(self, role: Role) -> bool:
        """Say whether any operation of a role is worth something."""
        return any(self.table[(op, role)] for op in OPERATIONS if op != "unknown")

    def counting(self, *roles: str) -> Convention:
        """Return a new convention that also counts every operation of these roles once.

        >>> named("2mac").counting("act", "norm").name
        '2mac+act+norm'
        """
        extra = {("*", role): 1 for role in roles}
        return Convention(
            "+".join((self.name, *roles)),
            f"{self.sentence.removesuffix('.')}; also every operation of {', '.join(roles)}.",
            self.source,
            {**self.weights, **extra},
            self.dense,
        )

    @property
    def detail(self) -> str:
        """What stands behind FLOPs: ``1 per MAC``."""
        return DETAILS.get(self.name, self.name)

    @property
    def label(self) -> str:
        """What stands over a column: ``FLOPs (1 per MAC)``."""
        return f"FLOPs ({self.detail})"

    def __repr__(self) -> str:
        return f"<convention {self.name}: {self.sentence}>"


DETAILS = {
    "exact": "every operation",
    "mac": "1 per MAC",
    "2mac": "2 per MAC",
    "mac+bias": "1 per MAC, 1 per bias",
    "2mac+bias": "2 per MAC, 1 per bias",
    "2mac+2bias": "2 per MAC, 2 per bias",
    "chinchilla": "2 per MAC, lookups and masked scores included",
}

EXACT = Convention(
    "exact",
    "Every elementary operation (addition, subtraction, multiplication, division, comparison, "
    "exponential, logarithm, root, erf, tanh) counts once.",
    "by definition: a dot product of length n is n products and n - 1 sums",
    {("*", "*"): 1},
)
MAC = Convention(
    "mac",
    "A multiplication with its addition counts once, in convolutions and matrix products alone.",
    "He et al. 2016, table 1; torchvision's published GFLOPS; fvcore",
    {("mul", "dot"): 1},
)
TWO_MAC = Convention(
    "2mac",
    "A multiplication with its addition counts twice, in convolutions and matrix products alone.",
    "Kaplan et al. 2020, section 2.1; torch.utils.flop_counter",
    {("mul", "dot"): 2},
)
MAC_BIAS = Convention(
    "mac+bias",
    "A multiplication with its addition counts once, a bias once more.",
    "the (k²·C_in + 1)·C_out·H·W of many courses; ptflops, torchinfo",
    {("mul", "dot"): 1, ("add", "bias"): 1},
)
TWO_MAC_BIAS = Convention(
    "2mac+bias",
    "A multiplication with its addition counts twice, a bias once.",
    "calflops; DeepSpeed's profiler",
    {("mul", "dot"): 2, ("add", "bias"): 1},
)
TWO_MAC_TWO_BIAS = Convention(
    "2mac+2bias",
    "A multiplication with its addition counts twice, and so does a bias.",
    "Molchanov et al. 2017, appendix A.1: 2HW(C_in·k² + 1)·C_out",
    {("mul", "dot"): 2, ("add", "bias"): 2},
)
CHINCHILLA = Convention(
    "chinchilla",
    "A multiplication with its addition counts twice, in matrix products alone; attention is counted in full, "
    "an embedding as the product of one-hot vectors with its table, and a softmax as 3 for each score.",
    "Hoffmann et al. 2022, appendix F",
    {("mul", "dot"): 2, ("exp", "softmax"): 3},
    dense=True,
)

#: What a multiplication, an addition and a MAC are, under every convention.
MULTS = Convention("mults", "Multiplications.", "by definition", {("mul", "*"): 1}).table
ADDS = Convention(
    "adds", "Additions and subtractions.", "by definition", {("add", "*"): 1, ("sub", "*"): 1}
).table
MACS = MAC.table

CONVENTIONS = {
    convention.name: convention
    for convention in (EXACT, MAC, TWO_MAC, MAC_BIAS, TWO_MAC_BIAS, TWO_MAC_TWO_BIAS, CHINCHILLA)
}


def named(convention: str | Convention) -> Convention:
    """Return the convention of this name; a convention is returned as it is.

    Raises:
        UnknownNameError: no convention has this name.
    """
    if isinstance(convention, Convention):
        return convention
    if convention not in CONVENTIONS:
        raise UnknownNameError("convention", str(convention), CONVENTIONS)
    return CONVENTIONS[convention]
