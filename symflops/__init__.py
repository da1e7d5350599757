"""symflops: what neural networks cost, in symbols.

Layers are defined with symbolic dimensions; symflops gives closed forms for parameters, multiplications,
additions, MACs and FLOPs, says under which convention, and puts numbers in only when asked.

Nothing is loaded before it is used: this module is a table of names.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Public name → the module that defines it.
_MODULES = {
    "symflops.symbols": "dim dims",
    "symflops.typeset": "Formula display",
    "symflops.primitives": "bias_add contract einsum elementwise move op reduce softmax unknown",
    "symflops.trace": "Shape Weight",
    "symflops.conventions": "Convention",
    "symflops.costs": "Cost cost",
    "symflops.units": "si",
    "symflops.layers.base": "Layer Size",
    "symflops.layers.combine": "Add Concat Multiply Parallel Residual Sequential Shared",
    "symflops.layers.depth": "Repeat Stack",
    "symflops.layers.conv": (
        "Conv1d Conv2d Conv3d DepthwiseConv1d DepthwiseConv2d DepthwiseConv3d PointwiseConv2d "
        "SeparableConv2d"
    ),
    "symflops.layers.linear": "Linear",
    "symflops.layers.norm": "BatchNorm1d BatchNorm2d BatchNorm3d LayerNorm LocalResponseNorm",
    "symflops.layers.activation": "GELU ReLU ReLU6 SiLU Sigmoid Softmax Tanh",
    "symflops.layers.pool": (
        "AdaptiveAvgPool2d AvgPool1d AvgPool2d AvgPool3d MaxPool1d MaxPool2d MaxPool3d"
    ),
    "symflops.layers.shape": "Dropout Flatten Identity Upsample",
    "symflops.oracle.checking": "Verification verify",
    "symflops.errors": (
        "ArgumentError ConditionError NotClosedError ReadError ShapeError SymbolError SymflopsError "
        "UnknownNameError"
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
_SUBMODULES = ("conventions", "zoo")

__all__ = sorted([*_HOME, *_SUBMODULES])  # noqa: PLE0605 - derived from the one table


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _SUBMODULES:
        value = import_module(f"symflops.{name}")
    else:
        message = f"module 'symflops' has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = value
    return value


def homes() -> dict[str, str]:
    """Return public name → the module that defines it."""
    return dict(_HOME)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
