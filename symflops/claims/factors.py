"""What a factor between two formulas says: 2 for a MAC, 3 for training, heads, groups, tokens, bytes, K or Ki."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy
from sympy import Integer, Rational

from symflops.claims.targets import DTYPES, layers_of
from symflops.claims.verdicts import Miss
from symflops.exprs import ONE
from symflops.printed import Formula
from symflops.units import bytes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.claims.misses import Case
    from symflops.symbols import Symbol

COUNTS = ("flops", "macs", "mults", "adds", "")
BYTES = ("model_size", "kv_cache_size", "activations_size", "bytes")
ELEMENTS = ("params", "active_params", "activations", "kv_cache")
FLOAT = 4  # bytes of a number
KIBI = {Rational(1024, 1000) ** n: n for n in (1, 2, 3, 4)}
PREFIXES = {1: ("K", "Ki"), 2: ("M", "Mi"), 3: ("G", "Gi"), 4: ("T", "Ti")}


def told(ratio: sympy.Expr, case: Case) -> Iterator[Miss]:
    """Yield the sentence for claim = ratio · exact."""
    number, sizes = ratio.as_coeff_Mul()
    becomes = case.exact * ratio
    if sizes == ONE:
        number = next((n for n in TOLD if case.is_printed(case.exact * n)), number)
        yield from _number(number, case, case.exact * number)
    else:
        yield _sizes(number, sizes, case) or _plain(ratio, becomes)


def _number(number: sympy.Rational, case: Case, becomes: Any) -> Iterator[Miss]:
    """Say what a number between them may be; nothing of one that means nothing."""
    quantity = case.candidate.quantity
    yield from _prefixes(number, case)
    if quantity in BYTES and number in (8, Rational(1, 8)):
        yield Miss(
            "bit or byte",
            "bits and bytes are mixed up: a factor 8",
            "混淆了比特与字节（相差 8 倍）",
            (),
            becomes,
        )
    elif number * SIZES.get(case.candidate.detail, 0) == 1:
        en, zh = (
            "it is the number of elements: each takes {0} bytes",
            "这是元素个数：每个占 {0} 字节",
        )
        yield Miss("elements", en, zh, (1 / number,), becomes)
    elif number in MEANINGS:
        name, en, zh = MEANINGS[number]
        why = _reason(number, case)
        yield Miss(name, en + why[0], zh + why[1], (), becomes)
    elif number == FLOAT and quantity in ELEMENTS:
        en, zh = "it is four times as much: bytes, 4 of each", "是四倍：统计的是字节，每个 4 字节"
        yield Miss("extra factor", en, zh, (), becomes)
    elif (zeros := _zeros(number)) is not None:
        yield Miss(
            "zeros", f"it is off by a power of ten: {zeros}", f"相差 10 的幂：{zeros}", (), becomes
        )
    elif max(number.p, number.q) <= TELLING and (
        case.exact.free_symbols or 1 in (number.p, number.q)
    ):
        yield _plain(number, becomes)


TELLING = 100  # a numerator or denominator that may mean something
MEANINGS = {
    Integer(2): ("twice", "it is twice as much", "多了一倍"),
    Rational(1, 2): ("half", "it is half of it", "只有一半"),
    Integer(3): ("training", "it is three times as much", "是三倍"),
    Rational(1, 3): ("forward", "it is a third of it", "只有三分之一"),
}
#: Factors that a number in print is looked into for.
TOLD = (*MEANINGS, Rational(1, 4), Integer(8), Rational(1, 8))
SIZES = {name: bytes_of(name) for name in DTYPES}


def _prefixes(number: sympy.Rational, case: Case) -> Iterator[Miss]:
    """Tell thousands from 1024; a printed number need not fit to the last digit."""
    near = NEAR if case.candidate.quantity in BYTES else 0
    for power, n in KIBI.items():
        k, ki = PREFIXES[n]
        if abs(number / power - 1) <= near or abs(number * power - 1) <= near:
            up = number > 1
            one, two = (ki, k) if up else (k, ki)
            yield Miss(
                "K or Ki",
                f"{one} stands where {two} belongs: 1024 and 1000 are mixed up",
                f"{two} 被写成了 {one}（混淆了 1024 与 1000）",
                (),
                case.exact * (power if up else 1 / power),
            )
            return


NEAR = Rational(1, 200)


def _zeros(number: sympy.Rational) -> str | None:
    """Write a power of ten: 10³, or None for another number."""
    zeros = len(str(number.p * number.q)) - 1
    if 1 not in (number.p, number.q) or number.p * number.q != 10**zeros or not zeros:
        return None
    return str(Formula(number)) if zeros == 1 else f"10^{zeros if number > 1 else -zeros}"


def _reason(number: sympy.Rational, case: Case) -> tuple[str, str]:
    """Say where a small factor often comes from; MACs are mixed up with FLOPs where there are any."""
    quantity, cost = case.candidate.quantity, case.target.cost
    doubled = quantity == "flops" and cost is not None  # under every convention
    mixed = {Integer(2): not doubled, Rational(1, 2): quantity in ("flops", "")}
    counted = quantity in COUNTS and (cost is None or cost.macs != 0) and mixed.get(number, True)
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
    for layer in layers_of(cost):
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
    """Take the axes of an input: a batch in front, tokens before the features or alone."""
    sizes = [size for size in shape[batched:] if len(shape) - batched <= SEQUENCE]
    axes = [(shape[0], "batch")] if batched else []
    axes += [(size, "tokens") for size in (sizes[:-1] or sizes)]
    for size, role in axes:
        if getattr(size, "is_Symbol", False):
            found.setdefault(size, role)


SEQUENCE = 2  # axes of a sequence of vectors, without a batch


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
