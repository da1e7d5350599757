"""Vision transformers of the zoo: closed forms, counts at other sizes, papers' tables, and what is refused."""

import pytest
import sympy

import symflops as sf
from symflops.zoo.maxvits import MaxViTLayer, PreNormMBConv
from symflops.zoo.swins import Neighbours, PatchMerging, SwinBlock, SwinBlockV2
from symflops.zoo.vits import EncoderBlock

C, D, H, K, L, M, N, P, W, d_ff, h = sf.dims("C D H K L M N P W d_ff h")


def same(a, b):
    return sympy.expand(a - b) == 0


def texts(cost):
    return [str(condition) for condition in cost.conditions]


# ViT in closed form


def test_one_block():
    """12·D² + 13·D weights; 12·N·D² + 2·N²·D products, of which attention has 4·N·D² + 2·N²·D (claim VT-8)."""
    cost = sf.cost(EncoderBlock(D, h, 4 * D), (N, D))
    assert same(cost.params, 12 * D**2 + 13 * D)
    assert same(cost.macs, 12 * N * D**2 + 2 * N**2 * D)
    assert same(cost["self_attention"].macs, 4 * N * D**2 + 2 * N**2 * D)
    assert same(cost["mlp"].macs, 8 * N * D**2)
    assert same(cost.under("2mac").flops, 24 * N * D**2 + 4 * N**2 * D)


def test_the_whole_network():
    """N = HW/P² + 1 tokens, each with a position."""
    cost = sf.cost(sf.zoo.vit())
    n = H * W / P**2 + 1
    tokens = 3 * P**2 * D + D + D + n * D  # patches, the class token, positions
    assert same(cost.params, tokens + L * (12 * D**2 + 13 * D) + 2 * D + (D + 1) * K)
    blocks = L * (12 * n * D**2 + 2 * n**2 * D)
    assert same(cost.macs, 3 * D * H * W + blocks + D * K)
    assert cost["encoder"].output == (n, D)
    assert texts(cost) == ["P | H", "P | W", "h | D"]


def test_heads_do_not_multiply_anything_but_softmax():
    """Claim S4-6: H·(3·N·D² + 2·N²·D) would be right for heads as wide as the model."""
    cost = sf.cost(sf.zoo.vit(), (3, H, W))
    assert not cost.macs.has(h)
    assert not cost.params.has(h)
    assert cost["encoder.layers.0.self_attention.softmax"].flops.has(h)


def test_what_article_004_says_of_vit():
    """《CNN和ViT的FLOPs、参数量计算》: its formulas for ViT-B/16, and what they leave out."""
    cost = sf.cost(sf.zoo.vit_b_16())
    n, d = 197, 768
    block = cost.at(H=224, W=224)["encoder.layers.0"]
    # attention, 3·N·D² + 2·N²·D: the projection behind the heads is missing
    assert block["self_attention"].macs - (3 * n * d**2 + 2 * n**2 * d) == n * d**2
    assert block["mlp"].macs == 2 * n * d * 4 * d
    # weights, 3·D² and (D + 1)·D_ff + (D_ff + 1)·D: the projection and all biases of attention, and the norms
    assert block["mlp"].params == (d + 1) * 4 * d + (4 * d + 1) * d
    assert block["self_attention"].params - 3 * d**2 == d * (d + 4)
    assert 12 * (11 * d**2 + 5 * d) == 77_902_848
    assert 12 * block.params == 12 * (12 * d**2 + 13 * d) == 85_054_464
    # patches, block size × width: P²·C·D, and a bias (claim S4-10)
    assert cost["conv_proj"].params == 16 * 16 * 3 * d + d == 590_592
    # positions are learned here (claim S4-13), and so is the class token, of which the article says nothing
    assert cost["encoder.pos_embedding"].params == n * d == 151_296
    assert cost["class_token"].params == d
    # embedding, blocks, the last norm and the head are all there is
    assert cost.params == 590_592 + 151_296 + d + 85_054_464 + 2 * d + 769_000


def test_where_attention_takes_more():
    """Claim VT-9: QKᵀ and AV reach the linear layers at N = 6·D, the MLP at 4·D; with projections at 2·D."""
    cost = sf.cost(EncoderBlock(D, h, 4 * D), (N, D))
    pairs = cost["self_attention.scores"].macs + cost["self_attention.weighting"].macs
    assert sympy.solve(pairs - (cost.macs - pairs), N) == [6 * D]
    assert sympy.solve(pairs - cost["mlp"].macs, N) == [4 * D]
    assert sympy.solve(cost["self_attention"].macs - cost["mlp"].macs, N) == [2 * D]


def test_sizes_of_the_feed_forward_network_are_free():
    cost = sf.cost(sf.zoo.vit(mlp_dim=d_ff), (3, H, W))
    assert same(cost["encoder.layers.0.mlp"].params, 2 * D * d_ff + d_ff + D)
    assert cost.params.coeff(L).has(d_ff)


# at other sizes: torchvision 0.29.1 built so, its parameters, and FlopCounterMode halved

