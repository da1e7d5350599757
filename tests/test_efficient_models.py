"""The efficient families of the zoo: published sizes, other widths, closed forms in α and ρ."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest
import sympy

import symflops as sf
from symflops.conditions import strongest
from symflops.facts import Facts, at_least, different, divides
from symflops.symbols import index
from symflops.trace import Condition
from symflops.zoo.blocks import ConvNormActivation, MBConv
from symflops.zoo.convnext import CNBlock, LayerScale
from symflops.zoo.efficientnets import Stage, efficientnet
from symflops.zoo.mobile_segmentation import LRASPPHead
from symflops.zoo.mobilenets import SEPARABLE
from symflops.zoo.multiples import rounded
from symflops.zoo.regnets import Line, RegNetBlock, regnet, stages

FAMILIES = ("mobilenet", "mnasnet", "shufflenet", "efficientnet", "regnet", "convnext")
SEGMENTATION = ("deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large")
with (Path(__file__).parent / "published" / "torchvision.csv").open() as table:
    ROWS = [
        row
        for row in csv.DictReader(table)
        if row["model"].startswith(FAMILIES) or row["model"] in SEGMENTATION
    ]

alpha, rho, s = (sf.dim(name, integer=False) for name in ("alpha", "rho", "s"))
C, D, H, W, K, L, w = sf.dims("C D H W K L w")


def counted(model, side=224):
    return sf.cost(model).at(H=side, W=side)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['model']} {row['input']}")
def test_what_torchvision_publishes(row):
    _, height, width = map(int, row["input"].split("x"))
    cost = sf.cost(sf.zoo.model(row["model"])).at(H=height, W=width)
    assert cost.params == int(row["params"])
    assert cost.macs == int(row["macs"])
    assert f"{cost.macs / 10**9:.3f}" == row["gmacs"]
    assert row["model"] in SEGMENTATION or cost.output == (1000,)


def test_no_size_is_missing():
    names = {name for name in sf.zoo.names() if name.startswith(FAMILIES)}
    assert names - {row["model"] for row in ROWS} == {"mobilenet_v1", "shufflenet_v1"}
    assert len({row["model"] for row in ROWS}) == 43


#: torchvision 0.29.1's networks at other widths: parameters, and FlopCounterMode's count halved, at 224.
WIDTHS = [
    ("mobilenet_v2", 0.1, 1_367_080, 26_659_648),
    ("mobilenet_v2", 0.35, 1_677_128, 59_285_808),
    ("mobilenet_v2", 0.5, 1_968_680, 97_131_840),
    ("mobilenet_v2", 0.75, 2_636_424, 209_069_792),
    ("mobilenet_v2", 1.4, 6_108_776, 582_195_824),
    ("mobilenet_v3_large", 0.1, 184_944, 9_008_704),
    ("mobilenet_v3_large", 0.75, 3_377_576, 140_033_816),
    ("mobilenet_v3_large", 1.3, 8_713_472, 366_460_872),
    ("mobilenet_v3_small", 0.35, 558_744, 11_238_936),
    ("mobilenet_v3_small", 1.1, 2_942_776, 66_277_104),
    ("mnasnet1_0", 0.25, 1_606_024, 41_540_752),
    ("mnasnet1_0", 1.1, 4_898_400, 363_135_984),
]


@pytest.mark.parametrize(("name", "width", "params", "macs"), WIDTHS)
def test_other_widths(name, width, params, macs):
    cost = counted(sf.zoo.model(name, width_mult=width))
    assert (cost.params, cost.macs) == (params, macs)


@pytest.mark.parametrize(
    ("width", "depth", "params", "macs"),
    [
        (0.5, 1, 1_712_522, 120_051_984),
        (1.3, 0.7, 7_325_552, 615_583_280),
        (1.4, 2.2, 24_237_700, 1_854_945_056),
    ],
)
def test_efficientnets_of_other_sizes(width, depth, params, macs):
    """torchvision 0.29.1's efficientnet_b0 with these multipliers, counted as above."""
    cost = counted(sf.zoo.efficientnet_b0(width_mult=width, depth_mult=depth))
    assert (cost.params, cost.macs) == (params, macs)


