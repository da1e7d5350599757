"""Segmentation over MobileNet V3-Large with a dilated last stage: DeepLabV3, and Lite R-ASPP.

>>> import symflops as sf
>>> sf.cost(sf.zoo.lraspp_mobilenet_v3_large(num_classes=sf.dim("K"))).params
170*K + 3217968
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import ReLU, Sigmoid
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Add, Multiply, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d
from symflops.layers.resize import Upsample
from symflops.symbols import exact
from symflops.zoo.mobilenet_v3 import LARGE, PAPER, STEM, features, scaled
from symflops.zoo.published import Published, register, torchvision
from symflops.zoo.segmentation import DEEPLAB, DeepLabHead, FCNHead, Segmentation, Taps

if TYPE_CHECKING:
    from symflops.trace import Shape

LOW, HIGH = 4, 16  # the layers behind which the map is an eighth of the input, and the last one


def taps(*layers: int) -> Taps:
    """Return the dilated backbone, which returns what comes out of these layers."""
    rows = scaled(LARGE, exact(1), reduced_tail=False)
    return Taps(features(exact(STEM), rows, dilated=True), tuple(map(str, layers)))


def channels(layer: int) -> Any:
    """Return the channels behind a layer of the backbone."""
    return 6 * LARGE[-1].out if layer == HIGH else LARGE[layer - 1].out


class LRASPPHead(Layer):
    """Lite R-ASPP: the high map by 1 × 1, scaled by what is found from all of it; both maps classified.

    Source: Howard et al. 2019, section 6.4 and figure 10.
    """

    low_channels: Size
    high_channels: Size
    num_classes: Size
    inter_channels: Size = 128

    def forward(self, low: Shape, high: Shape) -> Forward:
        """Scale the high map, enlarge it to the low one, and add what both say of each class."""
        c = self.inter_channels
        cbr = Sequential(
            Conv2d(self.high_channels, c, 1, bias=False), BatchNorm2d(c), ReLU(inplace=True)
        )
        scale = Sequential(
            AdaptiveAvgPool2d(1), Conv2d(self.high_channels, c, 1, bias=False), Sigmoid()
        )
        x = yield "cbr", cbr, high
        s = yield "scale", scale, high
        x = yield "multiply", Multiply(), x, s
        x = yield "interpolate", Upsample(size=low[2:], mode="bilinear"), x
        low = yield "low_classifier", Conv2d(self.low_channels, self.num_classes, 1), low
        x = yield "high_classifier", Conv2d(c, self.num_classes, 1), x
        return (yield "add", Add(), low, x)


class LRASPP(Layer):
    """A backbone that returns two maps, a head for them, and the answer enlarged to the input's size."""

    backbone: Layer
    classifier: Layer

    def forward(self, x: Shape) -> Forward:
        """Classify the positions of the maps, and enlarge."""
        low, high = yield "backbone", self.backbone, x
        y = yield "classifier", self.classifier, low, high
        return (yield "interpolate", Upsample(size=x[2:], mode="bilinear"), y)


def _deeplabv3(num_classes: Any = 21, aux_loss: Any = True) -> Segmentation:  # noqa: FBT002
    """DeepLabV3 over MobileNet V3-Large, whose last stage is dilated: the map is a sixteenth of the input.

    As in the published numbers there is an auxiliary head on the map that is an eighth, unless ``aux_loss``
    is False; torchvision runs it at inference too.
    """
    head = DeepLabHead(channels(HIGH), num_classes)
    if not aux_loss:
        return Segmentation(taps(HIGH), head)
    return Segmentation(taps(HIGH, LOW), head, FCNHead(channels(LOW), num_classes))


def _lraspp(num_classes: Any = 21) -> LRASPP:
    """Lite R-ASPP over MobileNet V3-Large, whose last stage is dilated: maps of an eighth and a sixteenth."""
    return LRASPP(taps(LOW, HIGH), LRASPPHead(channels(LOW), channels(HIGH), num_classes))


def _published(params: int, macs: int) -> tuple[Published, ...]:
    return torchvision(params, macs, 520, "COCO_WITH_VOC_LABELS_V1")


deeplabv3_mobilenet_v3_large = register(
    "deeplabv3_mobilenet_v3_large", _deeplabv3, DEEPLAB, *_published(11_029_328, 10_452_447_938)
)
lraspp_mobilenet_v3_large = register(
    "lraspp_mobilenet_v3_large",
    _lraspp,
    PAPER.format("section 6.4"),
    *_published(3_221_538, 2_086_219_688),
)
