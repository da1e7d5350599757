"""Models of the zoo: symbols in the place of sizes, and whole small networks watched being counted."""

import inspect
import pickle
import pkgutil
import subprocess
import sys

import pytest
import sympy
from models import model_cost

import symflops as sf
from symflops.outline import MOST_ROWS
from symflops.zoo.densenet import densenet
from symflops.zoo.googlenets import Inception
from symflops.zoo.inception import AVERAGE, GREATEST, Mixed
from symflops.zoo.listing import COLUMNS, listing
from symflops.zoo.published import DEFAULTS, INPUTS
from symflops.zoo.resnet import BasicBlock, Bottleneck, resnet
from symflops.zoo.segmentation import ASPP, DeepLabHead, FCNHead, Segmentation, Taps
from symflops.zoo.squeezenet import Fire
from symflops.zoo.training import TrainingOnly
from symflops.zoo.unets import CenterCrop, UNet, Up

C, D, H, K, L, W, g, r, w = sf.dims("C D H K L W g r w")
METRICS = ("params", "mults", "adds", "macs", "flops", "activations")

#: Models of so many classes; a family in symbols has a symbol there.
CLASSIFIERS = [
    name
    for name in sf.zoo.names()
    if "num_classes" in inspect.signature(getattr(sf.zoo, name)).parameters
    and DEFAULTS[name]["num_classes"].is_Integer
]

# symbols


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classes_are_a_symbol(name):
    """The classifier alone knows how many classes there are, and all metrics are linear in them."""
    model = sf.zoo.model(name, num_classes=K)
    cost, published = sf.cost(model), model_cost(name)
    assert sympy.degree(cost.params, K) == 1
    assert model.published == ()
    usual = int(DEFAULTS[name]["num_classes"])
    assert cost.at(K=usual).params == published.params
    assert sympy.expand(cost.macs.subs(K, usual) - published.macs) == 0


@pytest.mark.parametrize(
    ("model", "values", "published"),
    [
        (sf.zoo.resnet18(width=w), {"w": 64}, "resnet18"),
        (sf.zoo.resnet50(width=w, num_classes=K), {"w": 64, "K": 1000}, "resnet50"),
        (sf.zoo.resnet34(depths=(3, 4, L, 3)), {"L": 6}, "resnet34"),
        (sf.zoo.resnet50(depths=(3, 4, L, 3)), {"L": 23}, "resnet101"),
        (sf.zoo.resnext50_32x4d(groups=g), {"g": 32}, "resnext50_32x4d"),
        (sf.zoo.resnet50(groups=g, width_per_group=w), {"g": 32, "w": 4}, "resnext50_32x4d"),
        (sf.zoo.resnet101(groups=g, width_per_group=w), {"g": 64, "w": 4}, "resnext101_64x4d"),
        (sf.zoo.resnet50(width_per_group=w), {"w": 128}, "wide_resnet50_2"),
        (sf.zoo.resnet50_v1(depths=(3, L, 36, 3)), {"L": 8}, "resnet152_v1"),
        (sf.zoo.se_resnet50(reduction=r), {"r": 16}, "se_resnet50"),
        (sf.zoo.densenet121(growth_rate=g), {"g": 32}, "densenet121"),
        (sf.zoo.densenet121(block_config=(6, 12, L, 32)), {"L": 48}, "densenet201"),
        (sf.zoo.densenet121(block_config=(6, 12, L, L), growth_rate=g), {"L": 32, "g": 32}, "densenet169"),
        (sf.zoo.densenet161(num_init_features=2 * g, growth_rate=g), {"g": 48}, "densenet161"),
        (sf.zoo.vgg16(width=w), {"w": 64}, "vgg16"),
        (sf.zoo.unet(width=w, in_channels=C), {"w": 64, "C": 1}, "unet"),
    ],
    ids=repr,
)  # fmt: skip
def test_symbols_come_to_the_published_numbers(model, values, published):
    """In closed form and by building the model anew."""
    shape = INPUTS[published]
    size = {"H": shape[1], "W": shape[2]}
    symbolic, known = sf.cost(model), model_cost(published).at(**size)
    assert {symbol.name for symbol in symbolic.symbols} == {*values, "H", "W"}
    numbers = {symbol: (values | size)[symbol.name] for symbol in symbolic.symbols}
    built = symbolic.at(values).at(**size)
    for metric in METRICS:
        closed = getattr(symbolic, metric).subs(numbers)
        assert closed == getattr(known, metric) == getattr(built, metric), metric


