"""Receptive fields: chains of layers in symbols, and published networks."""

from __future__ import annotations

from claims.held import Held

import symflops as sf

C, H, W, i, k, n = sf.dims("C H W i k n")
k_1, k_2, k_3, s_1, s_2, s_3 = sf.dims("k_1 k_2 k_3 s_1 s_2 s_3")
FIELD = "receptive_field"


def chain(*layers):
    """Convolutions of one size, each with its kernel and stride."""
    return sf.Sequential(*(sf.Conv2d(C, C, k, stride=s) for k, s in layers)), (C, H, W)


def field(model):
    (size,) = set(sf.cost(sf.zoo.model(model)).receptive_field.size)
    return size


def alexnet(layer):
    return lambda: sf.cost(sf.zoo.alexnet_original()).upto(layer)


def dilated():
    """Convolutions 0 … i of 3 × 3, each twice as wide apart as the one before."""
    return sf.Stack(lambda j: sf.Conv2d(C, C, 3, padding="same", dilation=2**j), i + 1), (C, H, W)


def temporal():
    """Bai et al. 2018, figure 1: n blocks of two causal convolutions each."""

    def block(j):
        return sf.Residual(
            sf.Sequential(
                sf.CausalConv1d(C, C, k, dilation=2**j), sf.CausalConv1d(C, C, k, dilation=2**j)
            )
        )

    return sf.Stack(block, n), (C, H)


CLAIMS = {
    "S3-1": Held(chain((k_1, s_1), (k_2, s_2)), FIELD),
    "S3-2": Held(alexnet("conv1"), FIELD),
    "S3-3": Held(alexnet("pool5"), FIELD),
    "CS-4": Held(chain((3, 1), (3, 1), (3, 1)), FIELD),
    "RF-1": Held(chain((k_1, s_1), (k_2, s_2), (k_3, s_3)), FIELD),
    "RF-2": Held(chain((k_1, s_1), (k_2, s_2)), FIELD),
    "RF-3": Held(alexnet("pool5"), FIELD),
    "RF-4": Held(lambda: sf.cost(sf.zoo.vgg16()), FIELD),
    "RF-5": Held(
        lambda: {name: sf.cost(sf.zoo.model(name)) for name in ("resnet50_v1", "resnet50")},
        FIELD,
        exact=lambda: field("resnet50_v1"),
        alternatives=lambda: {
            "v1 / TF-slim": field("resnet50_v1"),
            "v1.5 (torchvision)": field("resnet50"),
        },
    ),
    "RF-6": Held(lambda: sf.cost(sf.zoo.resnet152_v1()), FIELD),
    "RF-9": Held(dilated, FIELD),
    "RF-10": Held(temporal, FIELD),
}
