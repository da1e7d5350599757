"""Networks of images that are no convolutional classics: DeiT, Swin, network in network, transposed convolution."""

from __future__ import annotations

from claims.held import Held

import symflops as sf

C_in, C_out, H, W, g, k = sf.dims("C_in C_out H W g k")


def network_in_network():
    """A convolution 5 × 5, twice, and one 3 × 3, with two convolutions 1 × 1 behind each."""
    widths = [(5, 3, 192), (1, 192, 160), (1, 160, 96)]
    widths += [(5, 96, 192), (1, 192, 192), (1, 192, 192)]
    widths += [(3, 192, 192), (1, 192, 192), (1, 192, 10)]
    layers = []
    for size, inp, out in widths:
        if (size == 5 and inp > 3) or size == 3:
            layers.append(sf.MaxPool2d(3, 2, 1))
        layers += [sf.Conv2d(inp, out, size, padding="same"), sf.ReLU()]
    return sf.Sequential(*layers, sf.AdaptiveAvgPool2d(1), sf.Flatten()), (3, 32, 32)


CLAIMS = {
    "VT-7": Held(lambda: sf.cost(sf.zoo.swin_t()), "params", text="latex"),
    "VT-13": Held(lambda: sf.cost(sf.zoo.deit_small()).at(H=224, W=224), "macs", text="latex"),
    "NN-1": Held(network_in_network, "params"),
    "TP-1": Held((sf.ConvTranspose2d(C_in, C_out, k, k, groups=g), (C_in, H, W)), "params"),
}