def test_values_build_the_model_that_the_call_builds():
    model = sf.zoo.resnet50(depths=(3, 4, L, 3), num_classes=K)
    assert model.at(L=6, K=1000) == sf.zoo.resnet50()
    assert model.at(L=6, K=1000).published == sf.zoo.resnet50().published != ()
    assert repr(model.at(L=23)) == "zoo.resnet50(num_classes=K, depths=(3, 4, 23, 3))"
    assert sf.cost(model).at(L=6)["layer3.5.conv2"].params == 589_824
    assert sf.cost(sf.zoo.resnet50(depths=(3, 4, L, 3)))["layer3.1.0"].params == 1_117_184
    assert model.at(K=L).symbols == {L}
    inside = sf.Sequential(sf.zoo.densenet121(growth_rate=g))
    assert inside.at(g=32) == sf.Sequential(sf.zoo.densenet121())


def test_a_model_can_be_sent_to_another_process():
    for model in (sf.zoo.vgg16(), sf.zoo.vgg11(num_classes=K), sf.zoo.unet(width=w)):
        sent = pickle.dumps(model)
        assert pickle.loads(sent) == model  # noqa: S301 - our own
        run = f"import pickle, symflops as sf; print(sf.cost(pickle.loads({sent!r})).params)"
        done = subprocess.run(
            [sys.executable, "-c", run], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == str(sf.cost(model).params)


def test_densenet_is_quadratic_in_its_growth():
    """Convolutions of C·bn·g and bn·g·g·9: products and weights in g², maps in g."""
    cost = sf.cost(sf.zoo.densenet121(growth_rate=g), assume=("4 | g", "32 | H", "32 | W"))
    for metric, degree in (("params", 2), ("macs", 2), ("activations", 1)):
        value = sympy.expand(getattr(cost, metric))
        assert value.is_polynomial(g), metric
        assert sympy.degree(value, g) == degree, metric
    assert cost.at(g=32, H=224, W=224).params == 7_978_856
    assert cost.at(g=32, H=224, W=224).macs == 2_834_161_664


def test_a_dense_block_is_quadratic_in_its_depth():
    """Σ_i 4g·(C + i·g) + 36·g² = 4g·(C·L + g·L·(L - 1)/2) + 36·g²·L products a position."""
    model = sf.zoo.densenet121(growth_rate=g, block_config=(L,), num_init_features=C)
    block = sf.cost(model, assume=("4 | H", "4 | W"))["features.denseblock1"]
    expected = 4 * g * (C * L + g * L * (L - 1) / 2) + 36 * g**2 * L
    assert sympy.expand(block.macs - expected * H * W / 16) == 0
    assert block.output == (C + L * g, H / 4, W / 4)


def test_stages_of_resnet_are_linear_in_their_depths():
    depths = sf.dims("L1 L2 L3 L4")
    cost = sf.cost(sf.zoo.resnet50(depths=depths), assume=("32 | H", "32 | W"))
    block = 17 * D**2  # weights of the convolutions at width D: 4·D² + 9·D² + 4·D²
    for i, depth in enumerate(depths):
        width = 64 * 2**i
        norms = 2 * (width + width + 4 * width)
        assert cost.params.coeff(depth) == block.subs(D, width) + norms
    assert cost.params.subs(dict(zip(depths, (3, 8, 36, 3), strict=True))) == 60_192_808


def test_cardinality_cancels():
    """Xie et al. 2017, section 3.2: the 3 × 3 has g·d·d·9 weights a block for g groups of d channels."""
    d = sf.dim("d")
    cost = sf.cost(sf.zoo.resnet50(groups=g, width_per_group=d))
    assert cost["layer1.1.conv2"].params == 9 * g * d**2
    assert cost["layer1.1.conv1"].params == 256 * g * d
    assert not cost.conditions


def test_unet_in_closed_form():
    """Ronneberger et al. 2015, section 3: 572 × 572 in, 388 × 388 out, at every level an even map."""
    plain = sf.cost(sf.zoo.unet())
    assert plain.output == (
        2,
        *(16 * sympy.floor(n / 16 + sympy.Rational(1, 4)) - 188 for n in (H, W)),
    )
    assert [str(c) for c in plain.conditions] == ["H >= 188", "W >= 188"]
    even = sf.cost(sf.zoo.unet(), assume=("16 | H + 4", "16 | W + 4"))
    assert even.output == (2, H - 184, W - 184)
    assert even.macs.is_polynomial(H, W)
    same = sf.cost(sf.zoo.unet(padding="same"), assume=("16 | H", "16 | W"))
    assert (same.output, same.macs) == ((2, H, W), 733_888 * H * W)
    assert [str(c) for c in sf.cost(sf.zoo.unet(padding="same")).conditions] == [
        "H >= 16",
        "W >= 16",
    ]


def test_dilated_stages_keep_their_maps():
    """A dilated ResNet has the weights of the plain one, and a map 16 times as large behind it."""
    plain = sf.cost(sf.zoo.resnet50(), assume=("32 | H", "32 | W"))
    dilated = sf.zoo.resnet50(replace_stride_with_dilation=(False, True, True))
    cost = sf.cost(dilated, assume=("32 | H", "32 | W"))
    assert cost.params == plain.params
    assert cost["layer4"].output == (2048, H / 8, W / 8)
    assert cost["layer4.1.conv2"].macs == 16 * plain["layer4.1.conv2"].macs
    paths = ("layer2.1", "layer3.0", "layer3.1", "layer4.0", "layer4.1")
    dilations = [cost[f"{path}.conv2"].tree.layer.dilation for path in paths]
    assert dilations == [1, 1, 2, 2, 4]  # those of torchvision's network


# whole small networks

MIXED = (
    (("a", 2, 1),),
    (("b", 2, 1), ("c", 3, (1, 3)), (("d", 2, (1, 3)), ("e", 3, (3, 1)))),
    (AVERAGE, ("f", 2, 1)),
)
REDUCED = ((("g", 2, 3, 2),), (("h", 2, 1), ("i", 1, 3, 2)), (GREATEST,))
SQUEEZED = sf.Sequential(
    sf.Conv2d(3, 4, 3, stride=2),
    sf.MaxPool2d(3, stride=2, ceil_mode=True),
    Fire(4, 2, 3, 3),
    sf.MaxPool2d(3, stride=2, ceil_mode=True),
    Fire(6, 2, 2, 3),
)
DILATED = resnet(Bottleneck, (1, 1, 1, 1), 3, 2, dilate=(False, True, True))
HEAD = sf.Sequential(sf.AdaptiveAvgPool2d(1), sf.Flatten(), sf.Linear(3, 5))
SMALL = {
    "basic": (resnet(BasicBlock, (2, 1), 3, 2), (3, 17, 16)),
    "bottleneck": (resnet(Bottleneck, (2, 1), 3, 4), (3, 17, 16)),
    "groups": (resnet(Bottleneck, (1, 2), 3, 4, groups=2, base_width=32), (3, 17, 16)),
    "excited": (resnet(Bottleneck, (1, 1), 3, 4, stride_first=True, reduction=4), (3, 17, 16)),
    "symbolic depth": (resnet(BasicBlock, (1, L), 3, 2), (3, 17, 16)),
    "dense": (densenet(2, (2, 3), 4, 2, 0, 3), (3, H, W)),
    "dense, symbolic": (densenet(2, (L, 2), 4, 2, 0, 3), (3, 17, 16)),
    "fire": (SQUEEZED, (3, H, W)),
    "inception": (Inception(4, 2, 2, 3, 2, 3, 2), (4, H, W)),
    "mixed": (sf.Sequential(Mixed(4, MIXED), Mixed(9, REDUCED)), (4, H, W)),
    "training only": (sf.Sequential(sf.Conv2d(2, 3, 1), TrainingOnly(HEAD, (3, 7, 7))), (2, H, W)),
    "u-net": (UNet(1, 2, 1, "same"), (1, 17, 16)),
    "crop": (CenterCrop((2, 3)), (2, H + 3, W + 3)),
    "fcn": (
        Segmentation(Taps(DILATED, ("layer4", "layer3")), FCNHead(64, 2), FCNHead(32, 2)),
        (3, 17, 16),
    ),
    "pyramid": (sf.Sequential(Taps(DILATED, ("layer2",)), ASPP(16, (1, 2), 3)), (3, 17, 16)),
}


@pytest.mark.parametrize("name", SMALL)
def test_small_networks_are_what_they_count(name):
    layer, shape = SMALL[name]
    verified = sf.verify(sf.cost(layer, shape))
    assert verified, verified


def test_one_step_up_with_its_crop():
    assert sf.verify(sf.cost(Up(2), [(4, H, W), (2, 2 * H + 5, 2 * W + 4)]))


# what is refused


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: sf.zoo.resnet50(depths=(3, 0, 6, 3)), "depths needs whole numbers of at least 1"),
        (lambda: sf.zoo.resnet50(depths=3), "depths must list sizes"),
        (
            lambda: sf.zoo.resnet50(replace_stride_with_dilation=(True,)),
            "needs 3 entries, one for each stage after the first, got (True,)",
        ),
        (
            lambda: sf.zoo.resnet50(replace_stride_with_dilation=3),
            "needs 3 entries, one for each stage after the first, got 3",
        ),
        (lambda: sf.zoo.densenet121(block_config=(6, 1.5)), "block_config needs whole numbers"),
        (lambda: sf.zoo.resnet50(num_classes="K"), "for a symbol write dim('K')"),
        (lambda: sf.cost(Mixed(4, MIXED), (5, H, W)), "Mixed expects 4 channels, got 5"),
        (lambda: sf.cost(CenterCrop(9), (2, 8, 8)), "CenterCrop cannot keep 9 of 8 positions"),
        (lambda: Taps(DILATED, ("layer5",)), "there is no layer 'layer5'"),
        (lambda: Taps(sf.ReLU(), ("0",)), "there is no layer '0'"),
        (lambda: sf.cost(sf.zoo.unet()).at(H=187, W=572), "padded height of at least 3"),
    ],
)
def test_refusals(make, text):
    with pytest.raises(sf.SymflopsError) as caught:
        make()
    assert text in str(caught.value)


