"""The primitives that everything is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy

from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import product
from symflops.symbols import exact
from symflops.tally import OPERATIONS, ROLES, Key, Operation, Role, Tally
from symflops.trace import Step, Weight

if TYPE_CHECKING:
    from collections.abc import Mapping

Size = Any  # an int, an expression, or a tuple of factors
Steps = tuple[tuple[str, Step], ...]


def contract(
    products: Size,
    outputs: Size,
    role: Role = "dot.other",
    weights: tuple[Weight, ...] = (),
) -> Step:
    """Return dot products: each output of n products takes n multiplications and n - 1 additions.

    Counts: ``products`` multiplications, ``products - outputs`` additions.

    >>> from symflops import dims
    >>> N, D = dims("N D")
    >>> dict(contract(N * N * D, N * N).counts)[("add", "dot.other")]
    D*N**2 - N**2
    """
    products, order = sized(products)
    outputs, _ = sized(outputs)
    return step_of("contract", role, order, weights, mul=products, add=products - outputs)


def bias_add(outputs: Size, weights: tuple[Weight, ...] = (), role: Role = "bias") -> Step:
    """Return the addition of a bias: one addition an output.

    >>> from symflops import dims
    >>> dict(bias_add(dims("C H W")).counts)
    {('add', 'bias'): C*H*W}
    """
    outputs, order = sized(outputs)
    return step_of("bias_add", role, order, weights, add=outputs)


def elementwise(
    operation: Operation | Mapping[Operation, int],
    elements: Size,
    role: Role = "other",
    weights: tuple[Weight, ...] = (),
) -> Step:
    """Return the same few operations on every element.

    ``operation`` is a name (``"mul"``: one multiplication an element) or a mapping of names to how many
    of each an element takes.

    >>> from symflops import dims
    >>> dict(elementwise({"mul": 2, "add": 1}, dims("C H W")).counts)
    {('mul', 'other'): 2*C*H*W, ('add', 'other'): C*H*W}
    """
    elements, order = sized(elements)
    each = {operation: 1} if isinstance(operation, str) else operation
    counts = {(name, role): exact(count) * elements for name, count in each.items()}
    return Step("elementwise", tally_of(counts), weights, order)


def reduce(
    entries: Size, outputs: Size, operation: Operation = "add", role: Role = "other"
) -> Step:
    """Return reductions: n entries become one with n - 1 operations (sums or comparisons).

    Counts: ``entries - outputs`` operations.

    >>> from symflops import dims
    >>> k, C, H, W = dims("k C H W")
    >>> dict(reduce(k**2 * C * H * W, C * H * W, "cmp", "pool").counts)[("cmp", "pool")]
    C*H*W*k**2 - C*H*W
    """
    entries, order = sized(entries)
    outputs, _ = sized(outputs)
    return step_of("reduce", role, order, **{operation: entries - outputs})


def lookup(outputs: Size, rows: Size, weights: tuple[Weight, ...] = ()) -> Step:
    """Return rows taken from a table: no operation; as a dense product, ``rows`` products an output.

    That dense count (one-hot vectors times the table) is what some papers print for an embedding, and stands
    in ``step.dense``.

    >>> from symflops import dims
    >>> N, V, D = dims("N V D")
    >>> step = lookup((N, D), V)
    >>> dict(step.counts), dict(step.dense)[("mul", "dot.linear")]
    ({}, D*N*V)
    """
    outputs, order = sized(outputs)
    rows, _ = sized(rows)
    dense = contract(rows * outputs, outputs, "dot.linear")
    return Step("lookup", Tally(), weights, order, dense=dense.counts)


def masked(step: Step, full: Step) -> Step:
    """Return a step that skips what a mask rules out, and knows what it takes without: ``full``.

    >>> from symflops import dims
    >>> N, D = dims("N D")
    >>> pairs = N * (N + 1) / 2
    >>> step = masked(contract((D, pairs), pairs), contract((D, N, N), (N, N)))
    >>> [dict(counts)[("mul", "dot.other")] for counts in (step.counts, step.dense)]
    [D*N*(N + 1)/2, D*N**2]
    """
    return replace(step, dense=full.counts)


def op(
    name: str,
    *,
    role: Role = "other",
    why: str = "",
    source: str = "",
    weights: tuple[Weight, ...] = (),
    **counts: Size,
) -> Step:
    """Return a step with counts of your own, for what is none of the primitives (an FFT, a sort).

    ``op("fft", mul=…, add=…, cmp=…, why="…", source="…")``; the operations are those of
    :data:`symflops.tally.OPERATIONS`.

    >>> from symflops import dim
    >>> n = dim("n")
    >>> dict(op("bubble sort", cmp=n * (n - 1) / 2, why="every pair once").counts)
    {('cmp', 'other'): n*(n - 1)/2}

    Raises:
        UnknownNameError: an operation that is none of these.
    """
    tally: dict[Any, sympy.Expr] = {}
    order: tuple[sympy.Expr, ...] = ()
    for operation, size in counts.items():
        count, factors = sized(size)
        order += factors
        tally[(operation, role)] = count
    return Step(name, tally_of(tally), weights, order, why, source)


def unknown(name: str, *sizes: Any) -> Step:
    """Return a step that nobody has counted: a named unknown c_name(sizes), kept in every total of work.

    >>> from symflops import dims
    >>> dict(unknown("my_kernel", *dims("N D")).counts)[("unknown", "other")]
    c_my_kernel(N, D)
    """
    if not re.fullmatch(r"[A-Za-z]\w*", str(name)):
        message = f"{name!r} is not a name for an unknown: write letters, digits and underscores"
        raise ArgumentError(message)
    function = sympy.Function(f"c_{name}", positive=True, integer=True)
    count = function(*map(exact, sizes))
    return Step("unknown", tally_of({("unknown", "other"): count}), (), tuple(map(exact, sizes)))


def move(weights: tuple[Weight, ...] = ()) -> Step:
    """Return a step that only moves elements, of which some may be learned: no operation, but an output.

    >>> dict(move().counts)
    {}
    """
    return Step("move", Tally(), weights)


def there(weights: tuple[Weight, ...] = ()) -> Step:
    """Return a step of what was made before and is there: no operation, no output; its weights may be counted.

    >>> dict(there().counts)
    {}
    """
    return Step("there", Tally(), weights)


def sized(size: Size) -> tuple[sympy.Expr, tuple[sympy.Expr, ...]]:
    """Return a size as one expression, and its factors in the order given."""
    if isinstance(size, Sequence):
        factors = tuple(map(exact, size))
        return product(factors), factors
    size = exact(size)
    return size, sympy.Mul.make_args(size)


def step_of(
    rule: str,
    role: Role,
    order: tuple[sympy.Expr, ...],
    weights: tuple[Weight, ...] = (),
    **counts: sympy.Expr,
) -> Step:
    """Return a step of one role with so many of each operation."""
    named: dict[Any, sympy.Expr] = {(name, role): count for name, count in counts.items()}
    return Step(rule, tally_of(named), weights, order)


def tally_of(counts: Mapping[Key, sympy.Expr]) -> Tally:
    """Return counts as a tally, without those that are 0."""
    for operation, role in counts:
        if operation not in OPERATIONS:
            raise UnknownNameError("operation", operation, OPERATIONS)
        if role not in ROLES:
            raise UnknownNameError("role", role, ROLES)
    return Tally({key: count for key, count in counts.items() if count != 0})
