"""Receptive fields: published ones, closed forms over a symbolic depth, branches, and what cannot be said."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from models import model_cost

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
        ("mobilenet_v1", 315),
        ("inception_v3", 1311),
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
    found = model_cost(name).receptive_field
    assert found.size == (size, size)
    assert found.stride == (32, 32)
    assert found.aligned


#: google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md: (size, stride, padding) of every end point.
INCEPTION_V3 = {
    "Conv2d_1a_3x3": (3, 2, 0),
    "Conv2d_2a_3x3": (7, 2, 0),
    "Conv2d_2b_3x3": (11, 2, 2),
    "maxpool1": (15, 4, 2),
    "Conv2d_3b_1x1": (15, 4, 2),
    "Conv2d_4a_3x3": (23, 4, 2),
    "maxpool2": (31, 8, 2),
    "Mixed_5b": (63, 8, 18),
    "Mixed_5c": (95, 8, 34),
    "Mixed_5d": (127, 8, 50),
    "Mixed_6a": (159, 16, 58),
    "Mixed_6b": (351, 16, 154),
    "Mixed_6c": (543, 16, 250),
    "Mixed_6d": (735, 16, 346),
    "Mixed_6e": (927, 16, 442),
    "Mixed_7a": (1055, 32, 490),
    "Mixed_7b": (1183, 32, 554),
    "Mixed_7c": (1311, 32, 618),
}
#: Their paddings are of TensorFlow's "SAME", which pads even sizes behind alone; size and stride are the same.
MOBILENET_V1 = [
    (3, 2),
    (7, 2),
    (11, 4),
    (19, 4),
    (27, 8),
    (43, 8),
    (59, 16),
    (91, 16),
    (123, 16),
    (155, 16),
    (187, 16),
    (219, 16),
    (251, 32),
    (315, 32),
]


def test_published_end_points():
    cost = sf.cost(sf.zoo.inception_v3())
    found = {path: triple(cost.upto(path).receptive_field) for path in INCEPTION_V3}
    assert found == {path: both(*expected) for path, expected in INCEPTION_V3.items()}
    cost = sf.cost(sf.zoo.mobilenet_v1())
    fields = [cost.upto(f"features.{i}").receptive_field for i in range(len(MOBILENET_V1))]
    assert [(f.size[0], f.stride[0]) for f in fields] == MOBILENET_V1


@pytest.mark.parametrize(
    ("depths", "sizes"),
    [
        ((3, 4, 6, 3), (35, 99, 291, 483)),
        ((3, 4, 23, 3), (35, 99, 835, 1027)),
        ((3, 24, 36, 3), (35, 419, 1571, 1763)),
    ],
)
def test_published_blocks_of_resnets(depths, sizes):
    """The same table, resnet_v1_50, _101 and _200: blocks 1 to 4, of these sizes wherever their stride stands."""
    cost = sf.cost(sf.zoo.resnet50_v1(depths=depths))
    found = [cost.upto(f"layer{i}").receptive_field.size[0] for i in (1, 2, 3, 4)]
    assert tuple(found) == sizes


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
    """Σ s^i·(k - 1) + 1, whatever the stride is; (s^L - 1)/(s - 1) in place of the sum where it is not 1."""
    net = sf.Repeat(sf.Conv2d(C, C, k, stride=s), L)
    total = sympy.Sum(s ** index("i"), (index("i"), 0, L - 1))
    assert sympy.expand(field(net).size[0] - (k - 1) * total - 1) == 0
    for stride, size in ((1, 9), (2, 31), (3, 81)):
        assert field(net).size[0].subs({s: stride, k: 3, L: 4}).doit() == size
    known = field(net, assume="s >= 2").size[0]
    assert sympy.expand(known - (s**L - 1) / (s - 1) * (k - 1) - 1) == 0


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


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_a_factor_that_is_a_fraction_counts_and_not_the_sizes_that_came_of_it(mode):
    """PyTorch looks at j/1.5, whether 25 positions became 37 or H became ⌊3H/2⌋."""
    for size in (24, 25, H):
        found = field(sf.Upsample(scale_factor=1.5, mode=mode), (2, size))
        assert found.stride == (sympy.Rational(2, 3),)
    sizes = field(sf.Upsample(scale_factor=1.5, mode=mode, recompute_scale_factor=True), (2, 25))
    assert sizes.stride == (sympy.Rational(25, 37),)


def test_neighbours_that_weigh_nothing_are_not_seen():
    one_axis = sf.Upsample(scale_factor=(2, 1), mode="bilinear")
    assert field(one_axis, (C, H, W)).size == (2, 1)
    corner = sf.Upsample(size=1, mode="linear", align_corners=True)
    assert triple(field(corner, (C, 24))) == ((1,), (24,), (0,))


def test_a_map_of_one_row_goes_on_along_the_other_axis():
    row = sf.Conv2d(4, 4, (1, 3))
    assert field(sf.Sequential(row, sf.SqueezeExcitation(4, 2), row), (4, 1, 20)).size == (1, 5)
    assert field(sf.Sequential(row, sf.Upsample(scale_factor=(1, 2)), row), (4, 1, 20)).size == (
        1,
        4,
    )


def test_positions_that_see_nothing():
    """Between the taps of a transposed convolution there is nothing, and every third position is one of these."""
    between = sf.Sequential(sf.ConvTranspose1d(2, 2, 1, stride=3), sf.Conv1d(2, 2, 1, 3, padding=1))
    for layer in (between, sf.Sequential(between, sf.Conv1d(2, 2, 3))):
        with pytest.raises(sf.NotClosedError, match="no position sees the input"):
            field(layer, (2, 24))


def test_symbols_behind_a_map_that_was_enlarged():
    """Which of two branches reaches further is a symbol's matter in every phase."""
    wide, narrow = (
        sf.Sequential(
            sf.Conv1d(C, C, size, padding="same"), sf.Upsample(scale_factor=2, mode="linear")
        )
        for size in (k, s)
    )
    net = sf.Sequential(sf.Add(wide, narrow), sf.Conv1d(C, C, 3))
    found = sf.cost(net, (C, N)).receptive_field.size[0]
    for at in ({k: 7, s: 3}, {k: 2, s: 9}, {k: 1, s: 1}):
        names = {symbol.name: value for symbol, value in at.items()}
        assert found.subs(at) == field(net.at(names), (C, 50)).size[0]


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


