"""Numbers with a unit behind them: ``60M``, ``97.5 MiB``, ``4.1 GFLOPs``, ``28%``, ``1.2亿``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import Integer, Rational

from symflops.exprs import ONE

#: Decimal prefixes, as powers of ten, and binary ones, as powers of two.
PREFIXES = {"K": 3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50}
#: One letter alone behind a number, as a power of ten: 60M, 7B (a billion).
ALONE = {"K": 3, "M": 6, "G": 9, "T": 12, "B": 9}
#: The same in words.
SPOKEN = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
#: What is counted; a unit changes no number, but says which quantity it is.
COUNTED = {
    **dict.fromkeys(("FLOPs", "FLOPS", "FLOP", "Flops", "flops", "flop"), "flops"),
    **dict.fromkeys(("MACs", "MAC", "MACC", "MACCs", "macs", "MAdds", "MAdd", "Madds"), "macs"),
    **dict.fromkeys(("B", "bytes", "byte", "Byte", "Bytes"), "bytes"),
    **dict.fromkeys(("bit", "bits", "b"), "bits"),
    **dict.fromkeys(("params", "parameters", "Params", "param"), "params"),
    **dict.fromkeys(("multiplications", "mults"), "mults"),
    **dict.fromkeys(("additions", "adds"), "adds"),
}
#: Words that name a quantity on a side of their own: Memory = 16 GB.
NAMED = {**COUNTED, "Memory": "bytes", "memory": "bytes"}
TIMES = {"ms": Rational(1, 1000), **dict.fromkeys(("us", "µs", "μs"), Rational(1, 10**6))}
SECONDS = {**TIMES, "s": ONE, "ns": Rational(1, 10**9)}
#: Chinese units of number, and what stands behind them.
CHINESE = {"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12}  # fmt: skip
COUNTERS = "次|个"
CHINESE_COUNTED = {
    **dict.fromkeys(("参数", "参数量"), "params"),
    **dict.fromkeys(("浮点运算", "浮点数运算", "运算"), "flops"),
    **dict.fromkeys(("乘法", "乘法运算"), "mults"),
    **dict.fromkeys(("加法", "加法运算"), "adds"),
    "乘加": "macs",
    "乘加运算": "macs",
    "字节": "bytes",
    "比特": "bits",
    "": "",
}


def _either(words: Any) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


UNIT = re.compile(
    rf"(?P<prefix>{_either(BINARY)}|[{''.join(PREFIXES)}])?(?P<counted>{_either(COUNTED)})"
)
CHINESE_UNIT = re.compile(
    rf"(?P<number>{_either(CHINESE)})?(?:{COUNTERS})?(?P<counted>{_either(CHINESE_COUNTED)})"
)


@dataclass(frozen=True)
class Unit:
    """What stands behind a number: a factor, the quantity it is of, and whether a prefix was written."""

    factor: Any
    quantity: str = ""
    scaled: bool = False


def unit_of(text: str, *, apart: bool = False, upright: bool = False) -> Unit | None:
    """Return the unit that a word is, or None.

    Behind a number, B is a billion; ``apart`` from it, bytes. ``upright`` is a word that was set as a
    word, which no product of letters can be: a lone b is bits there, and s seconds.

    >>> unit_of("GFLOPs")
    Unit(factor=1000000000, quantity='flops', scaled=True)
    >>> unit_of("B").factor, unit_of("B", apart=True), unit_of("b")
    (1000000000, Unit(factor=1, quantity='bytes', scaled=False), None)
    >>> unit_of("亿次").factor, unit_of("Gb").quantity, unit_of("ms").factor
    (100000000, 'bits', 1/1000)
    """
    if text == "%":
        return Unit(Rational(1, 100), scaled=True)
    if text in ALONE and not (apart and text == "B"):
        return Unit(Integer(10) ** ALONE[text], scaled=True)
    if text in SPOKEN:
        return Unit(Integer(10) ** SPOKEN[text], scaled=True)
    if text in (SECONDS if upright else TIMES):
        return Unit(SECONDS[text], "seconds", scaled=True)
    if text == "b" and not upright:
        return None
    if match := UNIT.fullmatch(text):
        prefix = match["prefix"] or ""
        factor = Integer(2) ** BINARY[prefix] if prefix in BINARY else 10 ** PREFIXES.get(prefix, 0)
        return Unit(Integer(factor), COUNTED[match["counted"]], bool(prefix))
    if (match := CHINESE_UNIT.fullmatch(text)) and text:
        factor = Integer(10) ** CHINESE.get(match["number"], 0)
        return Unit(factor, CHINESE_COUNTED[match["counted"]], bool(match["number"]))
    return None
