"""The same layer with one thing changed wherever it stands: bias on or off, groups, strides, masks.

A formula that is not the cost of a layer is often the cost of such a neighbour, and then that says what is wrong.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from symflops.costs import answer
from symflops.errors import SymflopsError
from symflops.layers.base import Layer
from symflops.layers.positions import ClassToken, LearnedPositions
from symflops.layers.shape import Identity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import sympy

    from symflops.costs import Cost
    from symflops.layers.tracing import Tracer
    from symflops.symbols import Symbol
    from symflops.trace import Group, Shape


@dataclass(frozen=True)
class Edit:
    """A change of layers, with its words: ``change`` returns the fields that are others, or none, or another layer."""

    name: str
    en: str
    zh: str
    change: Callable[[Layer], dict[str, Any] | Layer]
    #: Of which quantities it may change the number; of all, where there are none.
    of: tuple[str, ...] = ()

    def __call__(self, old: Layer) -> Layer:
        """Return a layer with the change."""
        new = self.change(old)
        return new if isinstance(new, Layer) else dataclasses.replace(old, **new)  # type: ignore[type-var]

    def takes(self, layer: Layer) -> bool:
        """Say whether the change makes another layer of it."""
        return not isinstance(layer, Edited) and bool(self.change(layer))

    def made(self, old: Layer) -> Layer:
        """Return what stands in its place; layers inside it change as well."""
        return Edited(self(old), self)


@dataclass(frozen=True)
class Inside:
    """An edit of what stands in a layer, which is changed itself already."""

    edit: Edit
    layer: Layer

    def takes(self, layer: Layer) -> bool:
        """Say whether the change makes another layer of it."""
        return layer != self.layer and self.edit.takes(layer)

    def made(self, old: Layer) -> Layer:
        """Return what stands in its place."""
        return self.edit.made(old)


class Edited(Layer):
    """``layer`` with an :class:`Edit` of it and of every layer in it."""

    arity: ClassVar[int | None] = None
    layer: Layer
    edit: Any

    @property
    def input(self) -> Any:
        """The input that the layer brings, if it brings one."""
        return getattr(self.layer, "input", None)

    def trace(self, tracer: Tracer, inputs: tuple[Shape, ...]) -> Group:
        """Trace the layer with the change in it."""
        return tracer.replacing(Inside(self.edit, self.layer), self.layer, inputs)  # type: ignore[arg-type]

    def substituted(self, swaps: Mapping[Symbol, sympy.Expr]) -> Edited:
        """Return it with symbols replaced in the layer."""
        return Edited(self.layer.substituted(swaps), self.edit)


def edited(cost: Cost, edit: Edit) -> Cost | None:
    """Return what the changed layer costs, or None where it cannot be."""
    layer = cost.setup.layer
    setup = replace(
        cost.setup, layer=edit.made(layer) if edit.takes(layer) else Edited(layer, edit)
    )
    try:
        return replace(answer(setup, cost.convention), setup=setup)
    except SymflopsError:
        return None


#: Fields that say whether there is a bias; None follows another field.
BIASES = ("bias", "qkv_bias", "proj_bias", "out_bias", "k_bias", "conv_bias", "router_bias")


def _is_norm(layer: Layer) -> bool:
    return type(layer).__module__.endswith(("norm", "groupnorm", "cosine"))


def _without_bias(layer: Layer) -> dict[str, Any]:
    return {} if _is_norm(layer) else _without_any_bias(layer)


def _without_any_bias(layer: Layer) -> dict[str, Any]:
    return {name: False for name in BIASES if getattr(layer, name, None) is True}


def _with_bias(layer: Layer) -> dict[str, Any]:
    return {
        name: True for name in BIASES if not _is_norm(layer) and getattr(layer, name, None) is False
    }


def _without_affine(layer: Layer) -> dict[str, Any]:
    return {n: False for n in ("affine", "elementwise_affine") if getattr(layer, n, None) is True}


def _vectors(number: int) -> Callable[[Layer], dict[str, Any]]:
    def change(layer: Layer) -> dict[str, Any]:
        there = getattr(layer, "bias_vectors", number)
        return {"bias_vectors": number} if there != number else {}

    return change


def _one(*names: str) -> Callable[[Layer], dict[str, Any]]:
    """Put 1 for sizes, and for each size of several."""

    def change(layer: Layer) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for name in names:
            value = getattr(layer, name, 1)
            if isinstance(value, tuple):
                if any(item != 1 for item in value):
                    changes[name] = (1,) * len(value)
            elif value is not None and value != 1:
                changes[name] = 1
        return changes

    return change


def _no_stride(layer: Layer) -> dict[str, Any]:
    changes = _one("stride")(layer)
    if changes and hasattr(layer, "padding") and not hasattr(layer, "output_padding"):
        return changes | ({"padding": "same"} if hasattr(layer, "in_channels") else {})
    return changes


def _flipped(name: str, *, to: bool) -> Callable[[Layer], dict[str, Any]]:
    def change(layer: Layer) -> dict[str, Any]:
        return {name: to} if getattr(layer, name, None) is (not to) else {}

    return change


def _no_class_token(layer: Layer) -> dict[str, Any] | Layer:
    if isinstance(layer, ClassToken):
        return Identity()
    if isinstance(layer, LearnedPositions) and layer.n_ctx is not None:
        return {"n_ctx": layer.n_ctx - 1}
    return {}


def _all_heads(layer: Layer) -> dict[str, Any]:
    there = getattr(layer, "kv_heads", None)
    return {"kv_heads": None} if there is not None and hasattr(layer, "num_heads") else {}


#: Layers that a source may mean by the same words: what fits them is right, under a condition.
VARIANTS = (
    Edit("without bias", "without bias", "不含偏置", _without_bias),
    Edit("with bias", "with bias", "含偏置", _with_bias),
    Edit("without any bias", "without any bias, in norms either", "不含任何偏置（归一化层也不含）", _without_any_bias),
    Edit("with one bias vector", "with one bias vector a gate", "每个门只有一个偏置向量", _vectors(1)),
    Edit("with two bias vectors", "with two bias vectors a gate", "每个门有两个偏置向量", _vectors(2)),
    Edit("without affine norms", "with norms without weights", "归一化层不含可学习参数", _without_affine),
)  # fmt: skip

WORK = ("flops", "macs", "mults", "adds", "activations", "activations_size")
#: Changes that a formula must not have made: what fits them says what is wrong.
MISTAKES = (
    Edit("groups ignored", "the groups are ignored", "忽略了分组", _one("groups")),
    Edit("stride ignored", "the stride is ignored", "忽略了步幅", _no_stride, WORK),
    Edit("dilation ignored", "the dilation is ignored", "忽略了膨胀率", _one("dilation"), ("receptive_field",)),
    Edit("causal", "only the pairs below a causal mask are counted", "只统计了因果掩码保留的位置对", _flipped("causal", to=True), WORK),
    Edit("full", "all pairs are counted, those that the causal mask rules out as well", "连因果掩码排除的位置对也统计了", _flipped("causal", to=False), WORK),
    Edit("own keys", "as many heads of keys and values are counted as of queries", "键和值的头数按查询的头数统计", _all_heads),
    Edit("not gated", "the gate's matrix is missing", "缺少门控的矩阵", _flipped("gated", to=False)),
    Edit("class token", "the class token is left out", "漏掉了类别 token", _no_class_token),
    Edit("gated", "a gate's matrix is counted that is not there", "多统计了并不存在的门控矩阵", _flipped("gated", to=True)),
)  # fmt: skip
