"""T5 (v1.0): an encoder and a decoder that know where words stand by biases of the scores alone.

>>> import symflops as sf
>>> sf.cost(sf.zoo.t5()).params.expand()
4*D*L*d_ff + 12*D*L*d_h*h + 5*D*L + D*V + 2*D + 64*h
>>> sf.cost(sf.zoo.t5_base()).params
222903552
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.attention import MultiheadAttention
from symflops.layers.combine import Sequential, Shared
from symflops.layers.embedding import Embedding
from symflops.layers.feedforward import FeedForward
from symflops.layers.linear import Linear
from symflops.layers.norm import RMSNorm
from symflops.layers.score_bias import RelativePositionBias
from symflops.layers.transformer import (
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from symflops.symbols import dims
from symflops.zoo.encoder_decoders import EncoderDecoder
from symflops.zoo.published import Published, register, sized
from symflops.zoo.tokens import ByRoot

if TYPE_CHECKING:
    from collections.abc import Mapping

T5 = "Raffel et al. 2020, Exploring the limits of transfer learning, sections 2.1 and 3.7.2"
V, D, L, h, d_h, d_ff = dims("V D L h d_h d_ff")
TEXTS = tuple(zip(dims("N M")))


def brings(given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the inputs: N tokens to read and M to write, or the one that comes next."""
    return ("N",), ("M",) if given["cache_length"] is None else (1,)


def _t5(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    head_dim: Any = d_h,
    d_ff: Any = d_ff,
    num_buckets: Any = 32,
    *,
    causal: bool = False,
    cache_length: Any = None,
) -> EncoderDecoder:
    """L blocks that read N tokens and L that write M, an RMS norm before each part and one behind all; no biases.

    Every size may be a symbol; heads times their width need not be D. Scores are not divided by √d. A bias for
    the distance is added to those of attention to itself; its table is that of the first block, one for each
    half. One table of tokens serves both halves and the head, before which vectors are divided by √D. Attention
    counts every pair of positions, as numbers in print do; with ``causal`` the decoder's to itself counts those
    that the mask leaves. ``cache_length=S`` is one decoding step: what was read is there, and one token comes
    behind S others.
    """
    is_step = cache_length is not None

    def attention(half: str = "", **options: Any) -> MultiheadAttention:
        bias = (
            Shared(f"{half}.bias", RelativePositionBias(num_buckets, num_heads)) if half else None
        )
        return MultiheadAttention(
            d_model,
            num_heads,
            bias=False,
            head_dim=head_dim,
            scale=False,
            score_bias=bias,
            **options,
        )

    network = FeedForward(d_model, d_ff, "relu", bias=False)
    block: dict[str, Any] = {
        "norm_first": True,
        "norm": "RMSNorm",
        "layer_norm_eps": 1e-6,
        "feed_forward": network,
    }
    sizes = (d_model, num_heads, d_ff)
    encoder = TransformerEncoderLayer(*sizes, attention=attention("encoder", keeps=False), **block)
    decoder = TransformerDecoderLayer(
        *sizes,
        attention=attention("decoder", causal=causal, cache_length=cache_length),
        cross_attention=attention(memory_cached=is_step),
        **block,
    )
    table = Shared("shared", Embedding(vocab_size, d_model))
    head = Shared("shared", Linear(d_model, vocab_size, bias=False))
    norm = RMSNorm(d_model, 1e-6)
    return EncoderDecoder(
        table,
        TransformerEncoder(encoder, num_layers, norm),
        table,
        TransformerDecoder(decoder, num_layers, norm),
        Sequential(scale=ByRoot(inverse=True), linear=head),
        encoded=is_step,
    )


t5 = register("t5", _t5, T5, usual=TEXTS, brings=brings)


def _member(name: str, source: str, params: int, *sizes: int) -> Any:
    names = ("d_model", "num_layers", "num_heads", "head_dim", "d_ff")
    d_model, num_layers, num_heads, head_dim, d_ff = sizes
    build = sized(
        _t5,
        f"T5 {name} as released: {num_layers} + {num_layers} blocks of width {d_model}, {num_heads} heads of "
        f"{head_dim}, d_ff = {d_ff}.\n\nThe vocabulary is padded to 32,128 tokens.",
        vocab_size=32128,
        **dict(zip(names, sizes, strict=True)),
    )
    return register(
        f"t5_{name}",
        build,
        T5,
        Published("params", params, source),
        usual=((512,), (512,)),
        brings=brings,
    )


KERAS = "KerasHub, t5_presets.py (the released weights)"
t5_small = _member("small", KERAS, 60_506_624, 512, 6, 8, 64, 2048)
t5_base = _member(
    "base",
    "transformers, T5ForConditionalGeneration from the released configuration",
    222_903_552,
    *(768, 12, 12, 64, 3072),
)
t5_large = _member("large", KERAS, 737_668_096, 1024, 24, 16, 64, 4096)
t5_3b = _member("3b", KERAS, 2_851_598_336, 1024, 24, 32, 128, 16384)
t5_11b = _member(
    "11b",
    "transformers, T5ForConditionalGeneration of the released weights",
    11_307_321_344,
    *(1024, 24, 128, 128, 65536),
)