OTHERS = [
    ("vit_b_16", {"image_size": 384}, 384, 86_859_496, 55_484_350_464),  # IMAGENET1K_SWAG_E2E_V1
    ("vit_l_16", {"image_size": 512}, 512, 305_174_504, 361_986_285_568),
    ("vit_h_14", {"image_size": 518}, 518, 633_470_440, 1_016_716_764_160),
    ("vit_b_32", {"image_size": 64}, 64, 88_189_672, 435_339_264),
    ("swin_t", {}, 230, 28_288_354, 6_780_498_048),
    ("swin_s", {}, 256, 49_606_258, 14_289_817_344),
    ("swin_b", {}, 97, 87_768_224, 3_498_125_312),
    ("swin_v2_t", {}, 224, 28_351_570, 4_938_464_256),
    ("swin_v2_t", {}, 230, 28_351_570, 5_460_905_472),
    ("maxvit_t", {}, 448, 30_919_624, 22_224_506_880),
]


@pytest.mark.parametrize(("name", "arguments", "side", "params", "macs"), OTHERS)
def test_other_images(name, arguments, side, params, macs):
    cost = sf.cost(sf.zoo.model(name, **arguments)).at(H=side, W=side)
    assert (cost.params, cost.macs) == (params, macs)


def test_images_of_any_size():
    """Without an image_size there are as many positions as the input has tokens."""
    free = sf.cost(sf.zoo.vit_b_16(image_size=None))
    assert texts(free) == ["16 | H", "16 | W"]
    for side, params, macs in (
        (224, 86_567_656, 17_563_828_224),
        (384, 86_859_496, 55_484_350_464),
    ):
        cost = free.at(H=side, W=side)
        assert (cost.params, cost.macs) == (params, macs)
    assert free.at(H=224, W=448).params == 86_567_656 + 196 * 768


def test_images_of_the_size_that_the_positions_are_for():
    cost = sf.cost(sf.zoo.vit_b_16())
    assert texts(cost) == ["16 | H", "16 | W", "H*W/256 + 1 = 197"]
    assert cost.params == 86_567_656
    with pytest.raises(
        sf.ShapeError, match="the input has 577 tokens; give the model the image_size"
    ):
        cost.at(H=384, W=384)
    with pytest.raises(sf.ShapeError, match="PatchEmbed needs a height divisible by 16, got 225"):
        sf.cost(sf.zoo.vit_b_16(), (3, 225, 224))


@pytest.mark.parametrize(
    ("name", "millions", "macs"),  # Touvron et al. 2021, table 1; the products of matrices by hand
    [("tiny", 5, None), ("small", 22, 4_598_882_304), ("base", 86, 17_563_828_224)],
)
def test_deit(name, millions, macs):
    cost = sf.cost(sf.zoo.model(f"deit_{name}")).at(H=224, W=224)
    assert cost.params // 10**6 == millions
    assert macs in (None, cost.macs)


@pytest.mark.parametrize(
    ("name", "size", "backbone"),  # KerasHub, deit_presets.py: without the heads
    [
        ("tiny", 224, 5_524_800),
        ("small", 224, 21_666_432),
        ("base", 224, 85_800_192),
        ("base", 384, 86_092_032),
    ],
)
def test_distilled_deit(name, size, backbone):
    cost = sf.cost(sf.zoo.model(f"deit_{name}_distilled", image_size=size))
    assert cost.params - cost["heads"].params == backbone
    assert cost.output == (1000,)


# Swin


def test_swin_t_weight_by_weight():
    """28,288,354 (claim VT-7): patches, blocks with tables of offsets, what merges patches, norm and head."""

    def block(c, heads):
        return 4 * c**2 + 4 * c + 13**2 * heads + 2 * 4 * c**2 + 5 * c + 4 * c

    merging = sum(4 * c * 2 * c + 2 * 4 * c for c in (96, 192, 384))
    blocks = 2 * block(96, 3) + 2 * block(192, 6) + 6 * block(384, 12) + 2 * block(768, 24)
    total = 3 * 16 * 96 + 96 + 2 * 96 + blocks + merging + 2 * 768 + 768 * 1000 + 1000
    assert sf.cost(sf.zoo.swin_t()).params == total == 28_288_354


def test_swin_in_closed_form():
    """Liu et al. 2021, equation 2: 4·hw·C² + 2·M²·hw·C a block for attention, and 8·hw·C² for the MLP."""
    model = sf.zoo.swin_t(
        embed_dim=C, depths=(2, L, 2, 2), num_heads=(h, h, h, h), window_size=M, num_classes=K
    )
    given = (
        "h | C",
        "8*M | H",
        "8*M | W",
        "4*M | H",
        "4*M | W",
        "16*M | H",
        "32*M | H",
        "16*M | W",
        "32*M | W",
    )
    cost = sf.cost(model, assume=given)
    hw, c = H * W / 64, 2 * C
    assert same(cost["features.3"].macs, L * (12 * hw * c**2 + 2 * M**2 * hw * c))
    assert same(cost["features.3.0.0.attn"].macs, 4 * hw * c**2 + 2 * M**2 * hw * c)
    assert same(cost["features.2"].macs, H * W / 64 * 4 * C * 2 * C)
    assert "2 | L" in texts(cost)


