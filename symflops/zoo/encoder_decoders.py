"""Two sequences: one is read whole by an encoder, the other is written by a decoder that attends to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symflops.layers.base import Forward, Layer

if TYPE_CHECKING:
    from symflops.trace import Shape


class EncoderDecoder(Layer):
    """An encoder of the source; a decoder of the target beside what the encoder returned; a head."""

    source: Layer
    encoder: Layer
    target: Layer
    decoder: Layer
    lm_head: Layer

    def forward(self, source: Shape, target: Shape) -> Forward:
        """Encode the source, decode the target, and score the words."""
        x = yield "source", self.source, source
        memory = yield "encoder", self.encoder, x
        y = yield "target", self.target, target
        y = yield "decoder", self.decoder, y, memory
        return (yield "lm_head", self.lm_head, y)
