"""Softmax, and normalisation by its definitions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from symflops.floors import quotient
from symflops.primitives.core import elementwise, sized, step_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sympy

    from symflops.primitives.core import Size, Steps
    from symflops.tally import Operation, Role
    from symflops.trace import Step, Weight


def softmax(entries: Size, rows: Size, role: Role = "softmax") -> Step:
    """Return stable softmax: exp(x - max x) / Σ exp(x - max x) over ``rows`` rows.

    A row of n entries takes n - 1 comparisons, n subtractions, n exponentials, n - 1 additions and n
    divisions: 5n - 2. Source: Goodfellow et al. 2016, Deep Learning, section 4.1.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> dict(softmax((N, n), N).counts)[("cmp", "softmax")]
    N*n - N
    """
    entries, order = sized(entries)
    rows, _ = sized(rows)
    less = entries - rows
    return step_of(
        "softmax", role, order, cmp=less, sub=entries, exp=entries, add=less, div=entries
    )


def log_softmax(entries: Size, rows: Size, role: Role = "softmax") -> Step:
    """Return the logarithm of stable softmax, x - max x - log Σ exp(x - max x), over ``rows`` rows.

    A row of n entries takes n - 1 comparisons, n subtractions, n exponentials, n - 1 additions, a
    logarithm, and n subtractions of it: 5n - 1.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> dict(log_softmax((N, n), N).counts)[("log", "softmax")]
    N
    """
    entries, order = sized(entries)
    rows, _ = sized(rows)
    less, twice = entries - rows, 2 * entries
    return step_of("log_softmax", role, order, cmp=less, sub=twice, exp=entries, add=less, log=rows)


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
    entries, order = sized(entries)
    rows, _ = sized(rows)
    step = partial(step_of, "standardize", "norm", order)
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
    entries, order = sized(entries)
    rows, _ = sized(rows)
    step = partial(step_of, "standardize", "norm", order)
    steps = [
        ("mean_square", step(mul=entries, add=entries - rows, div=rows)),
        ("normalize", step(add=rows, sqrt=rows, div=entries)),
    ]
    if weights:
        steps.append(("affine", elementwise("mul", order, "norm", weights)))
    return tuple(steps)


def unit_length(entries: Size, rows: Size, role: Role = "norm") -> Step:
    """Return x / max(sqrt(Σ x²), eps) over ``rows`` rows.

    A row of n entries takes n multiplications, n - 1 additions, 1 root, 1 comparison and n divisions: 3n + 1.

    >>> from symflops import dims
    >>> N, n = dims("N n")
    >>> dict(unit_length((N, n), N).counts)[("add", "norm")]
    N*n - N
    """
    entries, order = sized(entries)
    rows, _ = sized(rows)
    counts = {"mul": entries, "add": entries - rows, "sqrt": rows, "cmp": rows, "div": entries}
    return step_of("unit_length", role, order, **counts)


def local_response(channels: sympy.Expr, window: sympy.Expr, positions: Size) -> Steps:
    """Return x/(k + α/n·Σ x²)^β over windows of n channels, cut at the first and the last channel.

    Each entry is squared once; a window of m squares takes m - 1 additions; then α/n, k, the power and the
    division. The windows have n·C entries in all, less those cut off, p(p + 1)/2 at an end where a whole
    window reaches p beyond.

    >>> from symflops import dims
    >>> C, H, W = dims("C H W")
    >>> from symflops.symbols import exact
    >>> ((name, step),) = local_response(C, exact(5), (H, W))
    >>> dict(step.counts)[("add", "norm")]   # windows of 3, 4, 5, …, 5, 4 and 3 squares, and k
    H*W*(5*C - 6)
    """
    positions, order = sized(positions)
    before = quotient(window, 2)
    entries = window * channels - _cut(before, channels) - _cut(window - 1 - before, channels)
    elements = channels * positions
    products = 2 * elements  # x·x and α/n·Σ
    sums = entries * positions - elements + elements  # Σ, and k
    counts = {"mul": products, "add": sums, "pow": elements, "div": elements}
    return (("norm", step_of("local_response", "norm", (window, channels, *order), **counts)),)


def _cut(reach: sympy.Expr, channels: sympy.Expr) -> sympy.Expr:
    """Return what windows that reach over an end lose there: Σ_i (p - i) for i < min(p, C)."""
    if reach.is_Integer and channels.is_Integer and channels < reach:
        return channels * reach - channels * (channels - 1) / 2
    return reach * (reach + 1) / 2