def test_repetitions_in_repetitions_are_walked_once():
    net = sf.Conv2d(C, C, 3, padding=1)
    for _ in range(40):
        net = sf.Repeat(net, 2)
    assert field(net).size == (2**41 + 1,) * 2


def test_blocks_that_turn_axes_are_followed_one_by_one():
    turn = sf.Sequential(sf.Conv2d(C, C, (3, 5), padding="same"), sf.Permute((0, 1, 3, 2)))
    assert (
        field(sf.Repeat(turn, 4), (C, H, H)).size
        == field(sf.Sequential(*[turn] * 4), (C, H, H)).size
    )
    with pytest.raises(sf.NotClosedError, match=r"turns axes; give the depth a number"):
        field(sf.Repeat(turn, L), (C, H, H))


def test_dilated_blocks_behind_a_transposed_convolution():
    """Position 1 sees nothing, and neither does what sees positions 2, 4, … of it."""
    blocks = [sf.Conv1d(2, 2, 3, dilation=2, padding=2)] * 3
    start = sf.ConvTranspose1d(2, 2, 1, stride=2)
    for net in (sf.Sequential(start, sf.Repeat(blocks[0], 3)), sf.Sequential(start, *blocks)):
        (found,) = sf.cost(net, (2, 24)).views[""].field.values()
        assert (found.at(0), found.at(1)) == ((-3, 3), None)


