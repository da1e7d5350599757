"""What a factor between two formulas says: 2 for a MAC, 3 for training, heads, groups, tokens, bytes, K or Ki."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Integer, Rational

from symflops.claims.verdicts import Miss
from symflops.exprs import ONE
from symflops.trace import Group

if TYPE_CHECKING:
    from symflops.claims.misses import Case
    from symflops.symbols import Symbol

COUNTS = ("flops", "macs", "mults", "adds", "")
BYTES = ("model_size", "kv_cache_size", "activations_size", "bytes")
KIBI = {Rational(1024, 1000) ** n: n for n in (1, 2, 3, 4)}
PREFIXES = {1: ("K", "Ki"), 2: ("M", "Mi"), 3: ("G", "Gi"), 4: ("T", "Ti")}


def told(ratio: sympy.Expr, case: Case) -> Miss:
    """Return the sentence for claim = ratio · exact."""
    number, sizes = ratio.as_coeff_Mul()
    becomes = case.exact * ratio
    if sizes is ONE or sizes == 1:
        return _number(number, case, becomes)
    words = _sizes(number, sizes, case)
    return words if words is not None else _plain(ratio, becomes)


def _number(number: sympy.Rational, case: Case, becomes: Any) -> Miss:
    """Say what a number between them may be."""
    quantity = case.candidate.quantity
    for power, n in KIBI.items():
        k, ki = PREFIXES[n]
        if number == power:
            return Miss(
                "Ki for K",
                f"{k} was taken for {ki}: 1024 for 1000",
                f"把 {k} 当成了 {ki}（1024 与 1000）",
                (),
                becomes,
            )
        if number * power == 1:
            return Miss(
                "K for Ki",
                f"{ki} was taken for {k}: 1000 for 1024",
                f"把 {ki} 当成了 {k}（1000 与 1024）",
                (),
                becomes,
            )
    if quantity in BYTES and number in (8, Rational(1, 8)):
        return Miss(
            "bit or byte",
            "bits and bytes are mixed up: a factor 8",
            "混淆了比特与字节（相差 8 倍）",
            (),
            becomes,
        )
    meanings = {
        Integer(2): ("twice", "it is twice as much{0}", "多了一倍{0}"),
        Rational(1, 2): ("half", "it is half of it{0}", "只有一半{0}"),
        Integer(3): ("training", "it is three times as much{0}", "是三倍{0}"),
        Rational(1, 3): ("forward", "it is a third of it{0}", "只有三分之一{0}"),
    }
    if number in meanings:
        name, en, zh = meanings[number]
        why = _reason(number, quantity)
        return Miss(name, en.format(why[0]), zh.format(why[1]), (), becomes)
    return _plain(number, becomes)


def _reason(number: sympy.Rational, quantity: str) -> tuple[str, str]:
    """Say where a small factor often comes from."""
    counted = quantity in COUNTS
    reasons = {
        Integer(2): (": a MAC is two FLOPs", "：一次 MAC 是两次 FLOP"),
        Rational(1, 2): (": MACs were counted, and a MAC is two FLOPs", "：统计的是 MAC，一次 MAC 是两次 FLOP"),
        Integer(3): (": with the backward pass, which takes two forward passes", "：包含了反向传播（约为前向的两倍）"),
        Rational(1, 3): (": the backward pass, two forward passes more, is left out", "：漏掉了反向传播（约为前向的两倍）"),
    }  # fmt: skip
    if counted:
        return reasons[number]
    if quantity in BYTES and number in (2, Rational(1, 2)):
        return ": elements of 2 bytes and of 4 are mixed up", "：混淆了 2 字节与 4 字节的元素"
    return "", ""


def _sizes(number: sympy.Rational, sizes: sympy.Expr, case: Case) -> Miss | None:
    """Say what a single size between them means for the layer: heads, groups, tokens, batch."""
    base, power = sizes.as_base_exp()
    if number != 1 or not base.is_Symbol or power not in (1, -1) or case.target.cost is None:
        return None
    role = roles(case).get(base)
    if role is None:
        return None
    name, more, less = SENTENCES[role]
    words = more if power == 1 else less
    if words is None:
        return None
    return Miss(name, *words, (base,), case.exact * sizes)


#: Role → name, (en, zh) where the claim has the size too often, and where not often enough.
SENTENCES: dict[str, tuple[str, tuple[str, str] | None, tuple[str, str] | None]] = {
    "heads": (
        "heads",
        ("the {0} heads are multiplied in again, though the width holds all of them", "又乘了一次头数 {0}，而宽度已包含所有的头"),
        ("it is the number of one of {0} heads", "这只是 {0} 个头中一个头的数目"),
    ),
    "groups": (
        "groups",
        ("the {0} groups are ignored: each output sees C_in/{0} channels alone", "忽略了 {0} 个分组：每个输出只用到自己组内的通道"),
        ("it is divided by the {0} groups twice", "被分组数 {0} 除了两次"),
    ),
    "tokens": (
        "per token",
        ("it is multiplied by the {0} tokens once more", "多乘了一次 token 数 {0}"),
        ("it is the number for one token, and there are {0}", "这是单个 token 的数目，共有 {0} 个 token"),
    ),
    "batch": (
        "per sample",
        ("it is multiplied by the batch {0}, which is not there", "多乘了批大小 {0}"),
        ("it is the number for one sample, and there are {0}", "这是单个样本的数目，共有 {0} 个样本"),
    ),
    "depth": (
        "per layer",
        ("it is multiplied by the {0} layers once more", "多乘了一次层数 {0}"),
        ("it is the number for one layer, and there are {0}", "这是单层的数目，共有 {0} 层"),
    ),
}  # fmt: skip


def roles(case: Case) -> dict[Symbol, str]:
    """Return what symbols are for the layers: heads, groups, depth, tokens, batch."""
    cost = case.target.cost
    found: dict[Symbol, str] = {}
    if cost is None:
        return found
    for piece in cost._profile:
        layer = getattr(piece.item, "layer", None) if isinstance(piece.item, Group) else None
        for field, role in (
            ("num_heads", "heads"),
            ("nhead", "heads"),
            ("groups", "groups"),
            ("n", "depth"),
        ):
            value = getattr(layer, field, None)
            if getattr(value, "is_Symbol", False):
                found.setdefault(value, role)
    shapes = cost.setup.inputs
    if len(shapes) == 1:
        _axes(shapes[0], batched=cost.batched, found=found)
    return found


def _axes(shape: tuple[Any, ...], *, batched: bool, found: dict[Symbol, str]) -> None:
    sizes = list(shape)
    if batched and getattr(sizes[0], "is_Symbol", False):
        found.setdefault(sizes[0], "batch")
    tokens = (
        sizes[batched:-1]
        if len(sizes[batched:]) == 2
        else sizes[batched:]
        if len(sizes[batched:]) == 1
        else []
    )
    for size in tokens:
        if getattr(size, "is_Symbol", False):
            found.setdefault(size, "tokens")


def _plain(ratio: sympy.Expr, becomes: Any) -> Miss:
    """Say which factors are too much and which are missing."""
    above, below = ratio.as_numer_denom()
    if below == 1:
        return Miss("extra factor", "the factor {0} is too much", "多了因子 {0}", (above,), becomes)
    if above == 1:
        return Miss(
            "missing factor", "the factor {0} is missing", "缺少因子 {0}", (below,), becomes
        )
    return Miss(
        "other factor",
        "the factor {0} stands where {1} belongs",
        "因子 {1} 被写成了 {0}",
        (above, below),
        becomes,
    )
