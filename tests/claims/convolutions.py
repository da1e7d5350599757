"""Convolutions and linear layers, one at a time: articles 000 to 004, CS231n, papers and tools."""

from __future__ import annotations

from functools import partial

from claims.held import Held

import symflops as sf

B, C, C_i, C_img, C_in, C_o, C_out, D_1, F, H, K, W, g, k = sf.dims(
    "B C C_i C_img C_in C_o C_out D_1 F H K W g k"
)
H_out, N_in, N_out, W_out = sf.dims("H_out N_in N_out W_out")
entries, results = sf.dims("I O")
c, c_1, c_2, c_i, c_o, h, h_2, k_h, k_w, o, o_1, o_2, w, w_2 = sf.dims(
    "c c_1 c_2 c_i c_o h h_2 k_h k_w o o_1 o_2 w w_2"
)


def conv(inp, out, kernel, *, bias=True, groups=1, size=(H, W)):
    """A convolution on a map that keeps its size, and that map."""
    layer = sf.Conv2d(inp, out, kernel, padding="same", groups=groups, bias=bias)
    return layer, (inp, *size)


def one_output(inp, kernel, *, bias=True):
    """What one number of the output takes: a map as large as the kernel, and one filter."""
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    return sf.Conv2d(inp, 1, kernel, bias=bias), (inp, height, width)


def linear(inp, out, *, bias=True):
    return sf.Linear(inp, out, bias=bias), (inp,)


def cost(target, convention="exact"):
    return sf.cost(*target, convention)


def flops(target, convention="exact"):
    return cost(target, convention).flops


kernel_of_two = partial(conv, C_in, C_out, (k_h, k_w))
square = partial(conv, C_in, C_out, k, size=(H_out, W_out))
capital = partial(conv, C_in, C_out, K, size=(H_out, W_out))
grouped = partial(conv, C_in, C_out, groups=g, size=(H_out, W_out))
small = partial(conv, c, o, k, size=(h, w))
three = partial(conv, c_1, c_2, 3, size=(h_2, w_2))
vgg_1 = partial(conv, 3, 64, 3, size=(224, 224))
vgg_4 = partial(conv, 256, 512, 3, size=(28, 28))

