"""The first transformer: an encoder and a decoder of sentences; ``transformer()`` is the family in symbols.

>>> import symflops as sf
>>> sf.cost(sf.zoo.transformer()).params.expand()
12*D**2*L + 4*D*L*d_ff + 12*D*L + D*V + 2*L*d_ff
>>> sf.cost(sf.zoo.transformer_base()).params, sf.cost(sf.zoo.transformer_big()).params
(63045632, 214171648)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.attention import MultiheadAttention
from symflops.layers.combine import Sequential, Shared
from symflops.layers.embedding import Embedding
from symflops.layers.feedforward import FeedForward
from symflops.layers.linear import Linear
from symflops.layers.positions import SinusoidalPositions
from symflops.layers.transformer import (
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from symflops.symbols import dims
from symflops.zoo.encoder_decoders import EncoderDecoder
from symflops.zoo.published import register, sized
from symflops.zoo.tokens import ByRoot

if TYPE_CHECKING:
    from collections.abc import Mapping

VASWANI = "Vaswani et al. 2017, Attention is all you need, table 3"
V, D, L, h, d_ff = dims("V D L h d_ff")
SENTENCES = tuple(zip(dims("N M")))


def brings(given: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the inputs: N tokens to read and M to write, or the one that comes next."""
    return ("N",), ("M",) if given["cache_length"] is None else (1,)


def _transformer(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    d_ff: Any = d_ff,
    *,
    causal: bool = False,
    cache_length: Any = None,
) -> EncoderDecoder:
    """L blocks that read N tokens and L that write M, a norm behind each part; one table for both and the head.

    Every size may be a symbol. Vectors are √D times those of the table, plus sines and cosines of the position
    (sections 3.4 and 3.5). As in the authors' tensor2tensor, attention has no biases; the feed-forward networks
    have. Attention counts every pair of positions, as numbers in print do; with ``causal`` the decoder's to
    itself counts those that the mask leaves. ``cache_length=S`` is one decoding step: what was read is there,
    and one token comes behind S others.
    """
    is_step = cache_length is not None
    reading = MultiheadAttention(d_model, num_heads, bias=False, keeps=False)
    crossing = MultiheadAttention(d_model, num_heads, bias=False, memory_cached=is_step)
    writing = MultiheadAttention(
        d_model, num_heads, bias=False, causal=causal, cache_length=cache_length
    )
    network = FeedForward(d_model, d_ff, "relu")
    sizes = (d_model, num_heads, d_ff)
    encoder = TransformerEncoderLayer(*sizes, attention=reading, feed_forward=network)
    decoder = TransformerDecoderLayer(
        *sizes, attention=writing, cross_attention=crossing, feed_forward=network
    )
    embedding = Sequential(
        embedding=Shared("embedding", Embedding(vocab_size, d_model)),
        scale=ByRoot(),
        positions=SinusoidalPositions(d_model),
    )
    return EncoderDecoder(
        embedding,
        TransformerEncoder(encoder, num_layers),
        embedding,
        TransformerDecoder(decoder, num_layers),
        Shared("embedding", Linear(d_model, vocab_size, bias=False)),
        encoded=is_step,
    )


transformer = register("transformer", _transformer, VASWANI, usual=SENTENCES, brings=brings)


def _member(name: str, printed: str, *sizes: int) -> Any:
    d_model, num_heads, d_ff = sizes
    doc = (
        f"The {name} model of table 3: 6 + 6 blocks of width {d_model}, {num_heads} heads, d_ff = {d_ff}.\n\n"
        "The vocabulary is the shared one of English and German, about 37,000 byte pairs (section 5.1); the "
        f"table prints {printed} parameters."
    )
    build = sized(
        _transformer,
        doc,
        vocab_size=37000,
        d_model=d_model,
        num_layers=6,
        num_heads=num_heads,
        d_ff=d_ff,
    )
    return register(f"transformer_{name}", build, VASWANI, usual=((512,), (512,)), brings=brings)


transformer_base = _member("base", "65 million", 512, 8, 2048)
transformer_big = _member("big", "213 million", 1024, 16, 4096)
