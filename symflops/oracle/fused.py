"""Layers that run as one: what is made between them is not stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.fused import Fused

if TYPE_CHECKING:
    from symflops.oracle.number import Array
    from symflops.oracle.running import Run


def fused(layer: Any, inputs: tuple[Array, ...], run: Run) -> tuple[Array, ...]:
    """Run the body, and of all that it makes store what comes out; nothing where it makes nothing."""
    before = run.counter.activations
    outputs = run.apply(layer.body, inputs)
    if run.counter.activations > before:
        run.counter.activations = before + sum(len(output.entries) for output in outputs)
    return outputs


REFERENCES: dict[type, Any] = {Fused: fused}