def test_swin_of_odd_depth():
    """One block without a shift more."""
    odd = sf.cost(sf.zoo.swin_t(depths=(1, 2, 7, 2))).at(H=224, W=224)
    even = sf.cost(sf.zoo.swin_t(depths=(2, 2, 6, 2))).at(H=224, W=224)
    first, third = even["features.1.0.0"], even["features.5.0.0"]
    assert odd.macs == even.macs - first.macs + third.macs
    assert odd.params == even.params - first.params + third.params
    assert odd.flops == even.flops - even["features.1.0.1"].flops + third.flops
    with pytest.raises(sf.SymflopsError, match=r"2 \| L does not hold for L = 7"):
        sf.cost(sf.zoo.swin_t(depths=(2, 2, L, 2))).at(L=7)


def test_half_a_window():
    """Blocks shift by ⌊M/2⌋, the mask is added where there are several windows."""
    cost = sf.cost(sf.zoo.swin_t()).at(H=224, W=224)
    shifts = [cost[f"features.{i}.0.1"].tree.layer.shift_size for i in (1, 7)]
    assert shifts == [3, 3]
    scores = cost["features.1.0.0.attn.scores"].activations
    plain, shifted = (cost[f"features.1.0.{i}"].flops for i in (0, 1))
    assert shifted - plain == scores
    assert cost["features.7.0.0"].flops == cost["features.7.0.1"].flops  # one window covers the map


def test_patch_merging():
    cost = sf.cost(PatchMerging(C), (H, W, C), assume=("2 | H", "2 | W"))
    assert cost.output == (H / 2, W / 2, 2 * C)
    assert same(cost.macs, H * W * 2 * C**2)
    assert same(cost.params, 8 * C**2 + 8 * C)
    behind = sf.cost(PatchMerging(C, norm_first=False), (7, 6, C))
    assert behind.output == (4, 3, 2 * C)
    assert same(behind.params, 8 * C**2 + 4 * C)
    field = sf.cost(
        sf.Sequential(sf.Permute((0, 2, 3, 1)), Neighbours()), (C, H, W)
    ).receptive_field
    assert (field.size, field.stride) == ((2, 2), (2, 2))


# MaxViT


def test_maxvit_block_in_closed_form():
    """1 × 1 to 4·C and back, 9·4·C, the gate; 4·C² + 2·P²·C a position for attention, 8·C² for the MLP, twice."""
    layer = MaxViTLayer(PreNormMBConv(C, C), 32, P)
    cost = sf.cost(layer, (C, H, W), assume=("32 | C", "4 | C", "P | H", "P | W"))
    gate = 2 * 4 * C * C / 4
    assert same(cost["MBconv"].macs, (8 * C**2 + 36 * C) * H * W + gate)
    for kind in ("window", "grid"):
        assert same(cost[f"{kind}_attention"].macs, (12 * C**2 + 2 * P**2 * C) * H * W)


def test_maxvit_needs_whole_windows():
    with pytest.raises(sf.ShapeError, match="PartitionAttention needs a height divisible by"):
        sf.cost(sf.zoo.maxvit_t(), (3, 256, 224))


# every count run


SMALL = {
    "neighbours": (Neighbours(), (H, W, C)),
    "vit": (sf.zoo.vit(None, 2, L, 2, 4), (3, 4, 6)),
    "vit of one size": (sf.zoo.vit(6, 2, 1, 2, 4), (3, 6, 6)),
    "distilled": (sf.zoo.deit_tiny_distilled(4, 2, 2, 2, 4, num_classes=K), (3, 4, 4)),
    "swin": (SwinBlock(4, 2, 2, 1), (5, 4, 4)),
    "swin v2": (SwinBlockV2(4, 2, 2, 1), (3, 4, 4)),
    "swins": (sf.zoo.swin_t(K, 2, 2, (3, L), (1, 2), 2, 1), (3, 9, 8)),
    "maxvit": (sf.zoo.maxvit_t(K, 2, (4, 8), (1, L), 2, 2), (3, 16, 16)),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_small_networks_are_what_they_count(name):
    layer, shape = SMALL[name]
    verified = sf.verify(sf.cost(layer, shape))
    assert verified, verified


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sf.zoo.vit_b_16(image_size=230).body, "image_size must be a multiple of patch_size = 16"),
        (lambda: sf.zoo.swin_t(num_heads=(3, 6)).body, "num_heads needs 4 entries, one for each stage"),
        (lambda: sf.zoo.swin_t(depths=(2, 2, 0, 2)).body, "depths needs whole numbers of at least 1"),
        (lambda: sf.zoo.maxvit_t(block_layers=(2, 2)).body, "block_layers needs 4 entries, one for each"),
        (lambda: sf.cost(sf.zoo.vit_b_16(num_heads=7)), "num_heads = 7 must divide embed_dim = 768"),
    ],
)  # fmt: skip
def test_refusals(make, text):
    with pytest.raises(sf.SymflopsError) as caught:
        make()
    assert text in str(caught.value)
