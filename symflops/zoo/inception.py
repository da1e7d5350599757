"""Inception v3 (Szegedy et al. 2016), as torchvision builds it; for 3 × 299 × 299.

>>> import symflops as sf
>>> cost = sf.cost(sf.zoo.inception_v3())
>>> cost.params, cost["AuxLogits"].params, cost["AuxLogits"].flops
(27161264, 3326696, 0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.base import Forward, Layer, Size, per_axis
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import channels_match
from symflops.layers.linear import Linear
from symflops.layers.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.googlenets import basic_conv
from symflops.zoo.published import register, torchvision
from symflops.zoo.training import TrainingOnly

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = (
    "Szegedy, Vanhoucke, Ioffe, Shlens and Wojna 2016, Rethinking the Inception architecture, "
    "table 1 and figures 5 to 7"
)
AVERAGE, GREATEST = "average", "greatest"  # 3 × 3 pooling, at stride 1 and at stride 2
ROW, COLUMN = (1, 7), (7, 1)


def module_a(pool_features: int) -> tuple[Any, ...]:
    """Return the branches of figure 5: two 3 × 3 in the place of one 5 × 5."""
    return (
        (("branch1x1", 64, 1),),
        (("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        (("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)),
        (AVERAGE, ("branch_pool", pool_features, 1)),
    )


def module_c(c7: int) -> tuple[Any, ...]:
    """Return the branches of figure 6: rows of 7 and columns of 7."""
    return (
        (("branch1x1", 192, 1),),
        (("branch7x7_1", c7, 1), ("branch7x7_2", c7, ROW), ("branch7x7_3", 192, COLUMN)),
        (
            ("branch7x7dbl_1", c7, 1),
            ("branch7x7dbl_2", c7, COLUMN),
            ("branch7x7dbl_3", c7, ROW),
            ("branch7x7dbl_4", c7, COLUMN),
            ("branch7x7dbl_5", 192, ROW),
        ),
        (AVERAGE, ("branch_pool", 192, 1)),
    )


def fork(name: str) -> tuple[Any, ...]:
    """Return a row of 3 and a column of 3 side by side."""
    return ((f"{name}a", 384, (1, 3)), (f"{name}b", 384, (3, 1)))


#: From 35 × 35 to 17 × 17, and from 17 × 17 to 8 × 8 (figure 10); a last entry of 2 is the stride.
MODULE_B = (
    (("branch3x3", 384, 3, 2),),
    (("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3, 2)),
    (GREATEST,),
)
MODULE_D = (
    (("branch3x3_1", 192, 1), ("branch3x3_2", 320, 3, 2)),
    (
        ("branch7x7x3_1", 192, 1),
        ("branch7x7x3_2", 192, ROW),
        ("branch7x7x3_3", 192, COLUMN),
        ("branch7x7x3_4", 192, 3, 2),
    ),
    (GREATEST,),
)
#: Figure 7: forks at the end of two branches.
MODULE_E = (
    (("branch1x1", 320, 1),),
    (("branch3x3_1", 384, 1), fork("branch3x3_2")),
    (("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3), fork("branch3x3dbl_3")),
    (AVERAGE, ("branch_pool", 192, 1)),
)
MODULES = {
    "Mixed_5b": module_a(32),
    "Mixed_5c": module_a(64),
    "Mixed_5d": module_a(64),
    "Mixed_6a": MODULE_B,
    "Mixed_6b": module_c(128),
    "Mixed_6c": module_c(160),
    "Mixed_6d": module_c(160),
    "Mixed_6e": module_c(192),
    "Mixed_7a": MODULE_D,
    "Mixed_7b": MODULE_E,
    "Mixed_7c": MODULE_E,
}


class Mixed(Layer):
    """Branches side by side, laid one behind the other.

    A branch is a row of convolutions (name, channels, kernel, stride), of forks (several convolutions on
    one map) and of poolings. A convolution of stride 1 keeps the map; one of stride 2 is not padded.
    """

    in_channels: Size
    branches: Any

    @property
    def out_channels(self) -> Any:
        """The channels of all branches together."""
        return sum(self._channels(branch[-1]) for branch in self.branches)

    def _channels(self, last: Any) -> Any:
        if isinstance(last, str):
            return self.in_channels
        return sum(map(self._channels, last)) if isinstance(last[0], tuple) else last[1]

    def forward(self, x: Shape) -> Forward:
        """Run the branches, and lay their outputs one behind the other."""
        yield channels_match(self, x[1], self.in_channels)
        outputs = []
        for i, branch in enumerate(self.branches, 1):
            y = x
            for part in branch:
                y = yield from self._run(part, y, str(i))
            outputs.append(y)
        return (yield "concat", Concat(), *outputs)

    def _run(self, part: Any, x: Shape, branch: str) -> Forward:
        if part == AVERAGE:
            return (yield f"pool{branch}", AvgPool2d(3, stride=1, padding=1), x)
        if part == GREATEST:
            return (yield f"pool{branch}", MaxPool2d(3, stride=2), x)
        if isinstance(part[0], tuple):
            sides = []
            for side in part:
                sides.append((yield from self._run(side, x, branch)))  # noqa: PERF401 - it yields
            return (yield f"fork{branch}", Concat(), *sides)
        name, channels, kernel, *rest = part
        stride = rest[0] if rest else 1
        same = tuple((k - 1) / 2 for k in per_axis(kernel, 2, "kernel_size"))
        padding = same if stride == 1 else 0
        return (yield name, basic_conv(x[1], channels, kernel, stride=stride, padding=padding), x)


def auxiliary(num_classes: Any) -> TrainingOnly:
    """Return the head that training alone puts on the last 17 × 17 map (figure 8)."""
    head = Sequential(
        avgpool=AvgPool2d(5, stride=3),
        conv0=basic_conv(768, 128, 1),
        conv1=basic_conv(128, 768, 5),
        globalpool=AdaptiveAvgPool2d((1, 1)),
        flatten=Flatten(),
        fc=Linear(768, num_classes),
    )
    return TrainingOnly(head, (768, 17, 17))


def _inception_v3(
    num_classes: Any = 1000,
    aux_logits: Any = True,  # noqa: FBT002 - as in torchvision
    dropout: Any = 0.5,
) -> Sequential:
    """Inception v3: a stem, eleven modules of four kinds, and one linear layer.

    The weights of the auxiliary head are counted, as in the published number, unless ``aux_logits`` is False;
    inference does not run it.
    """
    layers: dict[str, Layer] = {
        "Conv2d_1a_3x3": basic_conv(3, 32, 3, stride=2),
        "Conv2d_2a_3x3": basic_conv(32, 32, 3),
        "Conv2d_2b_3x3": basic_conv(32, 64, 3, padding=1),
        "maxpool1": MaxPool2d(3, stride=2),
        "Conv2d_3b_1x1": basic_conv(64, 80, 1),
        "Conv2d_4a_3x3": basic_conv(80, 192, 3),
        "maxpool2": MaxPool2d(3, stride=2),
    }
    channels: Any = 192
    for name, branches in MODULES.items():
        module = Mixed(channels, branches)
        layers[name], channels = module, module.out_channels
        if aux_logits and name == "Mixed_6e":
            layers["AuxLogits"] = auxiliary(num_classes)
    return Sequential(
        **layers,
        avgpool=AdaptiveAvgPool2d((1, 1)),
        dropout=Dropout(dropout),
        flatten=Flatten(),
        fc=Linear(channels, num_classes),
    )


inception_v3 = register(
    "inception_v3", _inception_v3, PAPER, *torchvision(27_161_264, 5_713_216_096, 299)
)