def test_arguments_that_no_model_has():
    with pytest.raises(TypeError, match="depth"):
        sf.zoo.resnet50(depth=(3, 4, 6, 3))


def test_models_are_found_by_their_names():
    """Jupyter lists what dir() does, and Python suggests from it the name that is meant."""
    assert set(dir(sf.zoo)) == {*sf.zoo.names(), "model", "names"}
    run = "from symflops import zoo; zoo.resnet51"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=False)
    assert "no attribute 'resnet51'. Did you mean: 'resnet50'?" in done.stderr


# auxiliary heads, in parts


def test_weights_of_training_are_there_and_idle():
    cost = sf.cost(sf.zoo.inception_v3(num_classes=K), assume=("H >= 299", "W >= 299"))
    head = cost["AuxLogits"]
    assert head.params == 769 * K + 2_557_696
    assert [head.metric(metric) for metric in METRICS[1:]] == [0] * 5
    assert head.output == cost["Mixed_6e"].output
    assert cost.without("AuxLogits").params == cost.params - head.params
    assert cost.upto("AuxLogits").macs == cost.upto("Mixed_6e").macs
    table = sf.cost(sf.zoo.inception_v3()).table(depth=1)
    row = dict(zip((c.key for c in table.columns), table.rows[15], strict=True))
    assert (row["layer"], row["params"], row["macs"]) == ("AuxLogits TrainingOnly", 3_326_696, 0)


