"""Whole networks: AlexNet, VGG, ResNet, MobileNet and others, their sizes and their published numbers."""

from __future__ import annotations

from functools import cache

from claims.held import Held
from sympy import Rational

import symflops as sf

SIDE = {"H": 224, "W": 224}


@cache
def net(name, size=224, **options):
    """A network of the zoo on square images."""
    model = sf.cost(sf.zoo.model(name, **options))
    return model.at(H=size, W=size)


def alexnet():
    return net("alexnet_original", 227)


def single_column():
    """AlexNet in one column: the original without its groups."""

    def joined(old):
        return sf.Conv2d(
            old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding
        )

    return sf.zoo.alexnet_original().replace(sf.Conv2d, joined), (3, 227, 227)


def separate():
    """A filter of AlexNet's first layer for each number that it gives, with a bias of its own."""
    conv = alexnet()["conv1"]
    _, height, width = conv.output
    return height * width * conv.params


def classifier(*, bias):
    """The first two linear layers of AlexNet as Dive into Deep Learning has it."""
    return sf.Sequential(sf.Linear(6400, 4096, bias=bias), sf.Linear(4096, 4096, bias=bias)), (
        6400,
    )


def perceptron(*sizes):
    return sf.Sequential(*map(sf.Linear, sizes, sizes[1:])), sizes[:1]


def full_mobilenet():
    """MobileNet with a full convolution for each separable one."""
    widths = [64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]
    strides = [1, 2, 1, 2, 1, 2, *[1] * 5, 2, 1]
    convs = [
        sf.Conv2d(inp, out, 3, stride, 1, bias=False)
        for inp, out, stride in zip([3, 32, *widths], [32, *widths], [2, *strides], strict=False)
    ]
    return sf.Sequential(*convs, sf.AdaptiveAvgPool2d(1), sf.Flatten(), sf.Linear(1024, 1000)), (
        3,
        224,
        224,
    )


def googlenet_2014():
    """GoogLeNet as in the paper: 5 × 5 behind the narrowest reductions, biases, no normalisation."""

    def as_published(old):
        size = 5 if old.kernel_size == 3 and old.in_channels < 64 else old.kernel_size
        return sf.Conv2d(old.in_channels, old.out_channels, size, old.stride, (size - 1) // 2)

    network = sf.zoo.googlenet().replace("BatchNorm2d", sf.Identity())
    return sf.cost(network.replace("Conv2d", as_published), (3, 224, 224)).params


def unet():
    """U-Net of three channels whose last 3 × 3 has two of them, and then one."""
    body = sf.cost(sf.zoo.unet(in_channels=3)).without("outc")
    head = sf.Sequential(sf.Conv2d(64, 2, 3, padding="same"), sf.Conv2d(2, 1, 1))
    return body.params + sf.cost(head, (64, 388, 388)).params


def volumes():
    """Bytes of three maps of 64 channels, and of the gradients of each."""
    layer = sf.Conv2d(3, 64, 3, padding=1)
    return 4 * 2 * 3 * sf.cost(layer, (3, 224, 224)).activations


def columns():
    """im2col of AlexNet's first convolution."""
    return sf.Unfold(11, stride=4), (3, 227, 227)


def rectified_alone():
    """VGG-16's activations where what is rectified is written over."""
    trunk = sf.cost(sf.zoo.vgg16()).without("ReLU").without("avgpool")
    return 4 * trunk.at(**SIDE).activations


CLAIMS = {
    "S3-7": Held(
        lambda: alexnet()["conv1"],
        "flops",
        exact=lambda: alexnet()["conv1"].under("mac+bias").flops,
        strict=lambda: alexnet()["conv1"].flops,
    ),
    "S3-10": Held(lambda: alexnet()["conv1"], "params"),
    "S3-11": Held(alexnet, "params", text="latex"),
    "S3-12": Held(alexnet, "model_size", text="latex"),
    "CS-2": Held(separate),
    "CS-7": Held(volumes, text="≈ 72 MiB"),
    "CS-8": Held(columns, "activations"),
    "CS-9": Held(perceptron(3, 4, 4, 1), "params"),
    "CV-9": Held(classifier(bias=False), "model_size"),
    "CV-10": Held(
        classifier(bias=False),
        "flops",
        told={"convention": "2mac"},
        exact=lambda: sf.cost(*classifier(bias=False), "2mac").flops,
        alternatives=lambda: {
            "MACs": sf.cost(*classifier(bias=False)).macs,
            "FLOPs/2^20": Rational(sf.cost(*classifier(bias=False), "2mac").flops, 2**20),
        },
    ),
    "MB-9": Held(lambda: net("mobilenet_v1"), "params"),
    "MB-10": Held(full_mobilenet, "macs", text="latex"),
    "DN-3": Held(lambda: net("densenet121"), "params"),
    "SQ-1": Held(lambda: net("squeezenet1_0"), "params"),
    "SQ-2": Held(lambda: Rational(alexnet().params, net("squeezenet1_0").params), text="≈ 50"),
    "NT-1": Held(lambda: net("alexnet"), "params"),
    "NT-2": Held(lambda: net("alexnet"), "macs", text="latex"),
    "NT-3": Held(single_column, "params"),
    "NT-4": Held(alexnet, "macs", text="latex"),
    "NT-5": Held(alexnet, "model_size", text="233 MiB"),
    "NT-6": Held(rectified_alone, text="58 MiB"),
    "NT-9": Held(
        lambda: sf.cost(sf.zoo.vgg16()).upto("features.30").at(**SIDE),
        "flops",
        told={"convention": "2mac"},
        text="latex",
    ),
    "NT-10": Held(lambda: net("resnet50_v1"), "macs", text="latex"),
    "NT-12": Held(lambda: net("resnet50"), "params"),
    "NT-14": Held(lambda: net("resnet18"), "params"),
    "NT-18": Held(
        lambda: {
            "torchvision no aux": net("googlenet"),
            "torchvision with aux": net("googlenet", aux_logits=True),
        },
        "params",
        exact=lambda: net("googlenet").params,
        alternatives=lambda: {
            "torchvision no aux": net("googlenet").params,
            "torchvision with aux": net("googlenet", aux_logits=True).params,
            "paper network (5x5, bias)": googlenet_2014(),
        },
        text="latex",
    ),
    "NT-21": Held(unet),
    "NT-22": Held(lambda: net("lenet5", 32), "params"),
}
