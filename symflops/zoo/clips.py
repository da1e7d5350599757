"""CLIP: an encoder of images and one of texts, and how alike what they say is.

>>> import symflops as sf
>>> H, W, N = sf.dims("H W N")
>>> cost = sf.cost(sf.zoo.clip_vit_b_32(), [(3, H, W), (N,)])
>>> cost.params, cost["visual"].params, cost["visual"].at(H=224, W=224).macs
(151277313, 87849216, 4408811520)
>>> B = sf.dim("B")
>>> sf.cost(sf.zoo.clip_vit_b_32(), [(B, 3, H, W), (B, N)]).output      # every image with every text
(B, B)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symflops.layers.activation import Activation
from symflops.layers.base import Forward, Layer
from symflops.layers.combine import Sequential, same_size
from symflops.layers.cosine import Normalize
from symflops.layers.depth import Repeat
from symflops.layers.embedding import Embedding
from symflops.layers.linear import Linear
from symflops.layers.norm import LayerNorm
from symflops.layers.patches import PatchEmbed
from symflops.layers.positions import ClassToken, LearnedPositions
from symflops.layers.shape import Select
from symflops.primitives import contract, elementwise
from symflops.symbols import dims
from symflops.trace import Weight
from symflops.zoo.published import Published, register, sized
from symflops.zoo.vits import Encoder, EncoderBlock, positions

if TYPE_CHECKING:
    from symflops.trace import Shape

CLIP = "Radford et al. 2021, Learning transferable visual models from natural language supervision, table 20"
MTEB = "MTEB, mteb/models/model_implementations/clip_models.py (the released weights)"
KERAS = "KerasHub, clip_presets.py (the released weights)"
TEXT = 77  # tokens
P, D, D_t, E, L, L_t, h, h_t, V, n_ctx = dims("P D D_t E L L_t h h_t V n_ctx")
H, W, N = dims("H W N")
EPS = 1e-5


class QuickGELU(Activation):
    """x·σ(1.702·x): five operations an element (Hendrycks and Gimpel 2016, section 2).

    >>> import symflops as sf
    >>> sf.cost(QuickGELU(), sf.dims("N D")).flops
    5*D*N
    """


class Similarity(Layer):
    """exp(τ)·IᵀT of every image (B, E) with every text (M, E): (B, M), with one learned τ.

    B·M·E products, one more for each of B·M, and once an exponential. Params: 1.

    >>> import symflops as sf
    >>> B, E = sf.dims("B E")
    >>> cost = sf.cost(Similarity(), [(B, E), (B, E)], batched=True)
    >>> cost.output, cost.macs, cost.params
    ((B, B), B**2*E, 1)

    Source: Radford et al. 2021, figure 3.
    """

    rank: ClassVar[int | None] = 2
    sample: ClassVar[str] = "E"

    def forward(self, image: Shape, text: Shape) -> Forward:
        """Compare, and scale."""
        images, width = image
        yield same_size("Similarity", 1, width, text[1])
        pairs = (images, text[0])
        yield "dot", contract((width, *pairs), pairs)
        yield "exp", elementwise("exp", 1, weights=(Weight("logit_scale", 1),))
        yield "scale", elementwise("mul", pairs)
        return pairs


class Both(Layer):
    """Both encoders, their vectors brought to length 1, and compared (Radford et al. 2021, figure 3)."""

    visual: Layer
    text: Layer

    def forward(self, image: Shape, text: Shape) -> Forward:
        """Encode an image and a text, and compare them."""
        i = yield "visual", self.visual, image
        t = yield "text", self.text, text
        i = yield "visual_norm", Normalize(), i
        t = yield "text_norm", Normalize(), t
        return (yield "logits", Similarity(), i, t)


def _clip(
    image_size: Any = None,
    patch_size: Any = P,
    vision_width: Any = D,
    vision_layers: Any = L,
    vision_heads: Any = h,
    text_width: Any = D_t,
    text_layers: Any = L_t,
    text_heads: Any = h_t,
    embed_dim: Any = E,
    vocab_size: Any = V,
    n_ctx: Any = n_ctx,
    *,
    causal: bool = False,
) -> Both:
    """An encoder of images and one of texts, a projection of each, and the products of what they say.

    Every size may be a symbol. The image is read at its class token, the text at the token that ends it.
    Positions of images are for ``image_size`` × ``image_size``, which the input must have as many of; with
    ``image_size=None`` for as many as it has. Attention counts every pair of positions, as numbers in print
    do; with ``causal`` that of texts counts those that the mask leaves.
    """
    act = QuickGELU()
    seeing = EncoderBlock(vision_width, vision_heads, 4 * vision_width, act, EPS)
    reading = EncoderBlock(text_width, text_heads, 4 * text_width, act, EPS, causal=causal)
    norm = LayerNorm(vision_width)
    visual = Sequential(
        conv1=PatchEmbed(3, vision_width, patch_size, bias=False),
        class_embedding=ClassToken(vision_width),
        transformer=Encoder(
            seeing, vision_layers, positions=positions(image_size, patch_size, 1), ln_pre=norm
        ),
        first=Select(1, 0),
        ln_post=norm,
        proj=Linear(vision_width, embed_dim, bias=False),
    )
    text = Sequential(
        token_embedding=Embedding(vocab_size, text_width),
        positional_embedding=LearnedPositions(n_ctx, text_width),
        transformer=Repeat(reading, text_layers),
        ln_final=LayerNorm(text_width),
        last=Select(1, -1),
        text_projection=Linear(text_width, embed_dim, bias=False),
    )
    return Both(visual, text)


BRINGS = ((3, "H", "W"), ("N",))
clip = register("clip", _clip, CLIP, usual=((3, H, W), (N,)), brings=BRINGS)


def _member(name: str, image_size: int, text_width: int, vision: Any, number: Published) -> Any:
    width, layers, heads, patch = vision
    doc = (
        f"CLIP ViT-{name}: images of {image_size} × {image_size} in {layers} blocks of width {width}, texts in "
        f"12 of width {text_width}."
    )
    build = sized(
        _clip,
        doc,
        image_size=image_size,
        patch_size=patch,
        vision_width=width,
        vision_layers=layers,
        vision_heads=heads,
        text_width=text_width,
        text_layers=12,
        text_heads=text_width // 64,
        embed_dim=text_width,
        vocab_size=49408,
        n_ctx=TEXT,
    )
    usual = ((3, image_size, image_size), (TEXT,))
    called = "clip_vit_" + name.lower().replace("/", "_").replace("@", "_")
    return register(called, build, CLIP, number, usual=usual, brings=BRINGS)


BASE, LARGE = (768, 12, 12), (1024, 24, 16)  # width, blocks, heads
clip_vit_b_32 = _member("B/32", 224, 512, (*BASE, 32), Published("params", 151_277_313, MTEB))
clip_vit_b_16 = _member("B/16", 224, 512, (*BASE, 16), Published("params", 149_620_737, MTEB))
clip_vit_l_14 = _member("L/14", 224, 768, (*LARGE, 14), Published("params", 427_616_513, MTEB))
clip_vit_l_14_336 = _member(
    "L/14@336", 336, 768, (*LARGE, 14), Published("params", 427_944_193, KERAS)
)