@pytest.mark.parametrize(
    ("name", "options", "params", "macs"),
    [
        ("mobilenet_v3_large", {"reduced_tail": True}, 2_569_352, 182_302_720),
        ("mobilenet_v3_large", {"dilated": True}, 5_483_032, 354_816_800),
        ("mobilenet_v2", {"width_mult": 0.5, "round_nearest": 1}, 1_965_448, 89_059_776),
    ],
)
def test_torchvisions_other_arguments(name, options, params, macs):
    cost = counted(sf.zoo.model(name, **options))
    assert (cost.params, cost.macs) == (params, macs)


def test_every_model_rounds_as_torchvision_does():
    """The nearest multiple, ties upwards, never below 90 %, and at least one."""
    for n in range(1, 4000):
        width = Fraction(n, 20)
        value = rounded(width)
        assert value % 8 == 0
        assert value >= 8
        assert 10 * value >= 9 * width
        nearest = value - 4 <= width < value + 4
        assert nearest or value == 8 or 10 * (value - 8) < 9 * width
    assert rounded(392, 16) == 400
    assert rounded(24 * alpha) == 24 * alpha


@pytest.mark.parametrize(
    ("side", "millions"),
    [(224, "569"), (192, "418"), (160, "290"), (128, "186")],
)
def test_resolutions_of_mobilenet(side, millions):
    """Howard et al. 2017, table 7; 290,675,200 is cut there, the others are rounded."""
    macs = counted(sf.zoo.mobilenet_v1(), side).macs
    assert millions in (f"{macs / 10**6:.0f}", str(macs // 10**6))


@pytest.mark.parametrize(
    ("width", "mult_adds", "millions", "params"),
    [
        (1, "569", "4.2", 4_231_976),
        (0.75, "325", "2.6", 2_585_560),
        (0.5, "149", "1.3", 1_331_592),
        (0.25, "41", "0.5", 470_072),
    ],
)
def test_widths_of_mobilenet(width, mult_adds, millions, params):
    """Howard et al. 2017, table 6; parameters to the unit: osmr/imgclsmob, gluon/README.md (MB-9)."""
    cost = counted(sf.zoo.mobilenet_v1(width_mult=width))
    assert f"{cost.macs / 10**6:.0f}" == mult_adds
    assert f"{cost.params / 10**6:.1f}" == millions
    assert cost.params == params


def test_mobilenet_without_what_is_learned_beside_weights():
    """568,740,352 products and 4,209,088 weights: BelfortXP/Lecture-14-classnote, roofline model."""
    cost = counted(sf.zoo.mobilenet_v1())
    assert cost.macs == 568_740_352
    assert cost.without("BatchNorm2d").params - 1000 == 4_209_088


def test_mobilenet_of_full_convolutions():
    """Howard et al. 2017, table 4: 4866 M and 29.3 M; exactly 4,867,293,184 and 29,294,088 (MB-10)."""
    channels, layers = 32, [ConvNormActivation(3, 32, stride=2)]
    for width, stride in SEPARABLE:
        layers.append(ConvNormActivation(channels, width, stride=stride))
        channels = width
    net = sf.Sequential(*layers, sf.AdaptiveAvgPool2d(1), sf.Flatten(), sf.Linear(1024, 1000))
    cost = sf.cost(net, (3, 224, 224))
    assert cost.macs == 4_867_293_184
    assert cost.params == 29_294_088
    assert cost.macs - 4_866 * 10**6 == 1_293_184


def mobilenet_by_hand(a, side):
    """Products and parameters of MobileNet, layer by layer as table 1 of its paper lists them."""
    side, channels = halved(side), 32 * a
    macs, params = 27 * channels * side**2, 27 * channels + 2 * channels
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
    for width, stride in [*plan, *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        side, out = halved(side) if stride == 2 else side, width * a
        macs += 9 * channels * side**2 + channels * out * side**2
        params += 9 * channels + 2 * channels + channels * out + 2 * out
        channels = out
    return macs + channels * 1000, params + channels * 1000 + 1000


def halved(side):
    return side / 2 if isinstance(side, sympy.Expr) and side.free_symbols else (side + 1) // 2


def test_mobilenet_in_closed_form():
    """α and ρ of Howard et al. 2017, sections 3.3 and 3.4."""
    shape = (3, 224 * rho, 224 * rho)
    model = sf.zoo.mobilenet_v1(width_mult=alpha)
    cost = sf.cost(model, shape, assume=("32 | 224*rho",))
    macs, params = mobilenet_by_hand(alpha, 224 * rho)
    assert sympy.expand(cost.macs - macs) == 0
    assert sympy.expand(cost.params - params) == 0
    assert cost.macs == alpha * (539_492_352 * alpha * rho**2 + 28_224_000 * rho**2 + 1_024_000)
    assert [str(c) for c in cost.conditions] == ["32 | 224*rho", "32*alpha is a whole number"]
    assert cost.at(alpha=0.75, rho=1).macs == 325_400_448
    assert cost.at(alpha=1, rho=Fraction(6, 7)).macs == 418_121_728
    with pytest.raises(sf.ConditionError, match=r"32 \| 224\*rho does not hold"):
        cost.at(rho=Fraction(1, 2))


@pytest.mark.parametrize("side", [224, 192, 191, 33, 1])
@pytest.mark.parametrize("width", [1, Fraction(3, 4), Fraction(5, 32)])
def test_mobilenet_by_hand(width, side):
    cost = counted(sf.zoo.mobilenet_v1(width_mult=width), side)
    assert (cost.macs, cost.params) == mobilenet_by_hand(width, side)
    symbolic = sf.cost(sf.zoo.mobilenet_v1(width_mult=alpha))
    assert symbolic.at(alpha=width, H=side, W=side).macs == cost.macs


def test_mobilenet_needs_whole_widths():
    with pytest.raises(sf.ArgumentError, match="out_channels must be a whole number, got 48/5"):
        sf.zoo.mobilenet_v1(width_mult=0.3)
    with pytest.raises(sf.SymflopsError):
        sf.cost(sf.zoo.mobilenet_v1(width_mult=alpha)).at(alpha=0.3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mobilenet_v2", 1),  # 1280 channels at the end for α up to 1
        ("mobilenet_v3_large", 4),  # its gates have a quarter of 72 α channels
        ("mobilenet_v3_small", 4),
        ("mnasnet1_0", 1),
        ("mnasnet1_0", 3),
        ("efficientnet_b0", 2),
    ],
)
def test_widths_in_symbols_are_those_of_numbers(name, value):
    """Where every width is a multiple of 8, the closed form is the network that the number builds."""
    cost = sf.cost(sf.zoo.model(name, width_mult=alpha), (3, H, W))
    known = sf.cost(sf.zoo.model(name, width_mult=value), (3, H, W))
    for metric in ("params", "macs", "flops", "activations"):
        difference = getattr(cost, metric).subs(alpha, value) - getattr(known, metric)
        assert sympy.expand(difference) == 0, metric
    assert cost.at(alpha=value, H=32, W=32).macs == known.at(H=32, W=32).macs


@pytest.mark.parametrize(
    ("name", "conditions"),
    [
        ("mobilenet_v2", ["8 | 16*alpha", "8 | 24*alpha", "1 >= alpha"]),
        ("mnasnet1_0", ["8 | 16*alpha", "8 | 24*alpha", "8 | 40*alpha"]),
        ("mobilenet_v3_small", ["8 | 4*alpha", "8 | 30*alpha"]),
        ("efficientnet_b0", ["8 | 16*alpha", "8 | 24*alpha", "8 | 40*alpha"]),
    ],
)
def test_the_strongest_conditions_are_listed(name, conditions):
    cost = sf.cost(sf.zoo.model(name, width_mult=alpha))
    assert [str(c) for c in cost.conditions] == conditions


def test_a_symbol_is_not_rounded():
    cost = sf.cost(sf.zoo.mobilenet_v2(width_mult=alpha))
    with pytest.raises(sf.ConditionError, match=r"8 \| 24\*alpha does not hold for alpha = 1/2"):
        cost.at(alpha=0.5)
    with pytest.raises(sf.ConditionError, match="1 >= alpha does not hold for alpha = 2"):
        cost.at(alpha=2)
    assert counted(sf.zoo.mobilenet_v2(width_mult=0.5)).macs == 97_131_840
    body = sf.cost(sf.zoo.mobilenet_v2(width_mult=alpha).body, (3, H, W))
    with pytest.raises(
        sf.ShapeError, match=r"8 \| 12 does not hold; build the model with a number"
    ):
        body.at(alpha=0.5)
    exactly = sf.cost(sf.zoo.mobilenet_v2(width_mult=alpha, round_nearest=1))
    assert "8 |" not in " ".join(map(str, exactly.conditions))
    assert exactly.at(alpha=0.5, H=224, W=224).macs == 89_059_776


def test_conditions_that_follow_from_others():
    a, M, i = alpha, sf.family("M"), index("i")
    rows = {
        (divides(8, 32 * a), divides(8, 16 * a)): ["8 | 16*alpha"],
        (divides(8, 16 * a), divides(8, 24 * a)): ["8 | 16*alpha", "8 | 24*alpha"],
        (divides(8, 16 * a), divides(1, 2 * a)): ["8 | 16*alpha"],
        (divides(1, 96 * a), divides(8, 16 * a), at_least(96 * a, 1)): ["8 | 16*alpha"],
        (at_least(16 * a, 9), divides(8, 16 * a)): ["16*alpha >= 9", "8 | 16*alpha"],
        (at_least(2 * H, 5), at_least(H, 2)): ["2*H >= 5"],
        (divides(4, H), divides(8, H - 1)): ["4 | H", "8 | H - 1"],
        (divides(a, W), at_least(W, a), at_least(W, 1)): ["alpha | W", "W >= 1"],
        (at_least(W, H), divides(H, W / 2), at_least(W, 2 * H)): ["H | W/2"],
        (divides(H, W / 2), at_least(W, 2)): ["H | W/2"],
        (divides(H, W / 2), at_least(W, 3)): ["H | W/2", "W >= 3"],
        (divides(H, W / 2), at_least(W, 2 * H + 1)): ["H | W/2", "W >= 2*H + 1"],
        (divides(H, W), at_least(H, W)): ["H | W", "H >= W"],
        (divides(H, 2 * W), at_least(W, H)): ["H | 2*W", "W >= H"],
        (divides(H, M[i]), at_least(M[i], H)): ["H | M[i]"],
        (divides(H, M[i]), at_least(M[i + 1], H)): ["H | M[i]", "M[i + 1] >= H"],
    }
    for relations, expected in rows.items():
        assert [str(c) for c in strongest(tuple(map(Condition, relations)))] == expected
    stated = (Condition(divides(16, H), "stated"), Condition(divides(8, H), "stated"))
    assert strongest(stated) == stated


def test_facts_about_rational_dimensions():
    facts = Facts((divides(32, 224 * rho), divides(12, 8 * C)))
    assert facts.decide(divides(1, 7 * rho))
    assert facts.decide(divides(1, rho)) is None
    assert facts.decide(divides(3, C))
    assert Facts((divides(8, 16 * alpha), divides(8, 24 * alpha))).decide(divides(1, alpha))
    assert Facts().decide(different(32 * alpha, 16 * alpha))
    assert Facts().decide(different(alpha, rho)) is None


SHUFFLENETS = [  # osmr/imgclsmob, gluon/README.md
    (1, 1, 1_531_936),
    (2, 1, 1_733_848),
    (3, 1, 1_865_728),
    (4, 1, 1_968_344),
    (8, 1, 2_434_768),
    (1, 0.75, 975_214),
    (3, 0.75, 1_238_266),
    (1, 0.5, 534_484),
    (3, 0.5, 718_324),
    (1, 0.25, 209_746),
    (3, 0.25, 305_902),
]


@pytest.mark.parametrize(("groups", "scale", "params"), SHUFFLENETS)
def test_shufflenet_of_groups_and_scale(groups, scale, params):
    model = sf.zoo.shufflenet_v1(groups=groups, scale=scale)
    assert sf.cost(model).params == params
    symbolic = sf.cost(sf.zoo.shufflenet_v1(groups=groups, scale=s))
    assert sympy.expand(symbolic.params).coeff(s, 0) == 1000
    if groups * scale in (1, 2, 3, 4, 8):  # widths that a quarter and the groups divide
        assert symbolic.at(s=scale, H=224, W=224).macs == counted(model).macs


@pytest.mark.parametrize(
    ("groups", "millions"), [(1, "143"), (2, "140"), (3, "137"), (4, "133"), (8, "137")]
)
def test_complexity_of_shufflenet(groups, millions):
    """Zhang et al. 2018, table 1: the products of all but the fully connected layer."""
    cost = counted(sf.zoo.shufflenet_v1(groups=groups))
    assert f"{cost.without('fc').macs / 10**6:.0f}" == millions


def test_shufflenet_v2_in_its_width():
    cost = sf.cost(sf.zoo.shufflenet_v2_x1_0(width=w))
    assert [str(c) for c in cost.conditions] == ["2 | w"]
    assert cost.at(w=116, H=224, W=224).macs == 144_907_992
    assert cost.at(w=176, H=224, W=224).params == 3_503_624
    with pytest.raises(sf.ArgumentError, match="oup must be even, got 5"):
        sf.zoo.shufflenet_v2_x1_0(width=5)


def test_convnext_in_width_and_depth():
    cost = sf.cost(sf.zoo.convnext_tiny(width=w, depths=(3, 3, L, 3), num_classes=K))
    # a block of 4w channels has 8·(4w)² weights, and 49 + 10 numbers a channel
    assert sympy.expand(cost.params).coeff(L) == 8 * (4 * w) ** 2 + 58 * 4 * w
    for L_, w_, name in [(9, 96, "tiny"), (27, 96, "small"), (27, 128, "base"), (27, 192, "large")]:
        known = counted(sf.zoo.model(f"convnext_{name}"))
        found = cost.at(L=L_, w=w_, K=1000, H=224, W=224)
        assert (found.params, found.macs, found.flops) == (known.params, known.macs, known.flops)


@pytest.mark.parametrize("name", ["mobilenet_v2", "regnet_y_400mf", "efficientnet_v2_s"])
def test_classes_may_be_a_symbol(name):
    cost = sf.cost(sf.zoo.model(name, num_classes=K))
    last = {"mobilenet_v2": 1280, "regnet_y_400mf": 440, "efficientnet_v2_s": 1280}[name]
    assert cost.params.coeff(K) == last + 1
    assert cost.at(K=1000).params == sf.cost(sf.zoo.model(name)).params


def test_lines_of_regnets():
    """Radosavovic et al. 2020, equations 2 to 4; depths as in their tables of the best models."""
    assert [depth for _, depth in stages(Line(22, 24, 24.48, 2.54, 16))] == [1, 2, 7, 12]
    assert stages(Line(27, 48, 20.71, 2.65, 24)) == [(48, 2), (120, 6), (336, 17), (888, 2)]


FUSED = (Stage(1, 3, 1, 4, 2, fused=True), Stage(2, 3, 2, 8, 2, fused=True), Stage(3, 3, 2, 8, 2))
TINY = {  # networks of few channels on small inputs, to be run
    "mobilenet_v1": (sf.zoo.mobilenet_v1(2, width_mult=Fraction(1, 32)), (3, 17, 16)),
    "mobilenet_v2": (sf.zoo.mobilenet_v2(2, 1 / 16, 1), (3, 9, 8)),
    "mobilenet_v3": (sf.zoo.mobilenet_v3_small(2, 1 / 16), (3, 9, 8)),
    "dilated": (sf.zoo.mobilenet_v3_large(2, 1 / 16, dilated=True), (3, 9, 8)),
    "mnasnet": (sf.zoo.mnasnet1_0(2, 1 / 16), (3, 3, 2)),
    "efficientnet": (sf.zoo.efficientnet_b0(2, 1 / 16, 0.5), (3, 9, 8)),
    "efficientnet_v2": (efficientnet(4, FUSED, 16, 2, 0.2), (3, 9, 8)),
    "regnet_x": (regnet(Line(4, 8, 8.0, 2.0, 4), 2, gated=False), (3, 9, 8)),
    "regnet_y": (regnet(Line(4, 8, 8.0, 2.0, 4), 2, gated=True), (3, 9, 8)),
    "convnext": (sf.zoo.convnext_tiny(2, 2, (1, 2, 1, 1)), (3, 33, 32)),
    "shufflenet_v1": (sf.zoo.shufflenet_v1(2, 1, Fraction(1, 12)), (3, 17, 16)),
    "shufflenet_v2": (sf.zoo.shufflenet_v2_x0_5(2, 4), (3, 9, 8)),
    "lraspp": (LRASPPHead(3, 4, 2, 5), [(3, 8, 7), (4, 4, 4)]),
}


@pytest.mark.parametrize("name", TINY)
def test_networks_are_run(name):
    model, shape = TINY[name]
    verified = sf.verify(sf.cost(model, shape))
    assert verified.holds, verified


@pytest.mark.parametrize(
    ("block", "shape"),
    [
        (LayerScale(C), (C, H, W)),
        (CNBlock(C), (C, H, W)),
        (MBConv(C, 2 * C, C, 3, 1, gate=sf.SqueezeExcitation(2 * C, D)), (C, H, W)),
        (MBConv(C, C, D, 5, 2, activation=sf.Hardswish()), (C, H, W)),
        (RegNetBlock(4 * C, 4 * C, C, gated=True), (4 * C, H, W)),
    ],
)
def test_blocks_are_run_over_symbols(block, shape):
    verified = sf.verify(sf.cost(block, shape))
    assert verified.holds, verified


def test_blocks_say_what_they_rest_on():
    def conditions(block):
        return [str(c) for c in sf.cost(block, (C, H, W)).conditions]

    assert conditions(MBConv(C, 2 * C, D)) == ["C != D"]
    assert conditions(MBConv(C, D, C, 3, 2)) == ["D != C"]
    assert conditions(MBConv(C, C, D, 3, 2)) == []
    with pytest.raises(sf.ConditionError, match="C != D does not hold for C = 4, D = 4"):
        sf.cost(MBConv(C, 2 * C, D), (C, H, W)).at(C=4, D=4)


PATHS = [
    (
        "mobilenet_v2",
        "features.2.conv.1.0",
        "Conv2d(96, 96, 3, stride=2, padding=1, groups=96, bias=False)",
    ),
    ("mobilenet_v3_large", "features.4.block.2.fc1", "Conv2d(72, 24, 1)"),
    ("mnasnet1_0", "layers.9.1.layers.3", "Conv2d(120, 120, 5, padding=2, groups=120, bias=False)"),
    ("shufflenet_v2_x1_0", "stage2.0.branch1.2", "Conv2d(24, 58, 1, bias=False)"),
    ("efficientnet_b0", "features.1.0.block.1.fc2", "Conv2d(8, 32, 1)"),
    ("regnet_y_400mf", "trunk_output.block1.block1-0.f.se.fc1", "Conv2d(48, 8, 1)"),
    ("convnext_tiny", "features.1.0.block.3", "Linear(96, 384)"),
    ("lraspp_mobilenet_v3_large", "classifier.scale.1", "Conv2d(960, 128, 1, bias=False)"),
]


@pytest.mark.parametrize(("name", "path", "layer"), PATHS)
def test_layers_have_torchvisions_names(name, path, layer):
    assert repr(sf.cost(sf.zoo.model(name))[path].tree.layer) == layer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sf.zoo.mobilenet_v2(width_mult=0), "width_mult must be a number above 0"),
        (lambda: sf.zoo.mobilenet_v1(width_mult=-1), "above 0 or a symbol, got -1"),
        (lambda: sf.zoo.mnasnet1_0(width_mult="wide"), "a symbol, got wide"),
        (lambda: sf.zoo.mobilenet_v2(round_nearest=0), "a whole number of at least 1, got 0"),
        (lambda: sf.zoo.efficientnet_b0(depth_mult=alpha), "depth_mult must be a number"),
        (lambda: sf.zoo.mobilenet_v3_large(dilated=2), "dilated must be True or False, got 2"),
        (lambda: sf.zoo.shufflenet_v1(groups=5), "one of 1, 2, 3, 4, 8; got 5"),
        (lambda: sf.zoo.shufflenet_v1(groups=4, scale=0.5), "divisible by groups = 4"),
        (lambda: sf.zoo.convnext_tiny(depths=(3, 3, 0, 3)), "at least 1, got 0"),
    ],
)
def test_arguments_that_no_network_has(make, message):
    with pytest.raises(sf.ArgumentError, match=message):
        make()
