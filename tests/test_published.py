"""Numbers that others printed, each with its source; nothing here was computed by symflops."""

import csv
import hashlib
from pathlib import Path

import pytest
from models import model_cost
from torchvision_names import torchvision_weights

import symflops as sf

DATA = Path(__file__).parent / "published"


def rows(name):
    with (DATA / name).open() as file:
        return list(csv.DictReader(file))


TORCHVISION = {(row["model"], row["input"]): row for row in rows("torchvision.csv")}


@pytest.mark.parametrize(("model", "shape"), TORCHVISION)
def test_torchvision(model, shape):
    """Parameters, and MACs to the unit, in closed form with the size put in."""
    row = TORCHVISION[model, shape]
    _, height, width = map(int, shape.split("x"))
    cost = sf.cost(sf.zoo.model(model)).at(H=height, W=width)
    assert cost.params == int(row["params"])
    assert cost.macs == int(row["macs"])
    assert f"{cost.macs / 10**9:.3f}" == row["gmacs"]


@pytest.mark.parametrize("model", dict.fromkeys(model for model, _ in TORCHVISION))
def test_what_torchvision_publishes_is_registered(model):
    """``.published`` says the same at the same sizes, and the first of them is the usual one."""
    found = {}
    for number in sf.zoo.model(model).published:
        found.setdefault("x".join(map(str, number.input)), {})[number.quantity] = number.value
        assert "torchvision" in number.source
    assert found
    for shape, numbers in found.items():
        row = TORCHVISION[model, shape]
        assert numbers == {"params": int(row["params"]), "macs": int(row["macs"])}


@pytest.mark.parametrize("row", rows("torchvision_names.csv"), ids=lambda row: row["model"])
def test_every_weight_has_its_name_and_size_in_torchvision(row):
    cost = sf.cost(sf.zoo.model(row["model"]))
    found = torchvision_weights(row["model"], cost.tree)
    lines = sorted(f"{name} {elements}\n" for name, elements in found.items())
    assert len(lines) == int(row["weights"])
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == row["sha256"], lines


#: ``min_size`` of torchvision's weights: the smallest input that the network takes.
SMALLEST = {
    "alexnet": 63,
    "vgg11": 32,
    "vgg16_bn": 32,
    "densenet121": 29,
    "densenet201": 29,
    "squeezenet1_0": 21,
    "squeezenet1_1": 17,
    "googlenet": 15,
    "inception_v3": 75,
    "resnet18": 1,
    "resnet50": 1,
    "resnext50_32x4d": 1,
    "wide_resnet50_2": 1,
    "fcn_resnet50": 1,
    "deeplabv3_resnet50": 1,
}


@pytest.mark.parametrize(("model", "side"), SMALLEST.items())
def test_smallest_input(model, side):
    cost = sf.cost(sf.zoo.model(model))
    assert [str(c) for c in cost.conditions] == ([f"H >= {side}", f"W >= {side}"] * (side > 1))
    cost.at(H=side, W=side)
    if side > 1:
        with pytest.raises(sf.ShapeError):
            cost.at(H=side - 1, W=side)


def test_published_numbers_of_the_zoo_hold():
    for name in sf.zoo.names():
        model, costs = sf.zoo.model(name), {}
        for number in model.published:
            if number.input not in costs:
                given = number.input
                costs[given] = sf.cost(model, given) if given else model_cost(name)
            cost = costs[number.input]
            assert getattr(cost, number.quantity) == number.value, (name, number)


@pytest.mark.parametrize(
    ("model", "printed", "macs"),
    [  # He et al. 2016, table 1; to the unit: torchvision's model with the strides moved, FlopCounterMode
        ("resnet18", 1.8, 1_814_073_344),
        ("resnet34", 3.6, 3_663_761_408),
        ("resnet50_v1", 3.8, 3_857_973_248),
        ("resnet101_v1", 7.6, 7_570_194_432),
        ("resnet152_v1", 11.3, 11_282_415_616),
    ],
)
def test_he_2016_table_1(model, printed, macs):
    """The paper cuts 3.66 and 3.86 off, and rounds the others."""
    cost = sf.cost(sf.zoo.model(model)).at(H=224, W=224)
    assert cost.macs == macs
    assert abs(cost.macs / 10**9 - printed) < 0.1


