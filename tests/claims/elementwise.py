"""Pooling, normalisation and softmax: what they take for each element."""

from __future__ import annotations

from claims.held import Held

import symflops as sf

B, C, H, W, b, h, k, n, s = sf.dims("B C H W b h k n s")
H_in, H_out, W_in, W_out = sf.dims("H_in H_out W_in W_out")
POOLS = {"max pool (comparisons)": sf.MaxPool2d, "avg pool (adds+div)": sf.AvgPool2d}
WHOLE = ("s | H_in", "s | W_in")


def each(pool):
    """A window k × k for every s × s of the map, which is as much larger as the last window needs."""
    return sf.cost(pool(k, s), (B, C, H_in - s + k, W_in - s + k), assume=WHOLE).flops


def apart(pool):
    """Windows side by side."""
    return sf.cost(pool(s), (B, C, H_in, W_in), assume=WHOLE).flops


def pooled(pool):
    """A map of which windows k × k leave H_out × W_out."""
    return pool(k, 1), (C, H_out + k - 1, W_out + k - 1)


def norm(form):
    return sf.cost(sf.BatchNorm2d(C, form=form), (C, H, W))


class Naive(sf.Layer):
    """Softmax of rows without the greatest of them taken off: exponentials, their sum, and a division each."""

    def forward(self, x):
        *rows, _ = x
        yield "exp", sf.elementwise("exp", x, "softmax")
        yield "sum", sf.reduce(x, rows, "add", "softmax")
        yield "divide", sf.elementwise("div", x, "softmax")
        return x


DIVISIONS = sf.Convention("divisions", "Divisions alone.", "", {("div", "pool"): 1})
ELEMENTS = {"symbols": {"n_el": C * H * W}}

CLAIMS = {
    "EW-1": Held(
        {name: apart(pool) for name, pool in POOLS.items()},
        exact=each(sf.MaxPool2d),
        alternatives={name: each(pool) for name, pool in POOLS.items()},
    ),
    "EW-2": Held(
        pooled(sf.AvgPool2d),
        "flops",
        strict=sf.cost(*pooled(sf.MaxPool2d)).flops,
        verdict="correct",
        why="held against average pooling, of which it is the exact number; maximum pooling takes one less, and no "
        "convention makes up for it",
    ),
    "EW-3": Held(
        pooled(sf.AvgPool2d),
        "flops",
        alternatives={"divisions only": sf.cost(*pooled(sf.AvgPool2d)).under(DIVISIONS).flops},
    ),
    "EW-7": Held(
        norm("inference"),
        "flops",
        told=ELEMENTS,
        strict=norm("unfolded").flops,
        verdict="correct",
        why="the form of the layer says that the statistics are folded: of that form it is exact",
    ),
    "EW-8": Held(
        norm("unfolded"),
        "flops",
        told=ELEMENTS,
        strict=norm("inference").flops,
        verdict="correct",
        why="the form of the layer says that nothing is folded: of that form it is exact",
    ),
    "EW-10": Held(
        (sf.LayerNorm(h), (h,)),
        "flops",
        verdict="wrong",
        why="5h is not the greatest term of 7h + 2: it stays two sevenths too low at every width",
    ),
    "EW-12": Held(sf.cost(sf.Softmax(-1), (1, n)).flops),
    "EW-13": Held(
        (Naive(), (b, n)),
        "flops",
        strict=sf.cost(sf.Softmax(-1), (b, n)).flops,
        verdict="correct",
        why="the layer leaves out the greatest entry, which is what the source leaves out: of it it is exact",
    ),
}
