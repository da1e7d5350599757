"""A small input for a layer that comes alone: symbols for what its arguments do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.exprs import product
from symflops.layers.activation import GLU, Activation, AlongAxis
from symflops.layers.arguments import along
from symflops.layers.attention import MultiheadAttention
from symflops.layers.base import Layer, per_axis
from symflops.layers.bilinear import Bilinear
from symflops.layers.cache import Appended, Cached, Memory
from symflops.layers.cells import Cell
from symflops.layers.combine import Container
from symflops.layers.conv import alike_on_both_sides
from symflops.layers.cosine import BiasOfPairs, LogitScale
from symflops.layers.embedding import Embedding
from symflops.layers.groupnorm import GroupNorm
from symflops.layers.heads import HeadLinear, JoinHeads, SplitHeads
from symflops.layers.latent_attention import MultiheadLatentAttention
from symflops.layers.linear_attention import KernelAttention, LinearAttention
from symflops.layers.norm import BatchNorm1d, LocalResponseNorm
from symflops.layers.rearrange import ChannelShuffle, PixelShuffle, PixelUnshuffle
from symflops.layers.rectifiers import PReLU
from symflops.layers.recurrent import Bidirectional, OfSequences, Recurrent
from symflops.layers.reduction import Reduction
from symflops.layers.resize import Upsample
from symflops.layers.rotary import RotaryEmbedding
from symflops.layers.scan import Scan
from symflops.layers.score_bias import ALiBi, RelativePositionBias
from symflops.layers.scores import MaskedSoftmax, ScaleScores, Scores, Weighting
from symflops.layers.shape import Dropout, Flatten, Identity, Permute, Select, Split, Unflatten
from symflops.layers.unfold import Fold
from symflops.layers.window_attention import ShiftedWindowAttention, ShiftedWindowAttentionV2
from symflops.layers.windows import WindowBias, WindowMerge
from symflops.symbols import dim

if TYPE_CHECKING:
    from collections.abc import Callable

AXES = {2: "B N", 3: "B C L", 4: "B C H W", 5: "B C D H W"}
TWO = 2  # inputs: a sequence, and a memory of another length
ANY_RANK = (
    Activation,
    AlongAxis,
    GLU,
    Identity,
    Dropout,
    Flatten,
    Unflatten,
    Split,
    Select,
    LocalResponseNorm,
    ChannelShuffle,
    PixelShuffle,
    PixelUnshuffle,
    GroupNorm,
    Reduction,
    Upsample,
)


def specimen(layer: Layer) -> tuple[Any, ...]:
    """Return a batched input shape that a layer can take.

    >>> import symflops as sf
    >>> specimen(sf.Conv2d(3, 8, 3)), specimen(sf.Linear(5, 2))
    ((B, 3, H, W), (B, N, 5))

    Raises:
        ArgumentError: the layer does not say what it takes.
    """
    first = _first(layer)
    several = _of_sequences(layer, first)
    if several is not None:
        return several
    rank = _rank(first)
    if rank not in AXES:
        kind = type(layer).__name__
        message = f"{kind} does not say what input it takes; write verify(sf.cost(layer, shape))"
        raise ArgumentError(message)
    if isinstance(first, Permute | Split | Unflatten):
        return _cut(first, _named(layer, AXES[rank]))
    batch, channels, *sizes = _named(layer, AXES[rank])
    for field in ("in_channels", "num_features", "input_channels", "channels", "inp"):
        channels = getattr(first, field, channels)
    if isinstance(first, PReLU) and first.num_parameters != 1:
        channels = first.num_parameters
    return (batch, channels, *sizes)


def _merged(layer: Any, batch: Any, height: Any, _: Any) -> tuple[Any, ...]:
    """Return the windows of so many maps; their channels are any."""
    count = product(layer.counts(along(layer, "size")))
    return (batch * count, layer.positions, height)


def _biased(layer: Any, batch: Any, *_: Any) -> tuple[Any, ...]:
    """Return the scores of the windows of so many maps."""
    positions = product(along(layer, "window_size"))
    windows = product((batch, *along(layer, "windows")))
    return (windows, layer.num_heads, positions, positions)


def _attended(layer: Any, queries: Any, keys: Any) -> Any:
    """Return how many keys there are: any number, or under a mask as many as queries."""
    masked = layer.causal or layer.window is not None
    return (queries if masked else keys) + layer.extra


def _pairs(layer: Any, batch: Any, queries: Any, keys: Any) -> tuple[Any, ...]:
    """Return scores of queries and keys."""
    heads = getattr(layer, "num_heads", None) or getattr(layer, "kv_heads", None) or 2
    return (batch, heads, queries, _attended(layer, queries, keys))


def _compared(layer: Any, batch: Any, queries: Any, keys: Any) -> tuple[Any, ...]:
    """Return queries and keys, three entries a head."""
    counts = queries, _attended(layer, queries, keys)
    heads = layer.num_heads, layer.num_heads if layer.kv_heads is None else layer.kv_heads
    return tuple((batch, n, 3 * h) for n, h in zip(counts, heads, strict=True))


def _weighed(layer: Any, batch: Any, queries: Any, keys: Any) -> tuple[Any, ...]:
    """Return weights of keys, and values of three entries a head."""
    weights = _pairs(layer, batch, queries, keys)
    return weights, (batch, weights[3], 3 * weights[1])


def _row(layer: Any, batch: Any, positions: Any, _: Any) -> tuple[Any, ...]:
    return (batch, positions, getattr(layer, "width", 3))


#: The layers of attention.
ATTENTION: dict[type, Callable[..., tuple[Any, ...]]] = {
    **dict.fromkeys((ScaleScores, MaskedSoftmax, ALiBi, RelativePositionBias), _pairs),
    **dict.fromkeys((Cached, Memory, Appended), _row),
    Scores: _compared,
    Weighting: _weighed,
    **dict.fromkeys(
        (MultiheadAttention, MultiheadLatentAttention, LinearAttention),
        lambda layer, batch, n, _: (batch, n, layer.embed_dim),
    ),
    KernelAttention: lambda layer, batch, n, m: (
        (batch, n, 3 * layer.num_heads),
        (batch, n if layer.causal else m, 3 * layer.num_heads),
        (batch, n if layer.causal else m, 2 * layer.num_heads),
    ),
    SplitHeads: lambda layer, batch, n, _: (batch, n, layer.num_heads * sum(layer.parts)),
    HeadLinear: lambda layer, batch, n, _: (batch, n, layer.num_heads * layer.in_features),
    JoinHeads: lambda layer, batch, n, m: (
        (batch, n, 2 * (layer.num_heads if layer.own else 1)),
        (batch, n, m * layer.num_heads),
    ),
    RotaryEmbedding: lambda layer, batch, n, m: (batch, n, m * layer.head_dim),
}

#: Layers over windows: how many there are follows from the map.
WINDOWED: dict[type, Callable[..., tuple[Any, ...]]] = {
    **dict.fromkeys(
        (ShiftedWindowAttention, ShiftedWindowAttentionV2),
        lambda layer, *map_: (*map_, layer.dim),
    ),
    WindowMerge: _merged,
    WindowBias: _biased,
    LogitScale: lambda layer, batch, *pairs: (batch, layer.num_heads, *pairs),
    BiasOfPairs: lambda layer, batch, heads, _: (
        batch,
        WindowBias(layer.window_size, 1).offsets,
        heads,
    ),
}


def _of_sequences(layer: Layer, first: Layer) -> tuple[Any, ...] | None:
    """Return what a layer of sequences, pairs or windows takes, or None for one that takes maps."""
    for kinds, names in ((ATTENTION, "B N M"), (WINDOWED, "B H W")):
        if type(first) in kinds:
            return kinds[type(first)](first, *_named(layer, names))
    last = _vector(first)
    if last is not None:
        batch, *lengths = _named(layer, "B N" if first.arity != TWO else "B N M")
        entry = last if isinstance(last, tuple) else (last,)
        rows = tuple((batch, n, *entry) for n in lengths)
        return rows if len(rows) > 1 else rows[0]
    if isinstance(first, Scan):
        shared = _named(layer, "B T")
        several = tuple((*shared, n) for n in first.features.values())
        return several if len(several) > 1 else several[0]
    if isinstance(first, Cell | OfSequences):
        return _steps(first)
    if isinstance(first, Bilinear):
        shared = _named(layer, "B N")
        return tuple((*shared, n) for n in (first.in1_features, first.in2_features))
    if isinstance(first, Fold):
        return _columns(first, *_named(layer, "B C"))
    return None


def _vector(layer: Layer) -> Any:
    """Return what stands at each position of a row that a layer takes, or None where it takes none."""
    if isinstance(layer, Embedding):
        return ()
    for field in ("in_features", "d_model", "normalized_shape"):
        if hasattr(layer, field):
            return getattr(layer, field)
    return None


def _steps(layer: Layer) -> tuple[Any, ...]:
    """Return a vector for a cell, and a sequence of them for a layer that runs one."""
    if isinstance(layer, Recurrent | Bidirectional):
        batch, *vector = specimen(layer.cell)
        return (batch, *_named(layer, "T"), *vector)
    return (*_named(layer, "B" if isinstance(layer, Cell) else "B T"), layer.input_size)  # type: ignore[attr-defined]


def _rank(layer: Layer) -> int | None:
    """Return how many axes a layer takes, where it leaves that open as many as come to mind."""
    if isinstance(layer, Permute):
        return len(layer.order)
    if isinstance(layer, Upsample):
        return {"linear": 3, "trilinear": 5}.get(layer.mode, 4)
    if layer.rank is None and isinstance(layer, BatchNorm1d):
        return 3
    return 4 if layer.rank is None and isinstance(layer, ANY_RANK) else layer.rank


def _columns(layer: Fold, batch: Any, channels: Any) -> tuple[Any, ...]:
    """Return the columns that the windows of a folded map make."""
    windows = alike_on_both_sides(layer)
    sizes = per_axis(layer.output_size, layer.axes, "output_size")
    counts = [window.outputs(size) for window, size in zip(windows, sizes, strict=True)]
    return (batch, product((channels, *(w.kernel for w in windows))), product(counts))


def _cut(layer: Layer, shape: list[Any]) -> tuple[Any, ...]:
    """Return a shape with an axis that falls into the parts that a layer makes of it."""
    dim = getattr(layer, "dim", 0)
    if not -len(shape) <= dim < len(shape):
        return tuple(shape)  # the layer says what is wrong
    if isinstance(layer, Split):
        given = layer.split_size_or_sections
        shape[int(dim)] = sum(given) if isinstance(given, tuple) else 2 * given
    if isinstance(layer, Unflatten):
        axis, sizes = int(dim), layer.unflattened_size
        shape[axis] = product(shape[axis] if n == -1 else n for n in sizes)
    return tuple(shape)


def _first(layer: Layer) -> Layer:
    """Return the innermost layer that sees the input first."""
    fields = ("body", "layer", "linear", "encoder_layer", "decoder_layer")
    inner = next((getattr(layer, name) for name in fields if hasattr(layer, name)), None)
    if isinstance(layer, Container) and layer.children:
        inner = layer.children[0][1]
    return _first(inner) if isinstance(inner, Layer) else layer


def _named(layer: Layer, names: str) -> list[Any]:
    """Return symbols of these names, or like them where the layer uses the name itself."""
    taken = {symbol.name for symbol in layer.symbols}
    fresh = []
    for name in names.split():
        while name in taken:
            name += "_"  # noqa: PLW2901 - the next name to try
        fresh.append(dim(name))
    return fresh