@pytest.mark.parametrize(
    ("model", "params", "gflops"),
    [  # Xie et al. 2017, table 1: 10⁶ and 10⁹
        ("resnet50", "25.5", "4.1"),
        ("resnext50_32x4d", "25.0", "4.2"),
    ],
)
def test_xie_2017_table_1(model, params, gflops):
    """The paper cuts the parameters after one decimal, and rounds the products."""
    cost = sf.cost(sf.zoo.model(model)).at(H=224, W=224)
    assert f"{cost.params // 10**5 / 10:.1f}" == params
    assert f"{cost.macs / 10**9:.1f}" == gflops


@pytest.mark.parametrize(
    ("model", "millions"),  # Simonyan and Zisserman 2015, table 2: columns A, B, D, E
    [("vgg11", 133), ("vgg13", 133), ("vgg16", 138), ("vgg19", 144)],
)
def test_simonyan_2015_table_2(model, millions):
    assert round(sf.cost(sf.zoo.model(model)).params / 10**6) == millions


#: Multiplications and additions of the products, the sums of the shortcuts, and the scaling of channels.
HU = sf.Convention(
    "hu",
    "One for a product with its sum, one for the sum of a shortcut, one for the scaling of an entry.",
    "Hu et al. 2018, table 2",
    {("mul", "dot"): 1, ("add", "skip"): 1, ("mul", "other"): 1},
)


@pytest.mark.parametrize(
    ("model", "printed"),
    [  # Hu et al. 2018, table 2, "GFLOPs"
        ("resnet50_v1", "3.86"),
        ("resnet101_v1", "7.58"),
        ("resnet152_v1", "11.30"),
        ("se_resnet50", "3.87"),
        ("se_resnet152", "11.32"),
    ],
)
def test_hu_2018_table_2(model, printed):
    """SE-ResNet-101 is 7.593 so, and printed as 7.60."""
    flops = sf.cost(sf.zoo.model(model), convention=HU).at(H=224, W=224).flops
    assert f"{flops / 10**9:.2f}" == printed


@pytest.mark.parametrize(
    ("model", "params", "gflops"),  # Woo et al. 2018, CBAM, table 4
    [("resnet101_v1", "44.55", "7.570"), ("se_resnet101", "49.33", "7.575")],
)
def test_woo_2018_table_4(model, params, gflops):
    cost = sf.cost(sf.zoo.model(model)).at(H=224, W=224)
    assert f"{cost.params / 10**6:.2f}" == params
    assert f"{cost.macs / 10**9:.3f}" == gflops


