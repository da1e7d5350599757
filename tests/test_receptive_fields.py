"""Receptive fields: published ones, closed forms over a symbolic depth, branches, and what cannot be said."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import symflops as sf
from symflops.fields import SAME, Field
from symflops.symbols import index

C, H, L, N, W, k, s = sf.dims("C H L N W k s")
PUBLISHED = Path(__file__).parent / "published" / "receptive_fields.csv"


def field(layer, shape=(C, H, W), **options):
    return sf.cost(layer, shape, **options).receptive_field


def both(*sizes):
    """The same along height and width."""
    return tuple((size, size) for size in sizes)


def triple(found):
    return found.size, found.stride, found.padding


#: google-research/receptive_field names layers of TF-slim; ours have torchvision's names.
VGG_16 = dict(
    zip(
        [
            "conv1_1",
            "pool1",
            "conv2_1",
            "pool2",
            "conv3_1",
            "conv3_2",
            "pool3",
            "conv4_1",
            "conv4_2",
            "pool4",
            "conv5_1",
            "conv5_2",
            "pool5",
        ],
        (0, 4, 5, 9, 10, 12, 16, 17, 19, 23, 24, 26, 30),
        strict=True,
    )
)


@pytest.mark.parametrize(
    "row",
    list(csv.DictReader(PUBLISHED.read_text().splitlines())),
    ids=lambda r: "-".join(r.values()),
)
def test_published_rows(row):
    """github.com/google-research/receptive_field, the networks of its library."""
    model, path = row["model"], row["end_point"]
    if model == "vgg_16":
        cost, path = sf.cost(sf.zoo.vgg16()), f"features.{VGG_16[path]}"
    else:  # alexnet_v2 pads and strides as the original does, in one column
        cost = sf.cost(sf.zoo.alexnet_original())
    expected = (int(row[name]) for name in ("size", "stride", "padding"))
    assert triple(cost.upto(path).receptive_field) == both(*expected)


@pytest.mark.parametrize(
    ("name", "size"),
    [  # google-research/receptive_field, README, and Araujo, Norris and Sim 2019, table 1
        ("resnet50_v1", 483),
        ("resnet101_v1", 1027),
        ("resnet152_v1", 1507),
        # the stride in the 3 × 3, as torchvision has it
        ("resnet50", 427),
        ("resnet101", 971),
        ("resnet152", 1451),
        ("vgg16", 212),
        ("alexnet", 195),
    ],
)
def test_published_models(name, size):
    """Of the last map before the pooling that sees everything."""
    found = sf.cost(sf.zoo.model(name)).receptive_field
    assert found.size == (size, size)
    assert found.stride == (32, 32)
    assert found.aligned


def test_alexnet_sees_195_and_not_67():
    """A blog finds 67: it multiplies each (k - 1) by the layer's own stride (and the second convolution's,
    whose stride is 1, by 2).

    What multiplies is the distance between neighbours of the layer's input: the product of the strides of
    the layers before. The first layer, where that is 1, shows it at once: it sees its 11, not 1 + 10·4 = 41.
    """
    kernels = (11, 3, 5, 3, 3, 3, 3, 3)
    strides = (4, 2, 1, 2, 1, 1, 1, 2)
    blog = (4, 2, 2, 2, 1, 1, 1, 2)
    assert 1 + sum((k - 1) * factor for k, factor in zip(kernels, blog, strict=True)) == 67
    before = [math.prod(strides[:i]) for i in range(8)]
    assert 1 + sum((k - 1) * factor for k, factor in zip(kernels, before, strict=True)) == 195
    cost = sf.cost(sf.zoo.alexnet_original())
    assert cost.upto("conv1").receptive_field.size == (11, 11)
    assert cost.receptive_field.size == (195, 195)
    assert cost.receptive_field.stride == (math.prod(strides),) * 2


def test_stacked_convolutions():
    """Simonyan and Zisserman 2015, section 2.3: two 3 × 3 see 5 × 5, three see 7 × 7."""
    found = field(sf.Repeat(sf.Conv2d(C, C, k, padding="same"), L))
    assert found.size == both(L * (k - 1) + 1)[0]
    assert [found.size[0].subs({k: 3, L: n}) for n in (2, 3)] == [5, 7]


def test_stacked_convolutions_of_stride_two():
    found = field(sf.Repeat(sf.Conv2d(C, C, k, stride=2, padding=1), L))
    assert found.size == both((2**L - 1) * (k - 1) + 1)[0]
    assert found.stride == (2**L, 2**L)


def test_any_stride():
    """(s^L - 1)/(s - 1)·(k - 1) + 1."""
    found = field(sf.Repeat(sf.Conv2d(C, C, k, stride=s), L))
    assert sympy.simplify(found.size[0] - (s**L - 1) / (s - 1) * (k - 1) - 1) == 0


def test_dilation_that_doubles():
    """Yu and Koltun 2016, section 2: 3 × 3 with dilations 1, 2, …, 2^(L-1) see 2^(L+1) - 1."""
    found = field(sf.Stack(lambda i: sf.Conv2d(C, C, 3, dilation=2**i, padding=2**i), L))
    assert sympy.expand(found.size[0] - (2 ** (L + 1) - 1)) == 0


def test_temporal_convolutional_network():
    """Bai, Kolter and Koltun 2018: n blocks of two convolutions with dilation 2^i see 1 + 2(k - 1)(2^n - 1)."""

    def block(i):
        causal = sf.Sequential(sf.ZeroPad1d(((k - 1) * 2**i, 0)), sf.Conv1d(C, C, k, dilation=2**i))
        return sf.Residual(sf.Sequential(causal, causal))

    found = field(sf.Stack(block, N), (C, L))
    assert sympy.expand(found.size[0] - 1 - 2 * (k - 1) * (2**N - 1)) == 0
    assert (
        found.padding == (found.size[0] - 1,)
        or sympy.expand(found.padding[0] - found.size[0] + 1) == 0
    )  # causal: nothing ahead is seen


def test_the_general_sum():
    """Araujo, Norris and Sim 2019, equation 2: r_0 = Σ_l (k_l - 1)·Π_(i<l) s_i + 1."""
    kernel, stride = sf.family("k"), sf.family("s")
    i, j = map(index, "ij")
    net = sf.Stack(lambda i: sf.Conv1d(C, C, kernel[i], stride=stride[i]), L, start=1)
    found = field(net, (C, N))
    total = sympy.Sum((kernel[i] - 1) * sympy.Product(stride[j], (j, 1, i - 1)), (i, 1, L))
    assert found.size == (total + 1,)
    at = sf.cost(net, (C, N)).at(L=3, k=(0, 11, 3, 5), s=(0, 4, 2, 1), N=227, C=1)
    assert at.receptive_field.size == (51,)


def test_branches_see_the_hull():
    inception = sf.Concat(
        sf.Conv2d(C, C, 1),
        sf.Sequential(sf.Conv2d(C, C, 1), sf.Conv2d(C, C, 5, padding=2)),
        sf.Sequential(sf.MaxPool2d(3, 1, 1), sf.Conv2d(C, C, 1)),
    )
    assert triple(field(inception)) == both(5, 1, 2)
    assert triple(field(sf.Residual(sf.Conv2d(C, C, k, padding="same")))) == (
        *both(k, 1),
        both(sympy.floor(k / 2 + sympy.Rational(1, 2)) - 1)[0],
    )


def test_branches_that_do_not_align_say_so():
    even = field(sf.Residual(sf.Conv2d(C, C, 2, padding="same")))
    assert (even.size, even.aligned) == ((2, 2), False)
    assert field(sf.Residual(sf.Conv2d(C, C, 3, padding="same"))).aligned


def test_a_broadcast_branch_that_sees_everything_does_not_count():
    """Hu et al. 2018: squeeze-and-excitation scales, and the map keeps its field."""
    net = sf.Sequential(sf.Conv2d(C, C, 3), sf.SqueezeExcitation(C, C), sf.Conv2d(C, C, 3))
    assert field(net).size == (5, 5)


def test_a_branch_that_is_no_broadcast_does():
    """Chen et al. 2017, DeepLabV3: image features are enlarged and laid beside the others."""
    pooled = sf.Sequential(sf.AdaptiveAvgPool2d(1), sf.Upsample(size=(8, 8), mode="bilinear"))
    net = sf.Sequential(sf.Conv2d(3, 4, 5), sf.Concat(sf.Conv2d(4, 4, 3, padding=1), pooled))
    assert field(net, (3, 12, 12)).size == (5, 5)


def test_the_last_map_before_everything_is_seen():
    net = sf.Sequential(
        sf.Conv2d(3, 4, 3, stride=2), sf.AdaptiveAvgPool2d(1), sf.Flatten(), sf.Linear(4, 10)
    )
    cost = sf.cost(net, (3, H, W))
    assert triple(cost.receptive_field) == both(3, 2, 0)
    assert cost.upto("0").receptive_field == cost.receptive_field


@pytest.mark.parametrize(
    ("layer", "size", "stride"),
    [
        (sf.Sequential(sf.Conv1d(2, 2, 3), sf.Upsample(scale_factor=2)), 3, "1/2"),
        (sf.Sequential(sf.Upsample(scale_factor=2), sf.Conv1d(2, 2, 3)), 2, "1/2"),
        (sf.Sequential(sf.Upsample(scale_factor=2), sf.Conv1d(2, 2, 3, stride=2)), 2, "1"),
        (sf.Sequential(sf.Upsample(scale_factor=1.5), sf.Conv1d(2, 2, 2)), 2, "2/3"),
        (sf.ConvTranspose1d(2, 2, 4, stride=2, padding=1), 2, "1/2"),
        (sf.ConvTranspose1d(2, 2, 2, stride=2), 1, "1/2"),
        (
            sf.Sequential(sf.Conv1d(2, 2, 2, stride=2), sf.ConvTranspose1d(2, 2, 2, stride=2)),
            2,
            "1",
        ),
    ],
)
def test_maps_that_are_enlarged(layer, size, stride):
    found = field(layer, (2, 12))
    assert (found.size, found.stride) == ((size,), (sympy.Rational(Fraction(stride)),))


def test_axes_that_are_turned():
    """ConvNeXt works on channels last between two turns."""
    net = sf.Sequential(
        sf.Conv2d(C, C, (3, 5), padding="same"),
        sf.Permute((0, 2, 3, 1)),
        sf.LayerNorm(C),
        sf.Linear(C, 4 * C),
        sf.Permute((0, 3, 1, 2)),
        sf.Conv2d(4 * C, C, 3),
    )
    assert field(net).size == (5, 7)


def test_parts_of_a_cost():
    cost = sf.cost(sf.zoo.resnet50())
    assert cost["layer1"].receptive_field.size == (7, 7)
    assert cost.upto("layer2.0.conv2").receptive_field.size == (43, 43)
    assert cost.upto("layer2.0.downsample").receptive_field.size == (35, 35)
    assert cost.without("ReLU").receptive_field == cost.receptive_field
    deep = sf.cost(sf.Repeat(sf.Residual(sf.Conv2d(C, C, 3, padding=1)), 8), (C, H, W))
    assert [deep.upto(path).receptive_field.size[0] for path in ("0", "3.body", "7")] == [3, 9, 17]


def test_numbers_are_ints_and_the_whole_prints():
    found = sf.cost(sf.zoo.vgg16()).at(H=224, W=224).receptive_field
    assert str(found) == "size 212 × 212, stride 32 × 32, padding 90 × 90"
    assert all(type(n) is int for n in (*found.size, *found.stride, *found.padding))
    assert found.centre == (sympy.Rational(31, 2), sympy.Rational(31, 2))


class Attend(sf.Layer):
    def forward(self, x):
        yield "scores", sf.contract((x[2], *x), x)
        return x


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (sf.Linear(3, 4), (3,), "needs a map"),
        (
            Attend(),
            (C, H, W),
            r"Attend does not say what it sees; give the layer a method sees\(self, x\)",
        ),
        (
            sf.Concat(sf.Conv2d(C, C, 1, stride=2), sf.Identity(), dim=2),
            (C, 4, 4),
            "does not say what it sees",
        ),
        (
            sf.Sequential(sf.Upsample(scale_factor=2), sf.Conv2d(C, C, k)),
            (C, H, W),
            r"needs numbers, got k - 1",
        ),
    ],
)
def test_what_cannot_be_said_says_why(layer, shape, said):
    if shape == (C, 4, 4):
        layer = sf.Concat(sf.Identity(), sf.Identity(), dim=2)
    with pytest.raises(sf.SymflopsError, match=said):
        field(layer, shape, batched=False if len(shape) == 1 else None)


def test_a_table_has_the_field_of_every_row():
    rows = sf.cost(sf.zoo.vgg16()).table(columns="layer,receptive_field").rows
    found = {str(row[0]).split()[0]: row[1] for row in rows}
    assert found["features.30"] == ((212, 212),)
    assert found["classifier.0"] is None


def test_fields_compose_in_any_order():
    a, b, c = (
        Field(sympy.Integer(step), ((sympy.Integer(-p), sympy.Integer(q - p)),))
        for step, p, q in ((2, 1, 3), (3, 0, 4), (1, 2, 6))
    )
    assert a.after(b.after(c)) == a.after(b).after(c)
    assert SAME.after(a) == a.after(SAME) == a
    assert a.repeated(sympy.Integer(3)) == a.after(a).after(a)