CLAIMS = {
    "S0-1": Held(
        kernel_of_two(),
        "params",
        exact=cost(kernel_of_two(bias=False)).params,
        strict=cost(kernel_of_two()).params,
    ),
    "S0-2": Held(kernel_of_two(bias=False), "params"),
    "S0-3": Held(one_output(C_in, (k_h, k_w), bias=False), "flops"),
    "S0-4": Held(kernel_of_two(bias=False), "flops"),
    "S0-5": Held(kernel_of_two(), "flops"),
    # of a formula: a layer would find the bias that makes it right
    "S0-6": Held(flops(kernel_of_two(bias=False)), strict=flops(kernel_of_two())),
    "S1-1": Held(kernel_of_two(), "params"),
    "S1-2": Held(
        linear(N_in, N_out),
        "flops",
        exact=flops(linear(N_in, N_out), "mac+bias"),
        strict=flops(linear(N_in, N_out)),
    ),
    "S1-3": Held(
        kernel_of_two(),
        "flops",
        exact=flops(kernel_of_two(), "mac+bias"),
        strict=flops(kernel_of_two()),
    ),
    # what one output takes: all of them in a map of one
    "S1-4": Held(
        cost(conv(C_in, C_out, (k_h, k_w), groups=g)).mults / (C_out * H * W),
    ),
    "S1-5": Held(
        vgg_1(),
        "params",
        exact=cost(vgg_1(bias=False)).params,
        strict=cost(vgg_1()).params,
    ),
    "S1-6": Held(conv(C_in, C_out, (k_h, k_w), size=(H_out, W_out)), "macs"),
    "S1-7": Held(
        vgg_1(bias=False),
        "flops",
        exact=cost(vgg_1()).macs,
        strict=flops(vgg_1(bias=False)),
    ),
    "S1-8": Held(
        vgg_4(),
        "params",
        exact=cost(vgg_4(bias=False)).params,
        strict=cost(vgg_4()).params,
    ),
    "S1-9": Held(vgg_4(), "flops", exact=cost(vgg_4()).macs, strict=flops(vgg_4())),
    "S1-10": Held(
        linear(7 * 7 * 512, 4096),
        "params",
        exact=cost(linear(7 * 7 * 512, 4096, bias=False)).params,
        strict=cost(linear(7 * 7 * 512, 4096)).params,
    ),
    "S1-11": Held(
        linear(4096, 4096),
        "params",
        exact=cost(linear(4096, 4096, bias=False)).params,
        strict=cost(linear(4096, 4096)).params,
    ),
    "S2-1": Held(one_output(c, k, bias=False), "flops"),
    "S2-2": Held((sf.Conv2d(1, 1, 3, bias=False), (1, 5, 5)), "flops"),
    "S2-3": Held(small(), "mults"),
    "S2-4": Held(small(), "adds"),
    # one operation, two, or three, as a text says that was put through a machine
    "S2-5": Held(
        {
            "pair=1 (MAC)": cost(small()).macs,
            "literal text pair=3": 3 * cost(small()).macs,
            "mult and add separate": flops(small()),
        },
        exact=flops(small()),
        alternatives={
            "pair=1 (MAC)": cost(small()).macs,
            "literal text pair=3": 3 * cost(small()).macs,
            "mult and add separate": flops(small()),
        },
    ),
    "S3-4": Held(
        one_output(c_1, 3),
        "mults",
        strict=flops(one_output(c_1, 3), "mac+bias"),
    ),
    "S3-5": Held(
        three(),
        "flops",
        exact=flops(three(), "mac+bias"),
        strict=flops(three()),
    ),
    "S3-6": Held(
        linear(o_1, o_2),
        "flops",
        exact=flops(linear(o_1, o_2), "mac+bias"),
        strict=flops(linear(o_1, o_2)),
    ),
    "S3-8": Held(conv(c_i, c_o, (h, w)), "params"),
    "S3-9": Held(linear(o_1, o_2), "params"),
    "S4-1": Held(
        capital(bias=False),
        "flops",
        exact=flops(capital()),
        strict=flops(capital(bias=False)),
    ),
    "S4-2": Held(
        grouped(K, bias=False),
        "flops",
        exact=flops(grouped(K)),
        strict=flops(grouped(K, bias=False)),
    ),
    "S4-8": Held(kernel_of_two(), "params"),
    "S4-9": Held(linear(N_in, N_out), "params"),
    "CS-1": Held(conv(D_1, K, F), "params"),
    "CV-1": Held(
        capital_of := conv(C_in, C_out, K),
        "flops",
        told={"convention": "exact"},  # under 2mac+2bias, which is this paper's, it is right
        alternatives={
            "bias free (folded)": flops(capital_of, "2mac"),
            "accumulator from 0 + 1 bias add": flops(capital_of, "2mac+bias"),
        },
    ),
    "CV-2": Held(
        linear(entries, results, bias=False), "flops", strict=flops(linear(entries, results))
    ),
    "CV-3": Held(conv(C_i, C_o, K, bias=False), "flops"),
    "CV-7": Held(
        sf.ratio(
            cost(conv(c_i, c_o, k, groups=g, bias=False)), cost(conv(c_i, c_o, k, bias=False))
        ),
    ),
    "CV-11": Held(linear(10**6, 10**6, bias=False), "params"),
    "CV-15": Held(
        (grouped(k)[0], (B, C_in, H_out, W_out)),
        "macs",
    ),
    "CV-19": Held(
        grouped(k),
        "flops",
        exact=flops(grouped(k), "2mac+bias"),
        strict=flops(grouped(k)),
    ),
    "LE-1": Held(conv(3, 8, 5), "params"),
    "LE-4": Held(linear(400, 120), "params"),
    "IN-6": Held(conv(192, 32, 5, bias=False, size=(28, 28)), "macs"),
}