def test_hu_2018_equation_5():
    """Squeeze-and-excitation adds 2/r · Σ N_s·C_s² weights, and its biases in the released networks."""
    r = sf.dim("r")
    plain = sf.cost(sf.zoo.resnet50_v1()).params
    stages = ((3, 256), (4, 512), (6, 1024), (3, 2048))
    sums = sum(n * c**2 for n, c in stages)
    biases = sum(n * (c + c // 16) for n, c in stages)
    squeezed = sf.cost(sf.zoo.se_resnet50())
    assert squeezed.params - plain == 2 * sums // 16 + biases == 2_530_992
    symbolic = sf.cost(sf.zoo.se_resnet50(reduction=r), assume=("r | 256",))
    added = (symbolic.macs - sf.cost(sf.zoo.resnet50_v1()).macs).expand()
    assert added.subs(r, 8) == 2 * sums // 8


@pytest.mark.parametrize(
    ("arguments", "params"),
    [  # summaries of networks after figure 1 of Ronneberger et al. 2015, without normalisation
        ({}, 31_030_658),  # Keras, 1 × 572 × 572 to 2 × 388 × 388
        ({"num_classes": 1}, 31_030_593),  # PyTorch, 1 × 224 × 224, padded
        (
            {"in_channels": 3, "num_classes": 8},
            31_032_200,
        ),  # PyTorch, 3 × 572 × 572 to 8 × 388 × 388
        ({"in_channels": 3, "num_classes": 21}, 31_033_045),  # Keras, 3 × 512 × 512, padded
    ],
)
def test_unet(arguments, params):
    unpadded = sf.cost(sf.zoo.unet(**arguments)).at(H=572, W=572)
    padded = sf.cost(sf.zoo.unet(padding="same", **arguments)).at(H=512, W=512)
    assert unpadded.params == padded.params == params
    assert unpadded.output[1:] == (388, 388)
    assert padded.output[1:] == (512, 512)


def test_unet_layer_by_layer():
    """Sizes and parameters of the same summary in Keras."""
    cost = sf.cost(sf.zoo.unet()).at(H=572, W=572)
    for path, output, params in (
        ("inc.2", (64, 568, 568), 36_928),
        ("down4.1.2", (1024, 28, 28), 9_438_208),
        ("up1.up", (512, 56, 56), 2_097_664),
        ("up1.crop", (512, 56, 56), 0),
        ("up2.concat", (512, 104, 104), 0),
        ("up4.up", (64, 392, 392), 32_832),
        ("up4.conv.0", (64, 390, 390), 73_792),
    ):
        assert (cost[path].output, cost[path].params) == (output, params)


@pytest.mark.parametrize(
    ("model", "arguments", "params", "macs"),
    [  # torchvision 0.29.1 built so; FlopCounterMode halved
        ("googlenet", {"aux_logits": True}, 13_004_888, 1_498_376_192),
        ("inception_v3", {"aux_logits": False}, 23_834_568, 5_713_216_096),
        ("fcn_resnet50", {"aux_loss": False}, 32_957_013, 142_725_772_800),
        ("fcn_resnet101", {"aux_loss": False}, 51_949_141, 222_746_867_200),
        ("deeplabv3_resnet50", {"aux_loss": False}, 39_638_869, 168_731_205_888),
        ("deeplabv3_resnet101", {"aux_loss": False}, 58_630_997, 248_752_300_288),
    ],
)
def test_auxiliary_heads(model, arguments, params, macs):
    _, height, width = sf.zoo.model(model).published[0].input
    cost = sf.cost(sf.zoo.model(model, **arguments)).at(H=height, W=width)
    assert (cost.params, cost.macs) == (params, macs)


def test_squeezenet_is_as_small_as_its_paper_says():
    """Iandola et al. 2016, table 1: 1,248,424 in all; fire2 has 11,920, fire9 197,184."""
    cost = sf.cost(sf.zoo.squeezenet1_0())
    assert cost.params == 1_248_424
    assert cost["features.3"].params == 11_920
    assert cost["features.12"].params == 197_184


@pytest.mark.parametrize(
    ("convention", "bias", "value", "who"),
    [
        ("exact", False, 235_225_088, "TorchScan 0.2; fengyuentau/PyTorch-FLOPs"),
        ("exact", True, 236_027_904, "2n an output"),
        ("2mac", True, 236_027_904, "torch FlopCounterMode"),
        ("2mac+bias", True, 236_830_720, "calflops; DeepSpeed"),
        ("2mac+2bias", True, 237_633_536, "Molchanov et al. 2017"),
        ("mac", True, 118_013_952, "fvcore; thop"),
        ("mac+bias", True, 118_816_768, "ptflops; torchinfo"),
    ],
)
def test_one_convolution_under_six_ways_of_counting(convention, bias, value, who):
    conv = sf.Conv2d(3, 64, 7, stride=2, padding=3, bias=bias)
    assert sf.cost(conv, (3, 224, 224), convention).flops == value, who


VGG16_LAYERS = [  # blog "模型参数量与FLOPs计算" (001): layer, params, products; biases ignored there
    ("features.0", 1_728, 86_704_128),  # conv1_1
    ("features.17", 1_179_648, 924_844_032),  # conv4_1
    ("classifier.0", 102_760_448, 102_760_448),  # FC1
    ("classifier.3", 16_777_216, 16_777_216),  # FC2
]


@pytest.mark.parametrize(("layer", "weights", "macs"), VGG16_LAYERS)
def test_vgg16_layer_by_layer(layer, weights, macs):
    cost = sf.cost(sf.zoo.vgg16()).at(H=224, W=224)[layer]
    bias = cost.output[0]
    assert cost.params == weights + bias
    assert cost.macs == macs


def test_first_layer_of_alexnet():
    """Blog 如何计算CNN感受野、计算量和模型大小 (003): 96·11·11·3 + 96 and (11·11·3 + 1)·55·55·96."""
    conv1 = sf.cost(sf.zoo.alexnet_original(), convention="mac+bias").at(H=227, W=227)["conv1"]
    assert conv1.params == 34_944
    assert conv1.flops == 105_705_600
    assert conv1.output == (96, 55, 55)
    assert conv1.model_size() == 34_944 * 4


def test_alexnet_is_smaller_than_its_file():
    """003: 238,147 KB on disk; 60,965,224 · 4 bytes are 238,145.4 KiB, the rest is the file's own."""
    cost = sf.cost(sf.zoo.alexnet_original()).at(H=227, W=227)
    assert cost.params == 60_965_224
    assert 238_145 * 1024 < cost.model_size() < 238_147 * 1024
    assert cost["pool5"].output == (256, 6, 6)


def test_three_by_three_on_five_by_five():
    """Blog 002: 9 products and 8 sums an output are 17; nine outputs take 153."""
    cost = sf.cost(sf.Conv2d(1, 1, 3, bias=False), (1, 5, 5))
    assert (cost.mults, cost.adds, cost.flops) == (9 * 9, 8 * 9, 153)
    assert cost.output == (1, 3, 3)
    one = sf.cost(sf.Conv2d(1, 1, 3, bias=False), (1, 3, 3))
    assert one.flops == 17


def test_convolution_formulas_of_blogs():
    """Blogs 000, 002, 004: products, sums, bias and groups in symbols."""
    k, c_in, c_out, H, W, g = sf.dims("k C_in C_out H W g")
    shape = (c_in, H, W)
    plain = sf.cost(sf.Conv2d(c_in, c_out, k, padding="same", bias=False), shape)
    biased = sf.cost(sf.Conv2d(c_in, c_out, k, padding="same"), shape)
    assert plain.mults == c_in * k**2 * c_out * H * W
    assert plain.adds.expand() == ((c_in * k**2 - 1) * c_out * H * W).expand()
    assert plain.flops == (2 * c_in * k**2 - 1) * c_out * H * W
    assert biased.flops == 2 * c_in * k**2 * c_out * H * W
    assert biased.under("mac+bias").flops.expand() == (c_out * H * W * (k**2 * c_in + 1)).expand()
    assert biased.params.expand() == ((k**2 * c_in + 1) * c_out).expand()
    grouped = sf.cost(sf.Conv2d(c_in, c_out, k, padding="same", groups=g, bias=False), shape)
    assert grouped.macs == k**2 * c_in * c_out * H * W / g
    assert {str(c) for c in grouped.conditions} == {"g | C_in", "g | C_out"}


def test_kernels_per_axis():
    """000: C_in·k_h·k_w·C_out parameters, H and W those of the output."""
    kh, kw, c_in, c_out, H, W = sf.dims("k_h k_w C_in C_out H W")
    cost = sf.cost(sf.Conv2d(c_in, c_out, (kh, kw), bias=False), (c_in, H, W))
    assert cost.params == c_in * kh * kw * c_out
    assert cost.output == (c_out, H - kh + 1, W - kw + 1)
    assert cost.macs == c_in * kh * kw * c_out * (H - kh + 1) * (W - kw + 1)


def test_resnet50_is_a_polynomial_where_32_divides_its_input():
    """83,410,944·m² products in the trunk at H = W = 32·m, and 2,048,000 in the head."""
    H, W, m = sf.dims("H W m")
    cost = sf.cost(sf.zoo.resnet50(), assume=("32 | H", "32 | W"))
    assert cost.macs.is_polynomial(H, W)
    assert cost.macs.subs({H: 32 * m, W: 32 * m}).expand() == 83_410_944 * m**2 + 2_048_000
    assert cost.flops.is_polynomial(H, W)


MICROCASES = [  # the products by hand, as in a comparison of twelve counters
    (sf.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), (3, 224, 224), 118_013_952),
    (sf.Conv2d(64, 128, 3, padding=1, groups=4, bias=False), (64, 56, 56), 57_802_752),
    (sf.DepthwiseConv2d(64, 3, padding=1, bias=False), (64, 56, 56), 1_806_336),
    (sf.Conv2d(8, 8, 3, dilation=2, padding="same"), (8, 20, 20), 230_400),
    (sf.Linear(64, 128), (2, 10, 64), 163_840),
]


@pytest.mark.parametrize(("layer", "shape", "macs"), MICROCASES)
def test_products_by_hand(layer, shape, macs):
    assert sf.cost(layer, shape).macs == macs


def test_shared_weights_are_stored_once_and_used_thrice():
    """The same comparison: one Linear(100, 100) applied three times is 30,000 products."""
    tied = sf.Shared("w", sf.Linear(100, 100))
    cost = sf.cost(sf.Sequential(tied, tied, tied), (100,))
    assert (cost.macs, cost.params) == (30_000, 10_100)
