"""Segmentation: FCN and DeepLabV3 over a dilated ResNet, as torchvision builds them.

>>> import symflops as sf
>>> K = sf.dim("K")
>>> sf.cost(sf.zoo.fcn_resnet50(num_classes=K)).params
770*K + 35306048
>>> sf.cost(sf.zoo.fcn_resnet50(), assume=("8 | H", "8 | W")).output
((21, H, W), (21, H, W))
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.errors import ArgumentError
from symflops.floors import quotient
from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.resize import Upsample
from symflops.layers.shape import Dropout
from symflops.zoo.published import Published, register, torchvision
from symflops.zoo.resnet import FIFTY, HUNDRED, Bottleneck, resnet

if TYPE_CHECKING:
    from symflops.trace import Shape

FCN = "Long, Shelhamer and Darrell 2015, Fully convolutional networks, section 4"
DEEPLAB = (
    "Chen, Papandreou, Schroff and Adam 2017, Rethinking atrous convolution for semantic image "
    "segmentation, section 3.3 and figure 5"
)


class Taps(Layer):
    """A network that is run until the last of ``names``; it returns the outputs of those that are named.

    Raises:
        ArgumentError: a name that none of the network's layers has.
    """

    network: Layer
    names: tuple[str, ...]

    def needs(self) -> Any:
        """Names of layers that are there."""
        known = [name for name, _ in getattr(self.network, "children", ())]
        for name in self.names:
            if name not in known:
                message = f"Taps: there is no layer {name!r}; the layers are {', '.join(known)}"
                raise ArgumentError(message)
        return ()

    def forward(self, x: Shape) -> Forward:
        """Run layer after layer, and keep what is asked for."""
        kept: dict[str, Shape] = {}
        for name, layer in self.network.children:  # type: ignore[attr-defined]
            x = yield name, layer, x
            if name in self.names:
                kept[name] = x
            if len(kept) == len(self.names):
                break
        return tuple(kept[name] for name in self.names)


def FCNHead(in_channels: Any, channels: Any) -> Sequential:
    """Return the head of FCN: 3 × 3 to a quarter of the channels, 1 × 1 to the classes.

    >>> import symflops as sf
    >>> C, K, H, W = sf.dims("C K H W")
    >>> sf.cost(FCNHead(4 * C, K), (4 * C, H, W)).macs
    C*H*W*(36*C + K)
    """
    inner = quotient(in_channels, 4)
    return Sequential(
        Conv2d(in_channels, inner, 3, padding=1, bias=False),
        BatchNorm2d(inner),
        ReLU(),
        Dropout(0.1),
        Conv2d(inner, channels, 1),
    )


class ASPPPooling(Layer):
    """The mean of the whole map, a 1 × 1 convolution of it, and a map filled with that."""

    in_channels: Size
    out_channels: Size

    def forward(self, x: Shape) -> Forward:
        """Pool, convolve, and enlarge to the size that there was."""
        y = yield "0", AdaptiveAvgPool2d(1), x
        y = yield "1", Conv2d(self.in_channels, self.out_channels, 1, bias=False), y
        y = yield "2", BatchNorm2d(self.out_channels), y
        y = yield "3", ReLU(), y
        return (yield "interpolate", Upsample(size=x[2:], mode="bilinear"), y)


def ASPP(in_channels: Any, atrous_rates: Any, out_channels: Any = 256) -> Sequential:
    """Return atrous spatial pyramid pooling: one map seen at several rates, and as a whole.

    Branches side by side: 1 × 1; 3 × 3 dilated by each of ``atrous_rates``; the mean of all. Then 1 × 1 over
    them all.

    >>> import symflops as sf
    >>> C, D, r, H, W = sf.dims("C D r H W")
    >>> sf.cost(ASPP(C, (r,), D), (C, H, W)).params
    D*(11*C + 3*D + 8)

    Source: Chen et al. 2017, section 3.3.
    """
    kernels = [(1, {}), *((3, {"padding": rate, "dilation": rate}) for rate in atrous_rates)]
    branches: list[Layer] = [
        Sequential(
            Conv2d(in_channels, out_channels, kernel, bias=False, **options),
            BatchNorm2d(out_channels),
            ReLU(),
        )
        for kernel, options in kernels
    ]
    branches.append(ASPPPooling(in_channels, out_channels))
    return Sequential(
        convs=Concat(*branches),
        project=Sequential(
            Conv2d(len(branches) * out_channels, out_channels, 1, bias=False),
            BatchNorm2d(out_channels),
            ReLU(),
            Dropout(0.5),
        ),
    )


def DeepLabHead(in_channels: Any, num_classes: Any, atrous_rates: Any = (12, 24, 36)) -> Sequential:
    """Return the head of DeepLabV3: pyramid pooling to 256 channels, 3 × 3, 1 × 1 to the classes.

    >>> import symflops as sf
    >>> sf.cost(DeepLabHead(2048, 21), (2048, 65, 65)).params
    16130837
    """
    return Sequential(
        ASPP(in_channels, atrous_rates),
        Conv2d(256, 256, 3, padding=1, bias=False),
        BatchNorm2d(256),
        ReLU(),
        Conv2d(256, num_classes, 1),
    )


class Segmentation(Layer):
    """A backbone, a classifier of its map, and the answer enlarged to the input's size.

    With ``aux_classifier`` the backbone returns a second map, and the model a second answer; torchvision
    runs it at inference too.
    """

    backbone: Layer
    classifier: Layer
    aux_classifier: Layer | None = None

    def forward(self, x: Shape) -> Forward:
        """Classify the positions of the backbone's map, and enlarge."""
        enlarge = Upsample(size=x[2:], mode="bilinear")
        if self.aux_classifier is None:
            y = yield "backbone", self.backbone, x
            y = yield "classifier", self.classifier, y
            return (yield "interpolate", enlarge, y)
        y, z = yield "backbone", self.backbone, x
        y = yield "classifier", self.classifier, y
        y = yield "interpolate", enlarge, y
        z = yield "aux_classifier", self.aux_classifier, z
        z = yield "aux_interpolate", enlarge, z
        return y, z