def test_heads_alone():
    shape = (8 * C, H, W)
    assert sf.cost(FCNHead(8 * C, K), shape).macs == 2 * C * H * W * (72 * C + K)
    assert sf.cost(DeepLabHead(C, K), (C, H, W)).output == (K, H, W)
    pyramid = sf.cost(ASPP(C, (6, 12), D), (C, H, W))
    assert sympy.expand(pyramid.macs - H * W * D * (19 * C + 4 * D) - C * D) == 0


# tables and lists


@pytest.mark.parametrize("name", sf.zoo.names())
def test_tables_fold_and_render(name):
    table = sf.cost(sf.zoo.model(name), INPUTS[name]).table()
    assert 2 < len(table.rows) <= MOST_ROWS
    for form in ("text", "markdown", "html", "latex", "csv"):
        assert getattr(table, f"to_{form}")()


def test_every_model_is_listed_with_its_numbers():
    table = listing()
    keys = [column.key for column in COLUMNS]
    rows = {row[0]: dict(zip(keys, row, strict=True)) for row in table.rows}
    families = set(sf.zoo.names()) - set(rows)
    assert list(rows) == [name for name in sf.zoo.names() if name not in families]
    assert families >= {"bert", "gpt", "llama", "mamba", "t5", "transformer", "vit", "whisper"}
    assert all(model_cost(name).params.free_symbols for name in families)
    assert table.notes[1][0].endswith(f"{', '.join(n for n in sf.zoo.names() if n in families)}.")
    assert all(row["params"] > 0 and row["macs"] > 0 for row in rows.values())
    assert rows["vgg16"]["computed"] == ""
    assert (rows["lenet5"]["computed"], rows["lenet5"]["macs"]) == ("MACs", 416_520)
    assert (rows["unet"]["input"], rows["unet"]["computed"]) == (((1, 572, 572),), "MACs")
    for name, row in rows.items():
        marked = set(filter(None, row["computed"].replace("MACs", "macs").split(" and ")))
        published = {
            n.quantity for n in sf.zoo.model(name).published if n.input in ((), row["input"][0])
        }
        assert marked == {"params", "macs"} - published, name


def test_no_module_hides_a_model():
    modules = {module.name for module in pkgutil.iter_modules(sf.zoo.__path__)}
    assert not modules & set(sf.zoo.names())
