"""Whisper: an encoder of frames of sound, and a decoder of the words spoken.

>>> import symflops as sf
>>> sf.cost(sf.zoo.whisper_tiny()).params
37184640
>>> T, N = sf.dims("T N")
>>> cost = sf.cost(sf.zoo.whisper_tiny(), [(80, 2*T), (N,)])
>>> cost["encoder"].output, cost.output
((T, 384), (N, 51865))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import GELU
from symflops.layers.attention import MultiheadAttention
from symflops.layers.combine import Sequential, Shared
from symflops.layers.conv import Conv1d
from symflops.layers.embedding import Embedding
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.positions import LearnedPositions, SinusoidalPositions
from symflops.layers.shape import Permute
from symflops.layers.transformer import (
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from symflops.symbols import dims
from symflops.zoo.encoder_decoders import EncoderDecoder
from symflops.zoo.published import Published, register, sized

if TYPE_CHECKING:
    from collections.abc import Mapping

WHISPER = "Radford et al. 2022, Robust speech recognition via large-scale weak supervision, table 1"
RELEASED = "linto-ai/whisper-timestamped, transcribe.py (the released weights, without sinusoids)"
V, n_ctx, D, L, h = dims("V n_ctx D L h")
FRAMES, WORDS = dims("T N")


def brings(given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the inputs: T frames of sound and N words, or the one that comes next."""
    return ("n_mels", "T"), ("N",) if given["cache_length"] is None else (1,)


def _whisper(
    vocab_size: Any = V,
    n_ctx: Any = n_ctx,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    n_mels: Any = 80,
    *,
    causal: bool = False,
    cache_length: Any = None,
) -> EncoderDecoder:
    """Two convolutions of T frames, the second halving them, L blocks that read and L that write, a tied head.

    Every size may be a symbol. Norms stand before each part, and one at the end of both halves; keys have no
    bias. Sinusoids are added to the frames, and are no parameters; the positions of words are learned. Attention
    counts every pair of positions, as numbers in print do; with ``causal`` the decoder's to itself counts those
    that the mask leaves. ``cache_length=S`` is one decoding step: the sound was read before, and one word comes
    behind S others.
    """
    is_step = cache_length is not None
    norm = LayerNorm(d_model)
    reading = MultiheadAttention(d_model, num_heads, k_bias=False, keeps=False)
    crossing = MultiheadAttention(d_model, num_heads, k_bias=False, memory_cached=is_step)
    writing = MultiheadAttention(
        d_model, num_heads, k_bias=False, causal=causal, cache_length=cache_length
    )
    block: dict[str, Any] = {"activation": "gelu", "norm_first": True}
    sizes = (d_model, num_heads, 4 * d_model)
    encoder = TransformerEncoderLayer(*sizes, attention=reading, **block)
    decoder = TransformerDecoderLayer(*sizes, attention=writing, cross_attention=crossing, **block)
    sound = Sequential(
        conv1=Conv1d(n_mels, d_model, 3, padding=1),
        gelu1=GELU(),
        conv2=Conv1d(d_model, d_model, 3, stride=2, padding=1),
        gelu2=GELU(),
        permute=Permute((0, 2, 1)),
        positions=SinusoidalPositions(d_model),
    )
    words = Sequential(
        embedding=Shared("embedding", Embedding(vocab_size, d_model)),
        positions=LearnedPositions(n_ctx, d_model, start=cache_length if is_step else 0),
    )
    return EncoderDecoder(
        sound,
        TransformerEncoder(encoder, num_layers, norm),
        words,
        TransformerDecoder(decoder, num_layers, norm),
        Shared("embedding", Linear(d_model, vocab_size, bias=False)),
        encoded=is_step,
    )


def _member(name: str, printed: str, params: int, *sizes: int) -> Any:
    d_model, num_layers, num_heads = sizes
    build = sized(
        _whisper,
        f"Whisper {name} (multilingual): {num_layers} + {num_layers} blocks of width {d_model}, {num_heads} heads.\n\n"
        f"The paper prints {printed} parameters.",
        vocab_size=51865,
        n_ctx=448,
        d_model=d_model,
        num_layers=num_layers,
        num_heads=num_heads,
    )
    return register(
        f"whisper_{name}",
        build,
        WHISPER,
        Published("params", params, RELEASED),
        usual=((80, 3000), (448,)),
        brings=brings,
    )


whisper = register(
    "whisper",
    _whisper,
    WHISPER,
    usual=((80, FRAMES), (WORDS,)),
    brings=brings,
)
whisper_tiny = _member("tiny", "39 million", 37_184_640, 384, 4, 6)
whisper_base = _member("base", "74 million", 71_825_920, 512, 6, 8)
whisper_small = _member("small", "244 million", 240_582_912, 768, 12, 12)
whisper_medium = _member("medium", "769 million", 762_321_920, 1024, 24, 16)
whisper_large = _member("large", "1550 million", 1_541_384_960, 1280, 32, 20)
