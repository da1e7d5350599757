"""Transformers: blocks of attention and a feed-forward network, with PyTorch's names and arguments."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.errors import ArgumentError
from symflops.layers.arguments import portions, scalars
from symflops.layers.attention import MultiheadAttention
from symflops.layers.base import Forward, Layer, Require, Size, option
from symflops.layers.combine import Add
from symflops.layers.depth import Repeat
from symflops.layers.feedforward import FeedForward, activation_of
from symflops.layers.norm import LayerNorm, RMSNorm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.trace import Shape


class TransformerBlock(Layer):
    """The engine: sublayers, each with a residual connection and a normalisation before or behind it."""

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    d_model: Size
    nhead: Size
    dim_feedforward: Size = 2048
    dropout: Size = 0.1
    activation: Any = "relu"
    layer_norm_eps: Size = 1e-5
    batch_first: bool = True
    norm_first: bool = False
    bias: bool = True
    causal: bool = dataclasses.field(default=False, kw_only=True)
    gated: bool = dataclasses.field(default=False, kw_only=True)
    norm: str = dataclasses.field(default="LayerNorm", kw_only=True)
    attention: Layer | None = dataclasses.field(default=None, kw_only=True)
    feed_forward: Layer | None = dataclasses.field(default=None, kw_only=True)

    def needs(self) -> Iterable[Require]:
        """What all blocks need, heads that can be, and nothing said twice."""
        yield from _needs(self)
        _ = self.self_attention
        for flag, layer in (("causal", "attention"), ("gated", "feed_forward")):
            if getattr(self, flag) and getattr(self, layer) is not None:
                kind = type(self).__name__
                message = (
                    f"{kind}: {flag}=True says nothing of a layer given as {layer}; say it there"
                )
                raise ArgumentError(message)

    def sublayer(self, number: int, name: str, layer: Layer, x: Shape, *others: Shape) -> Forward:
        """Apply a sublayer to x (and other inputs), add x, and normalize before that or behind."""
        y = x
        if self.norm_first:
            y = yield f"norm{number}", self.normalization, y
        y = yield name, layer, y, *others
        y = yield f"add{number}", Add(), x, y
        if not self.norm_first:
            y = yield f"norm{number}", self.normalization, y
        return y

    @property
    def normalization(self) -> Layer:
        """The normalisation of every sublayer."""
        return _normalization(self)

    @property
    def self_attention(self) -> Layer:
        """The attention of the sequence to itself."""
        return self.attention or self.heads(causal=self.causal)

    @property
    def network(self) -> Layer:
        """The feed-forward network."""
        return self.feed_forward or FeedForward(
            self.d_model,
            self.dim_feedforward,
            self.activation,
            self.bias,
            self.dropout,
            gated=self.gated,
        )

    def heads(self, *, causal: bool = False, keeps: bool = True) -> Layer:
        """Return attention with as many heads as the block has."""
        return MultiheadAttention(
            self.d_model,
            self.nhead,
            self.dropout,
            self.bias,
            batch_first=self.batch_first,
            causal=causal,
            keeps=keeps,
        )


def _needs(layer: Any) -> Iterable[Require]:
    """Sizes of at least 1, an activation and a normalisation that exist, and a part that dropout drops."""
    activation_of(layer, layer.activation)
    option(layer, "norm", ("LayerNorm", "RMSNorm"))
    portions(layer, "dropout")
    return scalars(layer, "d_model", "nhead", "dim_feedforward")


def _normalization(layer: Any) -> Layer:
    if layer.norm == "RMSNorm":
        return RMSNorm(layer.d_model, layer.layer_norm_eps)
    return LayerNorm(layer.d_model, layer.layer_norm_eps, bias=layer.bias)


class TransformerEncoderLayer(TransformerBlock):
    """Self-attention and a feed-forward network on (B, N, D), each with a residual and a normalisation.

    norm(x + f(x)) for each, or with ``norm_first`` x + f(norm(x)). Params with d_ff = 4·D: 12·D² + 13·D;
    MACs: 12·N·D² + 2·N²·D. Ours: ``causal``; ``gated`` (a feed-forward network with a gate);
    ``norm="RMSNorm"``; ``attention`` and ``feed_forward``, layers in place of
    ``MultiheadAttention(d_model, nhead)`` and of ``FeedForward(d_model, dim_feedforward)``.
    ``batch_first=False`` (PyTorch's default) reads a written batch as (N, B, D). Dropout drops nothing at
    inference.

    >>> import symflops as sf
    >>> N, D, h = sf.dims("N D h")
    >>> cost = sf.cost(sf.TransformerEncoderLayer(D, h, 4 * D), (N, D))
    >>> cost.params, cost.macs
    (D*(12*D + 13), 2*D*N*(6*D + N))

    Raises:
        ArgumentError: sizes below 1, an activation or norm that is unknown, heads that do not divide d_model, a
            dropout outside of 0 to 1.
        ShapeError: the last axis is not d_model.

    Source: Vaswani et al. 2017, section 3.1; with ``norm_first`` Xiong et al. 2020; PyTorch's layer.
    """

    @property
    def self_attention(self) -> Layer:
        """The attention of the sequence to itself; keys and values are kept if it is written token by token."""
        return self.attention or self.heads(causal=self.causal, keeps=self.causal)

    def forward(self, src: Shape) -> Forward:
        """Attend, then pass every position through the network."""
        x = yield from self.sublayer(1, "self_attn", self.self_attention, src)
        return (yield from self.sublayer(2, "feed_forward", self.network, x))


class TransformerDecoderLayer(TransformerBlock):
    """Self-attention, attention to a memory, and a feed-forward network, on [(B, N, D), (B, M, D)].

    Each with a residual and a normalisation, as in :class:`TransformerEncoderLayer`, whose arguments it has;
    ``cross_attention`` is a layer in place of the attention to the memory. Params with d_ff = 4·D:
    16·D² + 19·D; MACs: 14·N·D² + 2·M·D² + 2·N²·D + 2·N·M·D, with ``causal=False``, as PyTorch's without a mask.

    >>> import symflops as sf
    >>> N, M, D, h = sf.dims("N M D h")
    >>> cost = sf.cost(sf.TransformerDecoderLayer(D, h, 4 * D), [(N, D), (M, D)])
    >>> cost.output, cost.params
    ((N, D), D*(16*D + 19))

    Raises:
        ArgumentError: sizes below 1, an activation or norm that is unknown, heads that do not divide d_model, a
            dropout outside of 0 to 1.
        ShapeError: a last axis that is not d_model.

    Source: Vaswani et al. 2017, section 3.1; PyTorch's layer.
    """

    cross_attention: Layer | None = dataclasses.field(default=None, kw_only=True)

    def forward(self, tgt: Shape, memory: Shape) -> Forward:
        """Attend to itself, then to the memory, then pass every position through the network."""
        cross = self.cross_attention or self.heads()
        x = yield from self.sublayer(1, "self_attn", self.self_attention, tgt)
        x = yield from self.sublayer(2, "multihead_attn", cross, x, memory)
        return (yield from self.sublayer(3, "feed_forward", self.network, x))


class TransformerEncoder(Layer):
    """``num_layers`` encoder layers one after the other, which may be a symbol, and a last normalisation.

    ``enable_nested_tensor`` and ``mask_check`` change no count.

    >>> import symflops as sf
    >>> N, D, h, L = sf.dims("N D h L")
    >>> layer = sf.TransformerEncoderLayer(D, h, 4 * D, norm_first=True)
    >>> sf.cost(sf.TransformerEncoder(layer, L, sf.LayerNorm(D)), (N, D)).params
    D*(12*D*L + 13*L + 2)

    Raises:
        ArgumentError: fewer layers than one.

    Source: PyTorch's TransformerEncoder.
    """

    encoder_layer: Layer
    num_layers: Size
    norm: Layer | None = None
    enable_nested_tensor: bool = True
    mask_check: bool = True

    def needs(self) -> Iterable[Require]:
        """At least one layer."""
        return scalars(self, "num_layers")

    def forward(self, src: Shape) -> Forward:
        """Apply the layers, then normalize."""
        x = yield "layers", Repeat(self.encoder_layer, self.num_layers), src
        return x if self.norm is None else (yield "norm", self.norm, x)


class TransformerDecoder(Layer):
    """``num_layers`` decoder layers, each on what the last one returned and on the memory; a normalisation.

    >>> import symflops as sf
    >>> N, M, D, h, L = sf.dims("N M D h L")
    >>> decoder = sf.TransformerDecoder(sf.TransformerDecoderLayer(D, h, 4 * D), L)
    >>> cost = sf.cost(decoder, [(N, D), (M, D)])
    >>> cost.output, cost.params
    ((N, D), D*L*(16*D + 19))

    Raises:
        ArgumentError: fewer layers than one.

    Source: PyTorch's TransformerDecoder.
    """

    decoder_layer: Layer
    num_layers: Size
    norm: Layer | None = None

    def needs(self) -> Iterable[Require]:
        """At least one layer."""
        return scalars(self, "num_layers")

    def forward(self, tgt: Shape, memory: Shape) -> Forward:
        """Apply the layers, then normalize."""
        x = yield "layers", Repeat(self.decoder_layer, self.num_layers), tgt, memory
        return x if self.norm is None else (yield "norm", self.norm, x)


class Transformer(Layer):
    """An encoder and a decoder that attends to what it returns, on [(B, M, D), (B, N, D)]: source and target.

    PyTorch's arguments and structure: a normalisation behind the last layer of each, no embeddings, and
    none of the decoder's pairs masked unless ``causal``. ``gated`` and ``norm`` as in
    :class:`TransformerEncoderLayer`; ``custom_encoder`` and ``custom_decoder`` are layers in place of them.

    >>> import symflops as sf
    >>> M, N = sf.dims("M N")
    >>> cost = sf.cost(sf.Transformer(), [(M, 512), (N, 512)])
    >>> cost.params, cost.output
    (44140544, (N, 512))

    Raises:
        ArgumentError: sizes below 1, an activation or norm that is unknown, heads that do not divide d_model, a
            dropout outside of 0 to 1.
        ShapeError: a last axis that is not d_model.

    Source: Vaswani et al. 2017, section 3.1; PyTorch's Transformer.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"
    d_model: Size = 512
    nhead: Size = 8
    num_encoder_layers: Size = 6
    num_decoder_layers: Size = 6
    dim_feedforward: Size = 2048
    dropout: Size = 0.1
    activation: Any = "relu"
    custom_encoder: Layer | None = None
    custom_decoder: Layer | None = None
    layer_norm_eps: Size = 1e-5
    batch_first: bool = True
    norm_first: bool = False
    bias: bool = True
    causal: bool = dataclasses.field(default=False, kw_only=True)
    gated: bool = dataclasses.field(default=False, kw_only=True)
    norm: str = dataclasses.field(default="LayerNorm", kw_only=True)

    def needs(self) -> Iterable[Require]:
        """What all blocks need, at least one of each, and heads that can be."""
        yield from _needs(self)
        yield from scalars(self, "num_encoder_layers", "num_decoder_layers")
        MultiheadAttention(self.d_model, self.nhead)

    @property
    def shared(self) -> tuple[Any, ...]:
        """What encoder and decoder layers have alike, in their order."""
        names = [f.name for f in dataclasses.fields(TransformerBlock) if not f.kw_only]
        return tuple(getattr(self, name) for name in names)

    @property
    def options(self) -> dict[str, Any]:
        """What they have alike by keyword."""
        return {"gated": self.gated, "norm": self.norm}

    @property
    def encoder(self) -> Layer:
        """The encoder."""
        layer = TransformerEncoderLayer(*self.shared, **self.options)
        return self.custom_encoder or TransformerEncoder(
            layer, self.num_encoder_layers, _normalization(self)
        )

    @property
    def decoder(self) -> Layer:
        """The decoder."""
        layer = TransformerDecoderLayer(*self.shared, causal=self.causal, **self.options)
        return self.custom_decoder or TransformerDecoder(
            layer, self.num_decoder_layers, _normalization(self)
        )

    def forward(self, src: Shape, tgt: Shape) -> Forward:
        """Encode the source, then decode the target beside it."""
        memory = yield "encoder", self.encoder, src
        return (yield "decoder", self.decoder, tgt, memory)
