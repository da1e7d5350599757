"""Ways in which a formula goes wrong that the layer shows: parts left out or counted twice, masks, strides, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.claims.edits import MISTAKES, VARIANTS, WORK
from symflops.claims.parts import parts
from symflops.claims.strides import strides
from symflops.claims.targets import CALLED, SIZED
from symflops.claims.verdicts import Miss
from symflops.conventions import CONVENTIONS
from symflops.errors import SymflopsError
from symflops.exprs import product
from symflops.symbols import exact
from symflops.units import bytes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symflops.claims.misses import Case
    from symflops.costs import Cost

WITHOUT_BIAS = VARIANTS[0]


def quantity(case: Case, cost: Cost) -> Any:
    """Return what was compared, of another cost; None where it has none."""
    name = case.candidate.quantity
    try:
        if name == "flops":
            return exact(cost.under(case.way).flops)
        if name in SIZED:
            return exact(getattr(cost, SIZED[name])) * bytes_of(case.candidate.detail)
        if name == "receptive_field":
            return exact(cost.receptive_field.size[0])
        return exact(cost.metric(name))
    except (SymflopsError, IndexError, AttributeError):
        return None


def counted_otherwise(case: Case) -> Iterator[Miss]:
    """Another convention than the one that was asked for, or MACs for FLOPs."""
    cost = case.cost
    if case.candidate.quantity != "flops" or case.target.convention is None:
        return
    for name, way in CONVENTIONS.items():
        if name not in case.candidate.conventions and case.is_claim(exact(cost.under(way).flops)):
            words = CALLED.get(name, CALLED["exact"])
            yield Miss("other convention", f"{words[0]} ({{0}})", f"{words[1]}（{{0}}）", (name,))
            return


def mistakes(case: Case) -> Iterator[Miss]:
    """A stride, groups or a mask that was not seen, as the layer would be then."""
    for edit in MISTAKES:
        if edit.of and case.candidate.quantity not in edit.of:
            continue
        other = case.target.edited(edit)
        value = quantity(case, other) if other is not None else None
        if value is not None and value != case.exact and case.is_claim(value):
            yield Miss(edit.name, edit.en, edit.zh, (), value)


def biases(case: Case) -> Iterator[Miss]:
    """The bias counted twice, or one number for all outputs."""
    if case.candidate.quantity == "receptive_field":
        return
    other = case.target.edited(WITHOUT_BIAS)
    rest = quantity(case, other) if other is not None else None
    if rest is None or rest == case.exact:
        return
    if case.is_claim(2 * case.exact - rest):
        yield Miss(
            "bias twice", "the bias is counted twice", "偏置被计了两次", (), 2 * case.exact - rest
        )
    elif case.is_claim(rest + 1):
        yield Miss(
            "one bias",
            "one bias is counted for all outputs, and each output has its own",
            "所有输出只计了一个偏置，而每个输出各有一个",
            (),
            rest + 1,
        )


def positions(case: Case) -> Iterator[Miss]:
    """The positions of the input for those of the output, or the other way round."""
    if case.candidate.quantity not in WORK:
        return
    shapes = [case.cost.root.inputs, case.cost.root.outputs]
    if any(len(side) != 1 or len(side[0]) < MAP for side in shapes):
        return
    inside, outside = (product(side[0][2:]) for side in shapes)
    if inside == outside:
        return
    strides_ = _strides(case.cost.root)
    if case.is_claim(case.exact * inside / outside):
        yield Miss(
            "input positions",
            "the size of the input stands where that of the output belongs",
            "输出尺寸被写成了输入尺寸",
            (),
            case.exact * inside / outside,
        )
    elif case.is_claim(case.exact * outside / inside):
        once_more = strides_ is not None and inside == product(strides_) * outside
        name, en, zh = STRIDE_TWICE if once_more else OUTPUT_POSITIONS
        yield Miss(name, en, zh, (), case.exact * outside / inside)
    elif strides_ is not None:
        divided = case.exact * inside / (product(strides_) * outside)
        if case.is_claim(divided):
            yield Miss(
                "over the stride",
                "the size of the input over the stride stands where that of the output belongs",
                "输出尺寸被写成了输入尺寸除以步幅",
                (),
                divided,
            )


def _strides(root: Any) -> tuple[Any, ...] | None:
    """Return the strides along all axes of a layer whose windows make its output; none of one that spreads its input."""
    stride = getattr(root.layer, "stride", None)
    if stride is None or hasattr(root.layer, "output_padding"):
        return None
    axes = len(root.inputs[0]) - MAP + 1
    return stride if isinstance(stride, tuple) else (stride,) * axes


OUTPUT_POSITIONS = (
    "output positions",
    "the size of the output stands where that of the input belongs",
    "输入尺寸被写成了输出尺寸",
)
STRIDE_TWICE = (
    "stride twice",
    "it is divided by the stride once more, which the size of the output holds already",
    "又除了一次步幅，而输出尺寸已考虑步幅",
)
MAP = 3  # axes of the smallest map, its batch included


def portions(case: Case) -> Iterator[Miss]:
    """The number of one token or sample."""
    for portion in case.target.portions():
        alike = (portion.quantity, portion.conventions) == (
            case.candidate.quantity,
            case.candidate.conventions,
        )
        if alike and case.is_claim(portion.value):
            unit = portion.detail.removeprefix("per ")
            unit_zh = {"token": " token ", "sample": "样本"}[unit]
            yield Miss(
                f"per {unit}",
                f"it is the number for one {unit}, and the input has several",
                f"这是单个{unit_zh}的数目，而输入有多个",
                (),
                portion.value,
            )
            return


def activity(case: Case) -> Iterator[Miss]:
    """The weights of all experts for those that a token meets, or the other way round."""
    other = {"params": "active_params", "active_params": "params"}.get(case.candidate.quantity)
    if other is None:
        return
    value = exact(case.cost.metric(other))
    if value != case.exact and case.is_claim(value):
        one = other == "params"
        yield Miss(
            "experts",
            "the weights of all experts are counted"
            if one
            else "the weights of the chosen experts alone are counted",
            "统计了全部专家的权重" if one else "只统计了被选中的专家的权重",
            (),
            value,
        )


#: Entries that need the layer.
TABLE: tuple[Callable[[Case], Iterator[Miss]], ...] = (
    strides,
    counted_otherwise,
    mistakes,
    biases,
    positions,
    portions,
    activity,
    parts,
)
