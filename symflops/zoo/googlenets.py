"""GoogLeNet (Szegedy et al. 2015), as torchvision builds it: normalised, and 3 × 3 where the paper has 5 × 5.

>>> import symflops as sf
>>> K = sf.dim("K")
>>> sf.cost(sf.zoo.googlenet(num_classes=K)).params
1025*K + 5599904
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.layers.activation import ReLU
from symflops.layers.base import Forward, Layer, Size
from symflops.layers.combine import Concat, Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.norm import BatchNorm2d
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.published import register, torchvision
from symflops.zoo.training import TrainingOnly

if TYPE_CHECKING:
    from symflops.trace import Shape

PAPER = "Szegedy et al. 2015, Going deeper with convolutions, table 1"
#: Channels of a module's branches: 1 × 1; 3 × 3 with its reduction before; "5 × 5" with its own; after pooling.
MODULES = {
    "inception3a": (64, 96, 128, 16, 32, 32),
    "inception3b": (128, 128, 192, 32, 96, 64),
    "inception4a": (192, 96, 208, 16, 48, 64),
    "inception4b": (160, 112, 224, 24, 64, 64),
    "inception4c": (128, 128, 256, 24, 64, 64),
    "inception4d": (112, 144, 288, 32, 64, 64),
    "inception4e": (256, 160, 320, 32, 128, 128),
    "inception5a": (256, 160, 320, 32, 128, 128),
    "inception5b": (384, 192, 384, 48, 128, 128),
}
#: The pooling, and the auxiliary head, behind a module.
POOLS = {"inception3b": ("maxpool3", 3), "inception4e": ("maxpool4", 2)}
HEADS = {"inception4a": "aux1", "inception4d": "aux2"}


def basic_conv(in_channels: Any, out_channels: Any, kernel_size: Any, **options: Any) -> Sequential:
    """Return a convolution without bias, normalised and rectified."""
    return Sequential(
        conv=Conv2d(in_channels, out_channels, kernel_size, bias=False, **options),
        bn=BatchNorm2d(out_channels, eps=0.001),
        relu=ReLU(inplace=True),
    )


class Inception(Layer):
    """Four branches side by side, laid one behind the other (figure 2b).

    1 × 1; 1 × 1 and 3 × 3; 1 × 1 and what was 5 × 5; pooling and 1 × 1. torchvision, and the TensorFlow
    weights that it took over, have 3 × 3 in the third.
    """

    in_channels: Size
    ch1x1: Size
    ch3x3red: Size
    ch3x3: Size
    ch5x5red: Size
    ch5x5: Size
    pool_proj: Size

    @property
    def out_channels(self) -> Any:
        """The channels of all branches together."""
        return self.ch1x1 + self.ch3x3 + self.ch5x5 + self.pool_proj

    def forward(self, x: Shape) -> Forward:
        """Run the branches, and lay their outputs one behind the other."""
        c = self.in_channels
        one = yield "branch1", basic_conv(c, self.ch1x1, 1), x
        two = yield "branch2", _reduced(c, self.ch3x3red, self.ch3x3), x
        three = yield "branch3", _reduced(c, self.ch5x5red, self.ch5x5), x
        pool = MaxPool2d(3, stride=1, padding=1, ceil_mode=True)
        four = yield "branch4", Sequential(pool, basic_conv(c, self.pool_proj, 1)), x
        return (yield "concat", Concat(), one, two, three, four)


def _reduced(channels: Any, reduced: Any, out_channels: Any) -> Sequential:
    return Sequential(
        basic_conv(channels, reduced, 1), basic_conv(reduced, out_channels, 3, padding=1)
    )


def auxiliary(channels: Any, num_classes: Any, dropout: Any) -> TrainingOnly:
    """Return the head that training alone puts on a map of the middle (section 5)."""
    head = Sequential(
        avgpool=AdaptiveAvgPool2d((4, 4)),
        conv=basic_conv(channels, 128, 1),
        flatten=Flatten(),
        fc1=Linear(128 * 4 * 4, 1024),
        relu=ReLU(inplace=True),
        dropout=Dropout(dropout),
        fc2=Linear(1024, num_classes),
    )
    return TrainingOnly(head, (channels, 14, 14))


def _googlenet(
    num_classes: Any = 1000,
    aux_logits: Any = False,  # noqa: FBT002 - as in torchvision
    dropout: Any = 0.2,
    dropout_aux: Any = 0.7,
) -> Sequential:
    """GoogLeNet: a stem, nine Inception modules, and one linear layer.

    As in torchvision, every convolution is normalised, and what the paper calls 5 × 5 is 3 × 3.
    With ``aux_logits`` the weights of both auxiliary heads are counted; inference does not run them.
    """
    layers: dict[str, Layer] = {
        "conv1": basic_conv(3, 64, 7, stride=2, padding=3),
        "maxpool1": MaxPool2d(3, stride=2, ceil_mode=True),
        "conv2": basic_conv(64, 64, 1),
        "conv3": basic_conv(64, 192, 3, padding=1),
        "maxpool2": MaxPool2d(3, stride=2, ceil_mode=True),
    }
    channels: Any = 192
    for name, branches in MODULES.items():
        module = Inception(channels, *branches)
        layers[name], channels = module, module.out_channels
        if aux_logits and name in HEADS:
            layers[HEADS[name]] = auxiliary(channels, num_classes, dropout_aux)
        if name in POOLS:
            pool, kernel = POOLS[name]
            layers[pool] = MaxPool2d(kernel, stride=2, ceil_mode=True)
    return Sequential(
        **layers,
        avgpool=AdaptiveAvgPool2d((1, 1)),
        flatten=Flatten(),
        dropout=Dropout(dropout),
        fc=Linear(channels, num_classes),
    )


googlenet = register("googlenet", _googlenet, PAPER, *torchvision(6_624_904, 1_498_376_192))
