"""Training and serving: memory of weights, gradients and activations, arithmetic intensity, FLOPs of a whole run.

Memory that training takes is no cost of a layer: such a claim is held against the formula that stands in the file.
"""

from __future__ import annotations

from claims.held import Held

import symflops as sf

B, D, F = sf.dims("B D F")
FORMULA = "a formula is held against another, and there are no conventions between them"
GROWING = {"growing": ["N", "d"]}


def product():
    """FLOPs for each byte of a product of matrices, each of which is moved once with two bytes an element."""
    found = sf.cost(sf.Linear(D, F, bias=False), (B, D), "2mac")
    return found.flops / (2 * (B * D + found.params + found.activations))


def products():
    """A hundred products, with nothing to add to."""
    return sf.cost(sf.Multiply(), [(100,), (100,)])


CLAIMS = {
    "EL-3": Held(),
    "SB-8": Held(),
    "SB-13": Held(product),
    "SB-21": Held(),
    "SB-23": Held(),
    "EA-5": Held(),
    "EA-8": Held(),
    "MG-1": Held(verdict="correct", why=FORMULA),
    "MG-3": Held(verdict="correct", why=FORMULA),
    "KV-14": Held(),
    "FA-5": Held(told=GROWING, text="latex"),
    "AM-3": Held(),
    "AM-4": Held(),
    "AM-5": Held(),
    "AM-9": Held(told={"at": {"a": 96, "s": 2048, "h": 12288}}),
    "ZR-1": Held(),
    "ZR-4": Held(),
    "IT-3": Held(),
    "IT-4": Held(text="latex"),
    "OP-1": Held(),
    "MX-2": Held(
        {"MAC instructions issued": products().mults, "FLOPs/2": products().flops / 2},
        exact=products().mults,
        alternatives={
            "MAC instructions issued": products().mults,
            "FLOPs/2": products().flops / 2,
        },
    ),
}
