"""LeNet-5 (LeCun et al. 1998), as it is taught today."""

from __future__ import annotations

from typing import Any

from symflops.layers.activation import Tanh
from symflops.layers.combine import Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.pool import AvgPool2d
from symflops.layers.shape import Flatten
from symflops.zoo.published import Published, register


def _lenet5(num_classes: Any = 10) -> Sequential:
    """LeNet-5 for 1 × 32 × 32, in today's form.

    In the paper C3 sees only some of the maps, the subsampling has weights, and the output is a radial basis
    function: 60,000 parameters there, 61,706 here.
    """
    return Sequential(
        c1=Conv2d(1, 6, 5),
        tanh1=Tanh(),
        s2=AvgPool2d(2),
        c3=Conv2d(6, 16, 5),
        tanh3=Tanh(),
        s4=AvgPool2d(2),
        flatten=Flatten(),
        c5=Linear(16 * 5 * 5, 120),
        tanh5=Tanh(),
        f6=Linear(120, 84),
        tanh6=Tanh(),
        output=Linear(84, num_classes),
    )


lenet5 = register(
    "lenet5",
    _lenet5,
    "LeCun, Bottou, Bengio and Haffner 1998, Gradient-based learning applied to document recognition, "
    "section II.B",
    Published("params", 61_706, "Zhang et al., Dive into Deep Learning, section 7.6", (1, 32, 32)),
)
