"""The primitives, and what each of them takes: every operation count of symflops is in this module.

A layer says which primitives it applies and to how many elements; it never writes a count. Sizes may
be given as one expression or as a tuple of factors, in the order in which a paper prints them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import sympy

from symflops.equations import axes_of
from symflops.errors import ArgumentError, UnknownNameError
from symflops.exprs import ZERO, log2, product
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
    return _step("contract", role, order, weights, mul=products, add=products - outputs)


def bias_add(outputs: Size, weights: tuple[Weight, ...] = (), role: Role = "bias") -> Step:
    """Return the addition of a bias: one addition an output.

    >>> from symflops import dims
    >>> dict(bias_add(dims("C H W")).counts)
    {('add', 'bias'): C*H*W}
    """
    outputs, order = _size(outputs)
    return _step("bias_add", role, order, weights, add=outputs)


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
    return _step("reduce", role, order, **{operation: entries - outputs})


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
    less = entries - rows
    return _step("softmax", role, order, cmp=less, sub=entries, exp=entries, add=less, div=entries)


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
    less, twice = entries - rows, 2 * entries
    return _step("log_softmax", role, order, cmp=less, sub=twice, exp=entries, add=less, log=rows)


def standardize(
    entries: Size, rows: Size, affine: Sequence[Operation] = (), weights: tuple[Weight, ...] = ()
) -> Steps:
    """Return (x - mean) / sqrt(var + eps) over ``rows`` rows, by its definition, step by step.

    A row of n entries takes: mean, n - 1 additions and 1 division; deviations, n subtractions; variance,
    n multiplications, n - 1 additions and 1 division; scale, 1 addition of eps, 1 root and n divisions:
    5n + 2. ``affine`` operations follow on every entry. Source: Ba et al. 2016, equation 4; Ioffe and
    Szegedy 2015, algorithm 1.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> [name for name, step in standardize((N, n), N, ("mul", "add"))]
    ['mean', 'deviation', 'variance', 'normalize', 'affine']
    """
    entries, order = _size(entries)
    rows, _ = _size(rows)
    step = partial(_step, "standardize", "norm", order)
    steps = [
        ("mean", step(add=entries - rows, div=rows)),
        ("deviation", step(sub=entries)),
        ("variance", step(mul=entries, add=entries - rows, div=rows)),
        ("normalize", step(add=rows, sqrt=rows, div=entries)),
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
    step = partial(_step, "standardize", "norm", order)
    steps = [
        ("mean_square", step(mul=entries, add=entries - rows, div=rows)),
        ("normalize", step(add=rows, sqrt=rows, div=entries)),
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

    >>> from symflops import dims
    >>> k, H = dims("k H")
    >>> dict(window_mean((k, H), H).counts)
    {('add', 'pool'): H*k - H, ('div', 'pool'): H}
    """
    taps, order = _size(taps)
    outputs, _ = _size(outputs)
    return _step("mean", "pool", order, add=taps - outputs, div=outputs)


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
    return _step("transform", "other", order, mul=products * maps, add=sums * maps)


def fourier(transforms: Size, points: sympy.Expr) -> Step:
    """Return radix-2 Fourier transforms of n complex points, n a power of 2: (n/2)·log₂ n butterflies each.

    A butterfly u ± w·v takes one complex product (4 multiplications, an addition and a subtraction) and two
    complex sums, whatever w is: 10 operations, 5·n·log₂ n a transform. Source: Cooley and Tukey 1965.

    >>> from symflops import dim
    >>> dict(fourier(1, dim("n")).counts)[("mul", "other")]
    2*n*log2(n)
    """
    transforms, order = _size(transforms)
    butterflies = transforms * points / 2 * log2(points)
    products, sums = 4 * butterflies, 3 * butterflies
    order = (*order, points, log2(points))
    return _step("fourier", "other", order, mul=products, add=sums, sub=sums)