def test_stacks_in_stacks_keep_their_indices_apart():
    kernel = sf.family("k")

    def inner(i, j, kernel):
        return sf.Conv1d(4, 4, kernel[i + j], padding="same")

    net = sf.Stack(lambda i: sf.Stack(lambda j: inner(i, j, kernel), N), L)
    found = sf.cost(net, (4, H)).receptive_field.size[0]
    sizes = (2, 3, 1, 2)
    laid_out = [inner(i, j, sizes) for i in range(2) for j in range(3)]
    values = {L: 2, N: 3, kernel: sympy.Tuple(*sizes)}
    assert found.xreplace(values).doit() == field(sf.Sequential(*laid_out), (4, 400)).size[0]


def test_products_in_products_keep_their_indices_apart():
    """The stride of two blocks that depend on i, and of all before block i, which has an index of its own."""
    stride = sf.family("s")
    block = lambda i: sf.Stack(lambda j: sf.Conv1d(4, 4, 3, stride=stride[i + j]), 2)  # noqa: E731
    found = sf.cost(sf.Stack(block, L), (4, H)).receptive_field.size[0]
    sizes = (1, 3, 2, 2)
    laid_out = [sf.Conv1d(4, 4, 3, stride=sizes[i + j]) for i in range(3) for j in range(2)]
    at = {L: 3, stride: sympy.Tuple(*sizes)}
    assert found.xreplace(at).doit() == field(sf.Sequential(*laid_out), (4, 4000)).size[0]


def test_what_sees_everything_in_the_first_block_of_a_symbolic_depth():
    block = lambda i: sf.Sequential(  # noqa: E731
        sf.Conv1d(C, C, 2 * i + 3, padding=i + 1),
        sf.AdaptiveAvgPool1d(1),
        sf.Upsample(size=8),
    )
    assert field(sf.Stack(block, L), (C, 8)).size == (3,)


def test_parts_of_a_cost():
    cost = sf.cost(sf.zoo.resnet50())
    assert cost["layer1"].receptive_field.size == (7, 7)
    assert cost.upto("layer2.0.conv2").receptive_field.size == (43, 43)
    assert cost.upto("layer2.0.downsample").receptive_field.size == (35, 35)
    assert cost.without("ReLU").receptive_field == cost.receptive_field
    deep = sf.cost(sf.Repeat(sf.Residual(sf.Conv2d(C, C, 3, padding=1)), 8), (C, H, W))
    assert [deep.upto(path).receptive_field.size[0] for path in ("0", "3.body", "7")] == [3, 9, 17]


def test_what_is_taken_out_hands_on_what_it_got():
    net = sf.Sequential(sf.Conv1d(4, 4, 3, padding=1), sf.Residual(sf.Conv1d(4, 4, 5, padding=2)))
    cost = sf.cost(net, (4, 24))
    assert cost.without("1.body").receptive_field.size == (3,)
    with pytest.raises(sf.NotClosedError, match=r"without 1\.add, where several tensors came"):
        cost.without("1.add").receptive_field  # noqa: B018
    deep = sf.cost(sf.Repeat(sf.Sequential(a=net, b=sf.ReLU()), 4), (4, 24))
    assert deep.upto("2").upto("1.a").receptive_field.size == (13,)


def test_numbers_are_ints_and_the_whole_prints():
    found = sf.cost(sf.zoo.vgg16()).at(H=224, W=224).receptive_field
    assert str(found) == "size 212 × 212, stride 32 × 32, padding 90 × 90"
    assert all(type(n) is int for n in (*found.size, *found.stride, *found.padding))
    assert found.centre == (sympy.Rational(31, 2), sympy.Rational(31, 2))


class Attend(sf.Layer):
    def forward(self, x):
        yield "scores", sf.contract((x[2], *x), x)
        return x


class Window(sf.Layer):
    """Sees three neighbours, and says so in the words given."""

    said: object

    def forward(self, x):
        yield "window", sf.contract((3, *x), x)
        return (*x[:2], x[2] - 2)

    def sees(self, x):  # noqa: ARG002 - said beforehand
        return self.said()


def three(*span):
    return lambda: [(0, SAME), None, (2, Field(1, (span or (0, 2),)))]


