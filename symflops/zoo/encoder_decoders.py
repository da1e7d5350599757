"""Two sequences: one is read whole by an encoder, the other is written by a decoder that attends to it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from symflops.layers.base import Forward, Layer
from symflops.layers.cache import Precomputed

if TYPE_CHECKING:
    from symflops.trace import Shape


class EncoderDecoder(Layer):
    """An encoder of the source; a decoder of the target beside what the encoder returned; a head.

    ``encoded``: the source was read in a step before, and what the encoder returned is there.
    """

    source: Layer
    encoder: Layer
    target: Layer
    decoder: Layer
    lm_head: Layer
    encoded: bool = dataclasses.field(default=False, kw_only=True)

    def read(self, layer: Layer) -> Layer:
        """Return a layer of the source, which may have been applied before."""
        return Precomputed(layer) if self.encoded else layer

    def forward(self, source: Shape, target: Shape) -> Forward:
        """Encode the source, decode the target, and score the words."""
        x = yield "source", self.read(self.source), source
        memory = yield "encoder", self.read(self.encoder), x
        y = yield "target", self.target, target
        y = yield "decoder", self.decoder, y, memory
        return (yield "lm_head", self.lm_head, y)
