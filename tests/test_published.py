"""Numbers that others printed, each with its source; nothing here was computed by symflops."""

import pytest

import symflops as sf

TORCHVISION = "torchvision 0.29.1, IMAGENET1K_V1 (num_params, _ops)"


@pytest.mark.parametrize(
    ("model", "params", "gmacs", "macs"),
    [
        ("alexnet", 61_100_840, "0.714", 714_188_480),
        ("vgg11", 132_863_336, "7.609", None),
        ("vgg16", 138_357_544, "15.470", 15_470_264_320),
        ("vgg16_bn", 138_365_992, "15.470", None),
        ("resnet18", 11_689_512, "1.814", 1_814_073_344),
        ("resnet50", 25_557_032, "4.089", 4_089_184_256),
        # the same source, from the weights' meta data
        ("vgg13", 133_047_848, "11.308", None),
        ("vgg13_bn", 133_053_736, "11.308", None),
        ("vgg11_bn", 132_868_840, "7.609", None),
        ("vgg19", 143_667_240, "19.632", None),
        ("vgg19_bn", 143_678_248, "19.632", None),
        ("resnet34", 21_797_672, "3.664", None),
        ("resnet101", 44_549_160, "7.801", None),
        ("resnet152", 60_192_808, "11.514", None),
    ],
)
def test_torchvision(model, params, gmacs, macs):
    cost = sf.cost(sf.zoo.model(model)).at(H=224, W=224)
    assert cost.params == params
    assert f"{cost.macs / 10**9:.3f}" == gmacs
    assert macs is None or cost.macs == macs
    assert cost.output == (1000,)


def test_published_numbers_of_the_zoo_hold():
    for name in sf.zoo.names():
        model = sf.zoo.model(name)
        for number in model.published:
            _, height, width = number.input
            cost = sf.cost(model).at(H=height, W=width)
            assert getattr(cost, number.quantity) == number.value, (name, number)


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
