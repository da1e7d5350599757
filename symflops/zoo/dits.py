"""Diffusion transformers (DiT): blocks that a timestep and a class modulate. ``dit()`` is the family in symbols.

>>> import symflops as sf
>>> D = sf.dim("D")
>>> sf.cost(sf.zoo.dit())["blocks.0"].params.expand()           # 12·D² + 9·D, and 6·D² + 6·D of the modulation
18*D**2 + 15*D
>>> cost = sf.cost(sf.zoo.dit_xl_2())
>>> cost.params, cost.at(H=32, W=32).macs
(674834720, 118621421568)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.fields import pointwise
from symflops.layers.activation import SiLU
from symflops.layers.attention import MultiheadAttention
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Add, Multiply, Sequential, same_size
from symflops.layers.depth import Repeat
from symflops.layers.embedding import Embedding
from symflops.layers.feedforward import FeedForward
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.patches import PatchEmbed
from symflops.layers.positions import SinusoidalPositions
from symflops.layers.shape import Flatten, Permute, Split, Unflatten
from symflops.primitives import elementwise, move
from symflops.symbols import dims
from symflops.zoo.published import register, sized

if TYPE_CHECKING:
    from symflops.fields import Axes
    from symflops.trace import Shape

DIT = "Peebles and Xie 2023, Scalable diffusion models with transformers, section 3.2 and table 1"
C, H, W, P, D, L, h, K = dims("C H W P D L h K")


class Timesteps(Layer):
    """The sines and cosines that stand for a timestep: (B, 1) to (B, n), rows of a table of constants.

    They are known before the input is, as those of positions are, and not counted.

    >>> import symflops as sf
    >>> cost = sf.cost(Timesteps(256), (1,))
    >>> cost.output, cost.flops, cost.params
    ((256,), 0, 0)

    Source: Peebles and Xie 2023, section 3.2; the authors' TimestepEmbedder.
    """

    rank: ClassVar[int | None] = 2
    sample: ClassVar[str] = "1"
    frequencies: Size

    def sees(self, *_: Shape) -> Axes:
        """Return the batch; a step is one number."""
        return (*pointwise(1), None)

    def forward(self, x: Shape) -> Forward:
        """Take the row of the step."""
        batch, one = x
        yield same_size("Timesteps", 1, one, 1)
        yield "row", move()
        return (batch, self.frequencies)


class Modulate(Layer):
    """x·(1 + s) + b of (B, N, D), with a scale s and a shift b of (B, 1, D) that something else has found.

    A product and an addition an element, and one addition for each entry of the scale.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> sf.cost(Modulate(), [(N, D), (1, D), (1, D)]).flops.expand()
    2*D*N + D

    Source: Peebles and Xie 2023, section 3.2, adaLN.
    """

    rank: ClassVar[int | None] = 3
    sample: ClassVar[str] = "N, D"

    def forward(self, x: Shape, shift: Shape, scale: Shape) -> Forward:
        """Scale every row, and shift it."""
        batch, positions, width = x
        for other in (shift, scale):
            yield same_size("Modulate", 1, other[1], 1)
            yield same_size("Modulate", 2, width, other[2])
        yield "one", elementwise("add", (width, batch), "norm")
        yield "scale", elementwise("mul", (positions, width, batch), "norm")
        yield "shift", elementwise("add", (positions, width, batch), "norm")
        return x


class Modulation(Layer):
    """What a condition (B, D) says of a block: ``parts`` vectors (B, 1, D), a linear layer behind a SiLU."""

    d_model: Size
    parts: Size

    def forward(self, c: Shape) -> Forward:
        """Find them all at once, and part them."""
        width = self.parts * self.d_model
        y = yield "silu", SiLU(), c
        y = yield "linear", Linear(self.d_model, width), y
        y = yield "row", Unflatten(1, (1, width)), y
        return (yield "chunk", Split(self.d_model, -1), y)


class DiTBlock(Layer):
    """Attention and a feed-forward network of (B, N, D), modulated by a condition (B, D): adaLN-Zero (figure 3).

    Behind each norm, which has no weights of its own, the rows are scaled and shifted; before each sum, scaled.
    """

    d_model: Size
    num_heads: Size
    d_ff: Size

    def forward(self, x: Shape, c: Shape) -> Forward:
        """Attend, then widen every position."""
        found = yield "adaLN_modulation", Modulation(self.d_model, 6), c
        attention = MultiheadAttention(self.d_model, self.num_heads, keeps=False)
        network = FeedForward(self.d_model, self.d_ff, "gelu_tanh")
        for i, (name, part) in enumerate((("attn", attention), ("mlp", network)), 1):
            shift, scale, gate = found[3 * i - 3 : 3 * i]
            y = yield f"norm{i}", unlearned(self.d_model), x
            y = yield f"modulate{i}", Modulate(), y, shift, scale
            y = yield name, part, y
            y = yield f"gate{i}", Multiply(), y, gate
            x = yield f"{name}_add", Add(), x, y
        return x


def unlearned(d_model: Any) -> LayerNorm:
    """Return a norm without weights."""
    return LayerNorm(d_model, 1e-6, elementwise_affine=False)


class FinalLayer(Layer):
    """A modulated norm, and a linear layer to what P × P positions of every patch are to become."""

    d_model: Size
    outputs: Size

    def forward(self, x: Shape, c: Shape) -> Forward:
        """Normalise, modulate and project."""
        shift, scale = yield "adaLN_modulation", Modulation(self.d_model, 2), c
        y = yield "norm_final", unlearned(self.d_model), x
        y = yield "modulate", Modulate(), y, shift, scale
        return (yield "linear", Linear(self.d_model, self.outputs), y)


class DiT(Layer):
    """Noise and its variance for (B, C, H, W) latents at a timestep (B, 1), of a class (B, 1)."""

    in_channels: Size
    patch_size: Size
    hidden_size: Size
    depth: Size
    num_heads: Size
    num_classes: Size

    def forward(self, x: Shape, t: Shape, y: Shape) -> Forward:
        """Embed all three, apply the blocks, and put the patches together."""
        width, p = self.hidden_size, self.patch_size
        rows, columns = (size / p for size in x[2:])
        z = yield "x_embedder", PatchEmbed(self.in_channels, width, p), x
        z = yield "pos_embed", SinusoidalPositions(width), z
        mlp = Sequential(Linear(FREQUENCIES, width), SiLU(), Linear(width, width))
        step = yield "t_embedder", Sequential(frequencies=Timesteps(FREQUENCIES), mlp=mlp), t
        table = Embedding(self.num_classes + 1, width)
        label = yield "y_embedder", Sequential(embedding_table=table, flatten=Flatten(1)), y
        c = yield "condition", Add(), step, label
        block = DiTBlock(width, self.num_heads, 4 * width)
        z = yield "blocks", Repeat(block, self.depth), z, c
        channels = 2 * self.in_channels
        z = yield "final_layer", FinalLayer(width, p**2 * channels), z, c
        together = Sequential(
            Unflatten(1, (rows, columns)),
            Unflatten(3, (p, p, channels)),
            Permute((0, 5, 1, 3, 2, 4)),
            Flatten(4, 5),
            Flatten(2, 3),
        )
        return (yield "unpatchify", together, z)


FREQUENCIES = 256  # sines and cosines that stand for a timestep


def _dit(
    in_channels: Any = C,
    patch_size: Any = P,
    hidden_size: Any = D,
    depth: Any = L,
    num_heads: Any = h,
    num_classes: Any = K,
) -> DiT:
    """Patches of latents, blocks that a timestep and a class modulate (adaLN-Zero), noise and variance out.

    Every size may be a symbol. The input is [(C, H, W), (1,), (1,)]: latents, a timestep, a class. Sines stand
    for positions, and are no parameters (the authors' code keeps them as D·H·W/P² that are not trained). The
    table of classes has one row more, for none. The MLP is 4·D wide.
    """
    return DiT(in_channels, patch_size, hidden_size, depth, num_heads, num_classes)


BRINGS = (("in_channels", "H", "W"), (1,), (1,))
dit = register("dit", _dit, DIT, usual=((C, H, W), (1,), (1,)), brings=BRINGS)

#: Blocks, width and heads (table 1).
SIZES = {"s": (12, 384, 6), "b": (12, 768, 12), "l": (24, 1024, 16), "xl": (28, 1152, 16)}


def _member(letter: str, patch: int) -> Any:
    depth, width, heads = SIZES[letter]
    doc = (
        f"DiT-{letter.upper()}/{patch}: {depth} blocks of width {width}, {heads} heads, patches of {patch} × "
        f"{patch}; its usual latents, 4 × 32 × 32, stand for images of 256 × 256."
    )
    build = sized(
        _dit,
        doc,
        in_channels=4,
        patch_size=patch,
        hidden_size=width,
        depth=depth,
        num_heads=heads,
        num_classes=1000,
    )
    usual = ((4, 32, 32), (1,), (1,))
    return register(f"dit_{letter}_{patch}", build, DIT, usual=usual, brings=BRINGS)


dit_s_8, dit_s_4, dit_s_2 = (_member("s", patch) for patch in (8, 4, 2))
dit_b_8, dit_b_4, dit_b_2 = (_member("b", patch) for patch in (8, 4, 2))
dit_l_8, dit_l_4, dit_l_2 = (_member("l", patch) for patch in (8, 4, 2))
dit_xl_8, dit_xl_4, dit_xl_2 = (_member("xl", patch) for patch in (8, 4, 2))