def _builder(head: Any, depths: tuple[int, ...]) -> Any:
    def build(num_classes: Any = 21, aux_loss: Any = True) -> Segmentation:  # noqa: FBT002
        """Segmentation over a ResNet whose last two stages are dilated: the map is an eighth of the input.

        As in the published numbers there is an auxiliary head on the third stage, unless ``aux_loss`` is False
        (torchvision's default where no weights are asked for); torchvision runs it at inference too.
        """
        network = resnet(Bottleneck, depths, 1000, 64, dilate=(False, True, True))
        if not aux_loss:
            return Segmentation(Taps(network, ("layer4",)), head(2048, num_classes))
        backbone = Taps(network, ("layer4", "layer3"))
        return Segmentation(backbone, head(2048, num_classes), FCNHead(1024, num_classes))

    return build


def _published(params: int, macs: int) -> tuple[Published, ...]:
    return torchvision(params, macs, 520, "COCO_WITH_VOC_LABELS_V1")


fcn_resnet50 = register(
    "fcn_resnet50", _builder(FCNHead, FIFTY), FCN, *_published(35_322_218, 152_716_512_000)
)
fcn_resnet101 = register(
    "fcn_resnet101", _builder(FCNHead, HUNDRED), FCN, *_published(54_314_346, 232_737_606_400)
)
deeplabv3_resnet50 = register(
    "deeplabv3_resnet50",
    _builder(DeepLabHead, FIFTY),
    DEEPLAB,
    *_published(42_004_074, 178_721_945_088),
)
deeplabv3_resnet101 = register(
    "deeplabv3_resnet101",
    _builder(DeepLabHead, HUNDRED),
    DEEPLAB,
    *_published(60_996_202, 258_743_039_488),
)
