"""AlexNet: torchvision's single-column one, and the original in two groups."""

from __future__ import annotations

from typing import Any

from symflops.layers.activation import ReLU
from symflops.layers.combine import Sequential
from symflops.layers.conv import Conv2d
from symflops.layers.linear import Linear
from symflops.layers.norm import LocalResponseNorm
from symflops.layers.pool import AdaptiveAvgPool2d, MaxPool2d
from symflops.layers.shape import Dropout, Flatten
from symflops.zoo.published import Published, register, torchvision


def _alexnet(num_classes: Any = 1000, dropout: Any = 0.5) -> Sequential:
    """AlexNet with all filters in one column: five convolutions, three linear layers."""
    return Sequential(
        features=Sequential(
            Conv2d(3, 64, 11, stride=4, padding=2),
            ReLU(inplace=True),
            MaxPool2d(3, stride=2),
            Conv2d(64, 192, 5, padding=2),
            ReLU(inplace=True),
            MaxPool2d(3, stride=2),
            Conv2d(192, 384, 3, padding=1),
            ReLU(inplace=True),
            Conv2d(384, 256, 3, padding=1),
            ReLU(inplace=True),
            Conv2d(256, 256, 3, padding=1),
            ReLU(inplace=True),
            MaxPool2d(3, stride=2),
        ),
        avgpool=AdaptiveAvgPool2d((6, 6)),
        flatten=Flatten(),
        classifier=Sequential(
            Dropout(dropout),
            Linear(256 * 6 * 6, 4096),
            ReLU(inplace=True),
            Dropout(dropout),
            Linear(4096, 4096),
            ReLU(inplace=True),
            Linear(4096, num_classes),
        ),
    )


def _original(num_classes: Any = 1000) -> Sequential:
    """AlexNet as published, for 3 × 227 × 227: convolutions 2, 4 and 5 see half of the channels.

    The paper says 224 × 224, which does not give its 55 × 55 maps; 227 × 227 does. The linear layers fix the
    input size, so it is among the conditions.
    """
    return Sequential(
        conv1=Conv2d(3, 96, 11, stride=4),
        relu1=ReLU(inplace=True),
        norm1=LocalResponseNorm(5, k=2),
        pool1=MaxPool2d(3, stride=2),
        conv2=Conv2d(96, 256, 5, padding=2, groups=2),
        relu2=ReLU(inplace=True),
        norm2=LocalResponseNorm(5, k=2),
        pool2=MaxPool2d(3, stride=2),
        conv3=Conv2d(256, 384, 3, padding=1),
        relu3=ReLU(inplace=True),
        conv4=Conv2d(384, 384, 3, padding=1, groups=2),
        relu4=ReLU(inplace=True),
        conv5=Conv2d(384, 256, 3, padding=1, groups=2),
        relu5=ReLU(inplace=True),
        pool5=MaxPool2d(3, stride=2),
        flatten=Flatten(),
        fc6=Linear(256 * 6 * 6, 4096),
        relu6=ReLU(inplace=True),
        drop6=Dropout(),
        fc7=Linear(4096, 4096),
        relu7=ReLU(inplace=True),
        drop7=Dropout(),
        fc8=Linear(4096, num_classes),
    )


alexnet = register(
    "alexnet",
    _alexnet,
    "Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks",
    *torchvision(61_100_840, 714_188_480),
)
alexnet_original = register(
    "alexnet_original",
    _original,
    "Krizhevsky, Sutskever and Hinton 2012, ImageNet classification, section 3.5 and figure 2",
    Published("params", 60_965_224, "Caffe's bvlc_alexnet, the released weights", (3, 227, 227)),
)