def test_a_layer_of_ones_own_says_what_it_sees():
    net = sf.Sequential(sf.Conv1d(C, C, 3), Window(three()), sf.Conv1d(C, C, 3))
    assert field(net, (C, 24)).size == (7,)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (
            lambda: 3,
            r"Window\.sees \(1\) returned 3; return a tuple with an entry for each of the 3 axes",
        ),
        (lambda: ((0, SAME), None), "for each of the 3 axes"),
        (lambda: ((0, SAME), None, (2, 3)), "axis of the input, Field"),
        (lambda: ((0, SAME), (2, SAME), (2, SAME)), "no axis twice"),
        (lambda: ((0, SAME), None, (7, SAME)), "axis of the input"),
        (three(4, 1), "spans from first to last"),
        (lambda: ((0, SAME), None, (2, Field(1, (0, 2)))), r"must be a tuple of \(first, last\)"),
        (lambda: ((0, SAME), None, (2, Field(0, ((0, 2),)))), "a step and grain of at least 1"),
        (
            lambda: ((0, SAME), None, (2, Field("s", ((0, 2),)))),
            "expected a number or an expression",
        ),
    ],
)
def test_what_a_layer_of_ones_own_says_is_looked_at(said, message):
    with pytest.raises(sf.ArgumentError, match=message):
        field(sf.Sequential(sf.Conv1d(C, C, 3), Window(said)), (C, 24))


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


def test_unequal_layers_are_grouped_by_their_strides():
    """Araujo, Norris and Sim 2019, equation 2, for three layers."""
    kernels, strides = sf.dims("k_1 k_2 k_3"), sf.dims("s_1 s_2 s_3")
    pairs = zip(kernels, strides, strict=True)
    net = sf.Sequential(*(sf.Conv1d(C, C, kernel, stride=step) for kernel, step in pairs))
    (a, b, c), (p, q, _) = kernels, strides
    assert field(net, (C, N)).size == ((c - 1) * p * q + (b - 1) * p + a,)


D, h = sf.dims("D h")


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (sf.TransformerEncoderLayer(D, h), (N, D), (1, 1, 0)),
        (sf.MambaBlock(D, d_conv=k), (N, D), (k, 1, k - 1)),
        (sf.Mamba2Block(8, 4, headdim=4), (N, 8), (4, 1, 3)),
        (sf.LSTM(4, 5), (N, 4), (1, 1, 0)),
        (sf.MultiheadAttention(D, h, batch_first=False), (N, 7, D), (1, 1, 0)),
        (sf.Sequential(sf.LayerNorm(D), sf.MultiheadAttention(D, h)), (N, D), (1, 1, 0)),
        (sf.zoo.mamba_130m(), (N,), (4, 1, 3)),
        (sf.zoo.gpt2(), (N,), (1, 1, 0)),
        (sf.zoo.t5(), None, (1, 1, 0)),
    ],
)
def test_of_a_sequence_positions_are_followed_until_a_layer_sees_them_all(layer, shape, expected):
    assert triple(field(layer, shape)) == tuple((size,) for size in expected)


def test_in_a_table_of_attention_its_projections_see_their_own_position():
    rows = sf.cost(sf.MultiheadAttention(D, h), (N, D)).table("layer,receptive_field").rows
    seen = {layer.split()[0]: size for layer, size in rows}
    assert seen["q_proj"] == seen["k_proj"] == seen["v_proj"] == ((1,),)
    assert {seen[name] for name in ("scores", "softmax", "weighting", "out_proj")} == {None}
    rows = sf.cost(sf.MambaBlock(D), (N, D)).table("layer,receptive_field").rows
    seen = {layer.split()[0]: size for layer, size in rows}
    assert (seen["in_proj"], seen["conv1d"], seen["scan"]) == (((1,),), ((4,),), None)


def test_of_several_inputs_what_is_seen_before_attention_is_told():
    assert triple(field(sf.zoo.dit_s_8(), None)) == both(8, 8, 0)
