"""Mamba and Mamba-2: blocks around a scan, and no attention. ``mamba()`` and ``mamba2()`` are the families in symbols.

>>> import symflops as sf
>>> family = sf.cost(sf.zoo.mamba())
>>> family.params.expand()
3*D**2*E*L + 2*D*E*L*R + 3*D*E*L*d_state + D*E*L*k + 3*D*E*L + D*L + D*V + D
>>> family.kv_cache                                   # whatever number of tokens came before
D*E*L*(d_state + k - 1)
>>> sf.cost(sf.zoo.mamba_130m()).params, sf.cost(sf.zoo.mamba2_130m()).params
(129135360, 128989632)
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
from symflops.layers.state_space import Mamba2Block
from symflops.symbols import dims
from symflops.zoo.published import Published, register, sized
from symflops.zoo.sublayers import sublayer

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = "Gu and Dao 2023, Mamba: linear-time sequence modeling with selective state spaces, section 3.4 and table 12"
PAPER_2 = "Dao and Gu 2024, Transformers are SSMs, sections 7 and 9.2"
V, D, L, d_state, k, E, R, P = dims("V D L d_state k E R P")
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
    return _around(mixer, vocab_size, d_model, num_layers)


def _mamba2(
    vocab_size: Any = V,
    d_model: Any = D,
    num_layers: Any = L,
    d_state: Any = d_state,
    d_conv: Any = k,
    expand: Any = E,
    headdim: Any = P,
    ngroups: Any = 1,
    *,
    chunk_size: Any = None,
) -> Sequential:
    """Tokens, L blocks of Mamba-2, an RMS norm, and the table of tokens once more as the head.

    Every size may be a symbol. A decoding step is one token, ``sf.cost(model, (1,))``, and what every token takes
    by the recurrence; with ``chunk_size=Q`` the tokens come Q at a time, most of it in matrix products, as in
    training.
    """
    mixer = Mamba2Block(d_model, d_state, d_conv, expand, headdim, ngroups, chunk_size=chunk_size)
    return _around(mixer, vocab_size, d_model, num_layers)


def _around(mixer: Layer, vocab_size: Any, d_model: Any, num_layers: Any) -> Sequential:
    """Return the network whose blocks mix by this."""
    return Sequential(
        embedding=Shared("embedding", Embedding(vocab_size, d_model)),
        layers=Repeat(MambaLayer(RMSNorm(d_model, 1e-5), mixer), num_layers),
        norm_f=RMSNorm(d_model, 1e-5),
        lm_head=Shared("embedding", Linear(d_model, vocab_size, bias=False)),
    )


mamba = register("mamba", _mamba, PAPER, usual=dims("N"), brings=("N",))
mamba2 = register("mamba2", _mamba2, PAPER_2, usual=dims("N"), brings=("N",))


#: What members of a version have in common: builder, paper, name, tokens, whose number of parameters, and sizes.
MAMBA = (
    _mamba,
    PAPER,
    "Mamba",
    "50,280 tokens",
    "state-spaces/mamba-{}-hf (elements of the released weights)",
    {"vocab_size": 50280, "d_state": 16, "d_conv": 4, "expand": 2, "dt_rank": None},
)
MAMBA_2 = (
    _mamba2,
    PAPER_2,
    "Mamba-2",
    "50,277 tokens padded to 50,288",
    "transformers, Mamba2ForCausalLM from the released configuration",
    {"vocab_size": 50288, "d_state": 128, "d_conv": 4, "expand": 2, "headdim": 64},
)


def _member(version: Any, size: str, d_model: int, num_layers: int, params: int) -> Any:
    builder, paper, title, tokens, source, sizes = version
    build = sized(
        builder,
        f"{title} as released, {size}: {num_layers} blocks of width {d_model}, {tokens}.",
        d_model=d_model,
        num_layers=num_layers,
        **sizes,
    )
    name = f"{title}_{size}".lower().replace("-", "").replace(".", "_")
    published = Published("params", params, source.format(size.lower()))
    return register(name, build, paper, published, usual=(SEEN,), brings=("N",))


mamba_130m = _member(MAMBA, "130M", 768, 24, 129_135_360)
mamba_370m = _member(MAMBA, "370M", 1024, 48, 371_516_416)
mamba_790m = _member(MAMBA, "790M", 1536, 48, 793_204_224)
mamba_1_4b = _member(MAMBA, "1.4B", 2048, 48, 1_372_178_432)
mamba_2_8b = _member(MAMBA, "2.8B", 2560, 64, 2_768_345_600)
mamba2_130m = _member(MAMBA_2, "130M", 768, 24, 128_989_632)
mamba2_370m = _member(MAMBA_2, "370M", 1024, 48, 368_346_624)
mamba2_780m = _member(MAMBA_2, "780M", 1536, 48, 780_161_280)
mamba2_1_3b = _member(MAMBA_2, "1.3B", 2048, 48, 1_343_757_312)
mamba2_2_7b = _member(MAMBA_2, "2.7B", 2560, 64, 2_702_599_680)
