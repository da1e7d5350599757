"""Vision transformers: patches as tokens, and an encoder. ``vit()`` is the family in symbols.

>>> import symflops as sf
>>> P, D, L, H, W = sf.dims("P D L H W")
>>> cost = sf.cost(sf.zoo.vit(), (3, H, W))
>>> cost["encoder.layers"].params.expand()
12*D**2*L + 13*D*L
>>> cost["encoder"].output                                   # patches, and the class token
(H*W/P**2 + 1, D)
>>> sf.cost(sf.zoo.vit_b_16()).at(H=224, W=224).macs
17563828224
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.facts import equal
from symflops.layers.attention import MultiheadAttention
from symflops.layers.base import Forward, Layer, Require, Size
from symflops.layers.combine import Concat, Sequential
from symflops.layers.depth import Repeat
from symflops.layers.feedforward import FeedForward
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.patches import PatchEmbed
from symflops.layers.positions import ClassToken, LearnedPositions
from symflops.layers.reduction import Mean
from symflops.layers.shape import Select, Unflatten
from symflops.symbols import dims
from symflops.zoo.published import Published, register, sized, torchvision
from symflops.zoo.sublayers import sublayer

if TYPE_CHECKING:
    from symflops.trace import Shape

VIT = "Dosovitskiy et al. 2021, An image is worth 16x16 words, section 3.1 and table 1"
DEIT = "Touvron et al. 2021, Training data-efficient image transformers, section 4 and table 1"
P, D, L, h, K, H, W = dims("P D L h K H W")
EPS = 1e-6


class ImagePositions(LearnedPositions):
    """Learned positions for the patches of images of one size: as many as there are tokens."""

    def holds(self, positions: Size) -> Require:
        """Require as many tokens as there are vectors."""
        return Require(
            equal(positions, self.n_ctx),
            lambda: (
                f"the model has {self.n_ctx} positions, as many as images of its image_size have tokens, and "
                f"the input has {positions} tokens; give the model the image_size of the input, or "
                "image_size=None for as many positions as the input has tokens"
            ),
        )


def positions(image_size: Any, patch_size: Any, extra: Any) -> Any:
    """Return how many tokens a square image has, with so many extra ones; None where its size is open.

    Raises:
        ArgumentError: an image that patches do not fill.
    """
    if image_size is None:
        return None
    patches = image_size / patch_size
    if patches.is_Rational and not (patches.is_Integer and patches > 0):
        message = f"image_size must be a multiple of patch_size = {patch_size}, got {image_size}"
        raise ArgumentError(message)
    return patches**2 + extra


class EncoderBlock(Layer):
    """Attention and a feed-forward network, a norm before each (Dosovitskiy et al. 2021, equations 2 and 3)."""

    d_model: Size
    num_heads: Size
    d_ff: Size
    activation: Any = "gelu"
    eps: Size = EPS
    causal: bool = False

    def forward(self, x: Shape) -> Forward:
        """Attend, then widen every position."""
        norm = LayerNorm(self.d_model, self.eps)
        attention = MultiheadAttention(
            self.d_model, self.num_heads, causal=self.causal, keeps=False
        )
        network = FeedForward(self.d_model, self.d_ff, self.activation)
        x = yield from sublayer(x, ("ln_1", norm), ("self_attention", attention))
        return (yield from sublayer(x, ("ln_2", norm), ("mlp", network)))


class Encoder(Layer):
    """Positions, ``num_layers`` blocks, and a norm behind them (Dosovitskiy et al. 2021, equations 1 to 4).

    Without ``positions`` there is a learned one for every token of the input. CLIP has a norm before the
    blocks, ``ln_pre``, and none of all tokens behind them.
    """

    block: Layer
    num_layers: Size
    ln: Layer | None = None
    positions: Size = None
    ln_pre: Layer | None = None

    def forward(self, x: Shape) -> Forward:
        """Add the positions, and apply the blocks."""
        _, tokens, width = x
        learned: Layer = LearnedPositions(tokens, width)
        if self.positions is not None:
            learned = ImagePositions(self.positions, width)
        y = yield "pos_embedding", learned, x
        if self.ln_pre is not None:
            y = yield "ln_pre", self.ln_pre, y
        y = yield "layers", Repeat(self.block, self.num_layers), y
        return y if self.ln is None else (yield "ln", self.ln, y)


def _vit(
    image_size: Any = None,
    patch_size: Any = P,
    num_layers: Any = L,
    num_heads: Any = h,
    hidden_dim: Any = D,
    mlp_dim: Any = None,
    num_classes: Any = K,
    in_channels: Any = 3,
) -> Sequential:
    """P × P patches as tokens, a class token, learned positions, L blocks, a norm, and one linear layer.

    Every size may be a symbol. The feed-forward network is 4·D wide unless ``mlp_dim`` says otherwise. There
    are positions for the patches of images of ``image_size`` × ``image_size``, which the input must have as
    many of; with ``image_size=None`` for as many as the input has.
    """
    width = 4 * hidden_dim if mlp_dim is None else mlp_dim
    return Sequential(
        conv_proj=PatchEmbed(in_channels, hidden_dim, patch_size),
        class_token=ClassToken(hidden_dim),
        encoder=Encoder(
            EncoderBlock(hidden_dim, num_heads, width),
            num_layers,
            LayerNorm(hidden_dim, EPS),
            positions(image_size, patch_size, 1),
        ),
        first=Select(1, 0),
        heads=Sequential(head=Linear(hidden_dim, num_classes)),
    )


class BothHeads(Layer):
    """The mean of what two heads say, one of the class token, one of the distillation token."""

    d_model: Size
    num_classes: Size

    def forward(self, x: Shape) -> Forward:
        """Read both tokens, and take the mean."""
        both = []
        for index, name in enumerate(("head", "head_dist")):
            y = yield f"{name}_token", Select(1, index), x
            y = yield name, Linear(self.d_model, self.num_classes), y
            both.append((yield f"{name}_row", Unflatten(1, (1, -1)), y))
        y = yield "concat", Concat(), *both
        return (yield "mean", Mean(1), y)


def _distilled(
    image_size: Any = None,
    patch_size: Any = P,
    num_layers: Any = L,
    num_heads: Any = h,
    hidden_dim: Any = D,
    mlp_dim: Any = None,
    num_classes: Any = K,
    in_channels: Any = 3,
) -> Sequential:
    """A vision transformer with a second token, which learns from a teacher, and a head for it.

    Every size may be a symbol. At inference the answer is the mean of both heads. ``image_size`` and
    ``mlp_dim`` as in ``vit()``.
    """
    width = 4 * hidden_dim if mlp_dim is None else mlp_dim
    return Sequential(
        conv_proj=PatchEmbed(in_channels, hidden_dim, patch_size),
        tokens=ClassToken(hidden_dim, 2),
        encoder=Encoder(
            EncoderBlock(hidden_dim, num_heads, width),
            num_layers,
            LayerNorm(hidden_dim, EPS),
            positions(image_size, patch_size, 2),
        ),
        heads=BothHeads(hidden_dim, num_classes),
    )


def _member(letter: str, patch: int, params: int, macs: int) -> Any:
    layers, heads, width, weights = SIZES[letter]
    build = sized(
        _vit,
        f"ViT-{letter}/{patch}: {layers} blocks of width {width}, {heads} heads, patches of {patch} × {patch}.",
        image_size=224,
        patch_size=patch,
        num_layers=layers,
        num_heads=heads,
        hidden_dim=width,
        num_classes=1000,
    )
    numbers = torchvision(params, macs, weights=weights)
    return register(f"vit_{letter.lower()}_{patch}", build, VIT, *numbers)


#: Blocks, heads, width, and torchvision's weights.
SIZES = {
    "B": (12, 12, 768, "IMAGENET1K_V1"),
    "L": (24, 16, 1024, "IMAGENET1K_V1"),
    "H": (32, 16, 1280, "IMAGENET1K_SWAG_LINEAR_V1"),
}

vit = register("vit", _vit, VIT, usual=(3, H, W))
vit_b_16 = _member("B", 16, 86_567_656, 17_563_828_224)
vit_b_32 = _member("B", 32, 88_224_232, 4_409_186_304)
vit_l_16 = _member("L", 16, 304_326_632, 61_554_712_576)
vit_l_32 = _member("L", 32, 306_535_400, 15_377_539_072)
vit_h_14 = _member("H", 14, 632_045_800, 167_295_109_120)


#: Width, heads, and params without and with the second token and head.
DEITS = {
    "tiny": (192, 3, 5_717_416, 5_910_800),
    "small": (384, 6, 22_050_664, 22_436_432),
    "base": (768, 12, 86_567_656, 87_338_192),
}


def _deit(size: str, *, distilled: bool = False) -> Any:
    width, heads, *params = DEITS[size]
    build = sized(
        _distilled if distilled else _vit,
        f"DeiT-{size.title()}: 12 blocks of width {width}, {heads} heads, patches of 16 × 16.",
        image_size=224,
        patch_size=16,
        num_layers=12,
        num_heads=heads,
        hidden_dim=width,
        num_classes=1000,
    )
    kind = "_distilled" * distilled
    number = Published(
        "params", params[distilled], f"timm, deit_{size}{kind}_patch16_224", (3, 224, 224)
    )
    return register(f"deit_{size}{kind}", build, DEIT, number)


deit_tiny = _deit("tiny")
deit_small = _deit("small")
deit_base = _deit("base")
deit_tiny_distilled = _deit("tiny", distilled=True)
deit_small_distilled = _deit("small", distilled=True)
deit_base_distilled = _deit("base", distilled=True)
