"""Mamba: blocks around a selective scan, and no attention. ``mamba()`` is the family in symbols.

>>> import symflops as sf
>>> family = sf.cost(sf.zoo.mamba())
>>> family.params.expand()
3*D**2*E*L + 2*D*E*L*R + 3*D*E*L*d_state + D*E*L*k + 3*D*E*L + D*L + D*V + D
>>> family.kv_cache                                   # whatever number of tokens came before
D*E*L*(d_state + k - 1)
>>> sf.cost(sf.zoo.mamba_130m()).params
129135360
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.base import Forward, Layer
from symflops.layers.combine import Sequential, Shared
from symflops.layers.depth import Repeat
from symflops.layers.embedding import Embedding
from symflops.layers.linear import Linear
from symflops.layers.norm import RMSNorm
from symflops.layers.selective import MambaBlock
from symflops.symbols import dims
from symflops.zoo.published import Published, register, sized
from symflops.zoo.sublayers import sublayer

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = "Gu and Dao 2023, Mamba: linear-time sequence modeling with selective state spaces, section 3.4 and table 12"
V, D, L, d_state, k, E, R = dims("V D L d_state k E R")
SEEN = 2048  # tokens in a row when the networks were trained


class MambaLayer(Layer):
    """x + mixer(norm(x)): there is no feed-forward network (Gu and Dao 2023, figure 3)."""

    norm: Layer
    mixer: Layer

    def forward(self, x: Shape) -> Forward:
        """Mix the positions."""
        return (yield from sublayer(x, ("norm", self.norm), ("mixer", self.mixer)))


def _mamba(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    d_state: Any = d_state,
    d_conv: Any = k,
    expand: Any = E,
    dt_rank: Any = R,
) -> Sequential:
    """Tokens, L blocks, an RMS norm, and the table of tokens once more as the head.

    Every size may be a symbol. A decoding step is one token, ``sf.cost(model, (1,))``: it takes what every
    other token takes, and the state that it needs does not grow. ``dt_rank=None`` is ⌈d_model/16⌉.
    """
    mixer = MambaBlock(d_model, d_state, d_conv, expand, dt_rank)
    return Sequential(
        embedding=Shared("embedding", Embedding(vocab_size, d_model)),
        layers=Repeat(MambaLayer(RMSNorm(d_model, 1e-5), mixer), num_layers),
        norm_f=RMSNorm(d_model, 1e-5),
        lm_head=Shared("embedding", Linear(d_model, vocab_size, bias=False)),
    )


mamba = register("mamba", _mamba, PAPER, usual=dims("N"), brings=("N",))


def _member(size: str, d_model: int, num_layers: int, params: int) -> Any:
    name = f"mamba_{size.lower().replace('.', '_')}"
    build = sized(
        _mamba,
        f"Mamba as released, {size}: {num_layers} blocks of width {d_model}, 50,280 tokens.",
        vocab_size=50280,
        d_model=d_model,
        num_layers=num_layers,
        d_state=16,
        d_conv=4,
        expand=2,
        dt_rank=None,
    )
    weights = f"state-spaces/mamba-{size.lower()}-hf (elements of the released weights)"
    return register(
        name, build, PAPER, Published("params", params, weights), usual=(SEEN,), brings=("N",)
    )


mamba_130m = _member("130M", 768, 24, 129_135_360)
mamba_370m = _member("370M", 1024, 48, 371_516_416)
mamba_790m = _member("790M", 1536, 48, 793_204_224)
mamba_1_4b = _member("1.4B", 2048, 48, 1_372_178_432)
mamba_2_8b = _member("2.8B", 2560, 64, 2_768_345_600)
