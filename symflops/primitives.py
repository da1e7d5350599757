"""The primitives, and what each of them takes: every operation count of symflops is in this module.

A layer says which primitives it applies and to how many elements; it never writes a count. Sizes may
be given as one expression or as a tuple of factors, in the order in which a paper prints them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy

from symflops.equations import axes_of
from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import ZERO, product
from symflops.floors import quotient
from symflops.symbols import exact
from symflops.tally import OPERATIONS, ROLES, Key, Operation, Role, Tally
from symflops.trace import Step, Weight

if TYPE_CHECKING:
    from collections.abc import Mapping

Size = Any  # an int, an expression, or a tuple of factors
Steps = tuple[tuple[str, Step], ...]
Matrix = tuple[tuple[Any, ...], ...]  # of exact numbers, row by row


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
    products, order = _size(products)
    outputs, _ = _size(outputs)
    counts: dict[Key, sympy.Expr] = {("mul", role): products, ("add", role): products - outputs}
    return Step("contract", _tally(counts), weights, order)


def bias_add(outputs: Size, weights: tuple[Weight, ...] = (), role: Role = "bias") -> Step:
    """Return the addition of a bias: one addition an output.

    >>> from symflops import dims
    >>> dict(bias_add(dims("C H W")).counts)
    {('add', 'bias'): C*H*W}
    """
    outputs, order = _size(outputs)
    return Step("bias_add", _tally({("add", role): outputs}), weights, order)


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
    elements, order = _size(elements)
    each = {operation: 1} if isinstance(operation, str) else operation
    counts = {(name, role): exact(count) * elements for name, count in each.items()}
    return Step("elementwise", _tally(counts), weights, order)


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
    entries, order = _size(entries)
    outputs, _ = _size(outputs)
    return Step("reduce", _tally({(operation, role): entries - outputs}), (), order)


def softmax(entries: Size, rows: Size, role: Role = "softmax") -> Step:
    """Return stable softmax: exp(x - max x) / Σ exp(x - max x) over ``rows`` rows.

    A row of n entries takes n - 1 comparisons, n subtractions, n exponentials, n - 1 additions and n
    divisions: 5n - 2. Source: Goodfellow et al., Deep Learning, section 4.1.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> dict(softmax((N, n), N).counts)[("cmp", "softmax")]
    N*n - N
    """
    entries, order = _size(entries)
    rows, _ = _size(rows)
    counts: dict[Key, sympy.Expr] = {
        ("cmp", role): entries - rows,
        ("sub", role): entries,
        ("exp", role): entries,
        ("add", role): entries - rows,
        ("div", role): entries,
    }
    return Step("softmax", _tally(counts), (), order)


def log_softmax(entries: Size, rows: Size, role: Role = "softmax") -> Step:
    """Return the logarithm of stable softmax, x - max x - log Σ exp(x - max x), over ``rows`` rows.

    A row of n entries takes n - 1 comparisons, n subtractions, n exponentials, n - 1 additions, a
    logarithm, and n subtractions of it: 5n - 1.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> dict(log_softmax((N, n), N).counts)[("log", "softmax")]
    N
    """
    entries, order = _size(entries)
    rows, _ = _size(rows)
    counts: dict[Key, sympy.Expr] = {
        ("cmp", role): entries - rows,
        ("sub", role): 2 * entries,
        ("exp", role): entries,
        ("add", role): entries - rows,
        ("log", role): rows,
    }
    return Step("log_softmax", _tally(counts), (), order)


def standardize(
    entries: Size, rows: Size, affine: Sequence[Operation] = (), weights: tuple[Weight, ...] = ()
) -> Steps:
    """Return (x - mean) / sqrt(var + eps) over ``rows`` rows, by its definition, step by step.

    A row of n entries takes: mean, n - 1 additions and 1 division; deviations, n subtractions; variance,
    n multiplications, n - 1 additions and 1 division; scale, 1 addition of eps, 1 root and n divisions:
    5n + 2. ``affine`` operations follow on every entry. Source: Ba et al. 2016, equation 4; Ioffe and
    Szegedy 2015, algorithm 1.
    """
    entries, order = _size(entries)
    rows, _ = _size(rows)

    def step(counts: Mapping[Operation, sympy.Expr]) -> Step:
        named: dict[Key, sympy.Expr] = {(name, "norm"): count for name, count in counts.items()}
        return Step("standardize", _tally(named), (), order)

    steps = [
        ("mean", step({"add": entries - rows, "div": rows})),
        ("deviation", step({"sub": entries})),
        ("variance", step({"mul": entries, "add": entries - rows, "div": rows})),
        ("normalize", step({"add": rows, "sqrt": rows, "div": entries})),
    ]
    if affine:
        each = {operation: affine.count(operation) for operation in affine}
        steps.append(("affine", elementwise(each, order, "norm", weights)))
    return tuple(steps)


def root_mean_square(entries: Size, rows: Size, weights: tuple[Weight, ...] = ()) -> Steps:
    """Return x / sqrt(mean(x²) + eps) over ``rows`` rows, by its definition, step by step.

    A row of n entries takes: mean square, n multiplications, n - 1 additions and 1 division; scale, 1
    addition of eps, 1 root and n divisions: 3n + 2. With ``weights`` a multiplication on every entry
    follows. Source: Zhang and Sennrich 2019, equation 4.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> [name for name, step in root_mean_square((N, n), N)]
    ['mean_square', 'normalize']
    """
    entries, order = _size(entries)
    rows, _ = _size(rows)
    square: dict[Key, sympy.Expr] = {
        ("mul", "norm"): entries,
        ("add", "norm"): entries - rows,
        ("div", "norm"): rows,
    }
    scale: dict[Key, sympy.Expr] = {
        ("add", "norm"): rows,
        ("sqrt", "norm"): rows,
        ("div", "norm"): entries,
    }
    steps = [
        ("mean_square", Step("standardize", _tally(square), (), order)),
        ("normalize", Step("standardize", _tally(scale), (), order)),
    ]
    if weights:
        steps.append(("affine", elementwise("mul", order, "norm", weights)))
    return tuple(steps)


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
        count, factors = _size(size)
        order += factors
        tally[(operation, role)] = count
    return Step(name, _tally(tally), weights, order, why, source)


def unknown(name: str, *sizes: Any) -> Step:
    """Return a step that nobody has counted: a named unknown c_name(sizes), kept in every total of work.

    >>> from symflops import dims
    >>> dict(unknown("my_kernel", *dims("N D")).counts)[("unknown", "other")]
    c_my_kernel(N, D)
    """
    if not re.fullmatch(r"[A-Za-z]\w*", name):
        message = f"{name!r} is not a name for an unknown: write letters, digits and underscores"
        raise ArgumentError(message)
    function = sympy.Function(f"c_{name}", positive=True, integer=True)
    count = function(*map(exact, sizes))
    return Step("unknown", _tally({("unknown", "other"): count}), (), tuple(map(exact, sizes)))


def move() -> Step:
    """Return a step that only moves elements: no operation, but an output of its own.

    >>> dict(move().counts)
    {}
    """
    return Step("move", Tally())


def window_mean(taps: Size, outputs: Size) -> Step:
    """Return means of windows: n entries take n - 1 additions and one division.

    Counts: ``taps - outputs`` additions, ``outputs`` divisions.
    """
    taps, order = _size(taps)
    outputs, _ = _size(outputs)
    return Step(
        "mean", _tally({("add", "pool"): taps - outputs, ("div", "pool"): outputs}), (), order
    )


def interpolate(outputs: Size, taps: int = 2, axes: int = 2) -> Step:
    """Return blends of ``taps`` neighbours along each axis in turn; their weights are not counted.

    A blend of t values takes t multiplications and t - 1 additions. The last axis is blended first, t rows
    of it for every blend along the axis before: t + t² + … multiplications and (t - 1)(1 + t + …) additions
    an output. Bilinear, λ₀(μ₀a + μ₁b) + λ₁(μ₀c + μ₁d): 6 and 3. Bicubic: 20 and 15.

    >>> from symflops import dims
    >>> dict(interpolate(dims("H W")).counts)
    {('mul', 'other'): 6*H*W, ('add', 'other'): 3*H*W}
    """
    blends = sum(taps**axis for axis in range(axes))
    return elementwise({"mul": taps * blends, "add": (taps - 1) * blends}, outputs)


def sample(values: Size, places: Size) -> Steps:
    """Return bilinear samples at places that were moved by offsets, Σ w·x over the 4 neighbours.

    A place takes 2 additions of its offset, 2 subtractions for its fractions, 2 for what they lack to 1, and
    4 products for the weights of its neighbours; a value 4 products and 3 additions. Source: Dai et al. 2017,
    equations 3 and 4.

    >>> from symflops import dims
    >>> C, H, W = dims("C H W")
    >>> [dict(step.counts)[("mul", "other")] for _, step in sample((C, H, W), (H, W))]
    [4*H*W, 4*C*H*W]
    """
    weights = elementwise({"add": 2, "sub": 4, "mul": 4}, places)
    return (("weights", weights), ("sample", elementwise({"mul": 4, "add": 3}, values)))


def separable(matrices: Sequence[Matrix], maps: Size) -> Step:
    """Return constant matrices applied to maps along one axis after the other: M_1 X M_2ᵀ.

    A row of a matrix takes, for every line that it meets, a product for each entry that is neither 0 nor ±1
    and an addition less than it has entries other than 0. No sum is shared between rows.

    >>> differences = ((1, -1, 0), (0, 1, -1))
    >>> dict(separable((differences, differences), 1).counts)   # 2 for each of 3 columns, then of 2 rows
    {('add', 'other'): 10}
    """
    maps, order = _size(maps)
    sizes = [len(matrix[0]) for matrix in matrices]
    products = sums = ZERO
    for axis, matrix in enumerate(matrices):
        lines = math.prod(sizes[:axis] + sizes[axis + 1 :])
        entries = [abs(entry) for row in matrix for entry in row if entry != 0]
        products += lines * sum(entry != 1 for entry in entries)
        sums += lines * (len(entries) - len(matrix))
        sizes[axis] = len(matrix)
    counts: dict[Key, sympy.Expr] = {
        ("mul", "other"): products * maps,
        ("add", "other"): sums * maps,
    }
    return Step("transform", _tally(counts), (), order)


def local_response(channels: sympy.Expr, window: sympy.Expr, positions: Size) -> Steps:
    """Return x/(k + α/n·Σ x²)^β over windows of n channels, cut at the first and the last channel.

    Each entry is squared once; a window of m squares takes m - 1 additions; then α/n, k, the power and the
    division. The windows have n·C entries in all, less those cut off, p(p + 1)/2 at an end where a whole
    window reaches p beyond.
    """
    positions, order = _size(positions)
    before = quotient(window, 2)
    entries = window * channels - _cut(before, channels) - _cut(window - 1 - before, channels)
    elements = channels * positions
    counts: dict[Key, sympy.Expr] = {
        ("mul", "norm"): 2 * elements,  # x·x and α/n·Σ
        ("add", "norm"): entries * positions - elements + elements,  # Σ, and k
        ("pow", "norm"): elements,
        ("div", "norm"): elements,
    }
    return (("norm", Step("local_response", _tally(counts), (), (window, channels, *order))),)


def _cut(reach: sympy.Expr, channels: sympy.Expr) -> sympy.Expr:
    """Return what windows that reach over an end lose there: Σ_i (p - i) for i < min(p, C)."""
    short = reach.is_Integer and channels.is_Integer and channels < reach
    m = channels if short else reach
    return m * reach - m * (m - 1) / 2


def einsum(equation: str, *operands: Sequence[Any], role: Role = "dot.other") -> Step:
    """Return a contraction of one or two operands, written as ``"b h n d, b h m d -> b h n m"``.

    Every letter or word is an axis; an axis that is not in the output is summed over. Two operands take
    one product for every combination of axes; one operand takes sums alone.

    >>> from symflops import dims
    >>> b, h, n, m, d = dims("b h n m d")
    >>> step = einsum("b h n d, b h m d -> b h n m", (b, h, n, d), (b, h, m, d))
    >>> dict(step.counts)[("mul", "dot.other")]
    b*d*h*m*n

    Raises:
        ArgumentError: the equation does not fit the operands, or one axis has two sizes.
    """
    sizes, output = axes_of(equation, operands)
    summed = [axis for axis in sizes if axis not in output]
    order = tuple(sizes[axis] for axis in [*summed, *output])
    entries, outputs = product(order), product(sizes[axis] for axis in output)
    if len(operands) == 1:
        return Step("reduce", _tally({("add", role): entries - outputs}), (), order)
    counts: dict[Key, sympy.Expr] = {("mul", role): entries, ("add", role): entries - outputs}
    return Step("contract", _tally(counts), (), order)


def _size(size: Size) -> tuple[sympy.Expr, tuple[sympy.Expr, ...]]:
    """Return a size as one expression, and its factors in the order given."""
    if isinstance(size, Sequence):
        factors = tuple(map(exact, size))
        return product(factors), factors
    size = exact(size)
    return size, sympy.Mul.make_args(size)


def _tally(counts: Mapping[Key, sympy.Expr]) -> Tally:
    for operation, role in counts:
        if operation not in OPERATIONS:
            raise UnknownNameError("operation", operation, OPERATIONS)
        if role not in ROLES:
            raise UnknownNameError("role", role, ROLES)
    return Tally({key: count for key, count in counts.items() if count != 0})
