"""BERT: an encoder of words, positions and segments, and a pooler. ``bert()`` is the family in symbols.

>>> import symflops as sf
>>> sf.cost(sf.zoo.bert()).params.expand()
12*D**2*L + D**2 + 13*D*L + D*V + D*n_ctx + 5*D
>>> sf.cost(sf.zoo.bert_base()).params
109482240
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import Tanh
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Add, Sequential
from symflops.layers.embedding import Embedding
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.positions import LearnedPositions
from symflops.layers.shape import Select
from symflops.layers.transformer import TransformerEncoder, TransformerEncoderLayer
from symflops.symbols import dims
from symflops.zoo.published import Published, register, sized

if TYPE_CHECKING:
    from symflops.trace import Shape

BERT = "Devlin, Chang, Lee and Toutanova 2019, BERT, section 3"
V, n_ctx, D, L, h = dims("V n_ctx D L h")
TOKENS = dims("N")


class Embeddings(Layer):
    """Words, the segments they are of, and positions, added up and normalised (Devlin et al. 2019, figure 2)."""

    vocab_size: Size
    n_ctx: Size
    d_model: Size
    types: Size

    def forward(self, x: Shape) -> Forward:
        """Look up words and segments, add the positions, normalise."""
        words = yield "word_embeddings", Embedding(self.vocab_size, self.d_model), x
        segments = yield "token_type_embeddings", Embedding(self.types, self.d_model), x
        y = yield "add", Add(), words, segments
        y = yield "position_embeddings", LearnedPositions(self.n_ctx, self.d_model), y
        return (yield "norm", LayerNorm(self.d_model, 1e-12), y)


def _bert(
    vocab_size: Any = V,
    n_ctx: Any = n_ctx,
    d_model: Any = D,
    num_layers: Any = L,
    num_heads: Any = h,
    d_ff: Any = None,
    types: Any = 2,
) -> Sequential:
    """Words, segments and positions, L blocks with a norm behind each part, and the pooler on the first token.

    Every size may be a symbol; the feed-forward network is 4·D wide unless ``d_ff`` says otherwise. The heads
    of pre-training, which guess masked words and next sentences, are no part of it.
    """
    width = 4 * d_model if d_ff is None else d_ff
    block = TransformerEncoderLayer(
        d_model, num_heads, width, activation="gelu", layer_norm_eps=1e-12
    )
    return Sequential(
        embeddings=Embeddings(vocab_size, n_ctx, d_model, types),
        encoder=TransformerEncoder(block, num_layers),
        pooler=Sequential(first=Select(1, 0), dense=Linear(d_model, d_model), activation=Tanh()),
    )


bert = register("bert", _bert, BERT, usual=TOKENS, brings=("N",))


def _member(name: str, d_model: int, num_layers: int, num_heads: int, params: int) -> Any:
    build = sized(
        _bert,
        f"BERT as released, uncased: {num_layers} blocks of width {d_model}, {num_heads} heads.",
        vocab_size=30522,
        n_ctx=512,
        d_model=d_model,
        num_layers=num_layers,
        num_heads=num_heads,
    )
    published = Published("params", params, "KerasHub, bert_presets.py (the released weights)")
    return register(name, build, BERT, published, usual=(512,), brings=("N",))


bert_base = _member("bert_base", 768, 12, 12, 109_482_240)
bert_large = _member("bert_large", 1024, 24, 16, 335_141_888)