def two_spectra(pairs: Size, *, joined: bool = False) -> Step:
    """Return what parts one transform of two real rows, x + i·y, into the spectra of both.

    Two frequencies k and n - k take 4 sums and 4 products by ½; ``joined`` is the way back, 4 sums.

    >>> sum(count for _, count in two_spectra(1).counts), sum(
    ...     count for _, count in two_spectra(1, joined=True).counts
    ... )
    (8, 4)
    """
    sums: dict[Operation, int] = {"add": 2, "sub": 2}
    return elementwise(sums if joined else {**sums, "mul": 4}, pairs)


def complex_contract(
    products: Size, outputs: Size, role: Role = "dot.other", weights: tuple[Weight, ...] = ()
) -> Step:
    """Return dot products of complex numbers: a product takes 4 multiplications and 2 sums, a sum 2.

    >>> dict(complex_contract(3, 1).counts)   # 3 products, 2 sums
    {('mul', 'dot.other'): 12, ('add', 'dot.other'): 7, ('sub', 'dot.other'): 3}
    """
    products, order = _size(products)
    outputs, _ = _size(outputs)
    sums = products + 2 * (products - outputs)
    return _step("complex_contract", role, order, weights, mul=4 * products, add=sums, sub=products)


def local_response(channels: sympy.Expr, window: sympy.Expr, positions: Size) -> Steps:
    """Return x/(k + α/n·Σ x²)^β over windows of n channels, cut at the first and the last channel.

    Each entry is squared once; a window of m squares takes m - 1 additions; then α/n, k, the power and the
    division. The windows have n·C entries in all, less those cut off, p(p + 1)/2 at an end where a whole
    window reaches p beyond.

    >>> from symflops import dims
    >>> C, H, W = dims("C H W")
    >>> ((name, step),) = local_response(C, sympy.Integer(5), (H, W))
    >>> dict(step.counts)[("add", "norm")]   # windows of 3, 4, 5, …, 5, 4 and 3 squares, and k
    H*W*(5*C - 6)
    """
    positions, order = _size(positions)
    before = quotient(window, 2)
    entries = window * channels - _cut(before, channels) - _cut(window - 1 - before, channels)
    elements = channels * positions
    products = 2 * elements  # x·x and α/n·Σ
    sums = entries * positions - elements + elements  # Σ, and k
    counts = {"mul": products, "add": sums, "pow": elements, "div": elements}
    return (("norm", _step("local_response", "norm", (window, channels, *order), **counts)),)


def _cut(reach: sympy.Expr, channels: sympy.Expr) -> sympy.Expr:
    """Return what windows that reach over an end lose there: Σ_i (p - i) for i < min(p, C)."""
    if reach.is_Integer and channels.is_Integer and channels < reach:
        return channels * reach - channels * (channels - 1) / 2
    return reach * (reach + 1) / 2


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
        return _step("reduce", role, order, add=entries - outputs)
    return _step("contract", role, order, mul=entries, add=entries - outputs)


def _size(size: Size) -> tuple[sympy.Expr, tuple[sympy.Expr, ...]]:
    """Return a size as one expression, and its factors in the order given."""
    if isinstance(size, Sequence):
        factors = tuple(map(exact, size))
        return product(factors), factors
    size = exact(size)
    return size, sympy.Mul.make_args(size)


def _step(
    rule: str,
    role: Role,
    order: tuple[sympy.Expr, ...],
    weights: tuple[Weight, ...] = (),
    **counts: sympy.Expr,
) -> Step:
    """Return a step of one role with so many of each operation."""
    named: dict[Any, sympy.Expr] = {(name, role): count for name, count in counts.items()}
    return Step(rule, _tally(named), weights, order)


def _tally(counts: Mapping[Key, sympy.Expr]) -> Tally:
    for operation, role in counts:
        if operation not in OPERATIONS:
            raise UnknownNameError("operation", operation, OPERATIONS)
        if role not in ROLES:
            raise UnknownNameError("role", role, ROLES)
    return Tally({key: count for key, count in counts.items() if count != 0})
