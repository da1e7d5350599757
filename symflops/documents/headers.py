"""What the header of a column says: which quantity, and in which unit its numbers are."""

from __future__ import annotations

import re
from typing import Any

from sympy import Integer

from symflops.claims.targets import quantity_named
from symflops.errors import UnknownNameError
from symflops.reading.amounts import unit_of

#: Words of headers, the more special first.
WORDS = (
    (r"kv|cache", "kv_cache_size"),
    (r"active|激活参数", "active_params"),
    (r"receptive|感受野", "receptive_field"),
    (r"memory|model size|\bsize\b|显存|内存|模型大小", "model_size"),
    (r"param|weights|参数", "params"),
    (r"mac(?:s|c|cs)?\b|m-?add|mult-?add|乘加", "macs"),
    (r"flop|\bops\b|operations|计算量|浮点", "flops"),
    (r"\bmult|乘法", "mults"),
    (r"\badd|加法", "adds"),
    (r"activation|激活", "activations"),
)
BRACKETED = re.compile(r"[(\[（]([^()\[\]（）]{1,30})[)\]）]|/\s*(\S{1,12})$|,\s*(\S{1,12})$")
POWER = re.compile(r"(?:×|x|\\times|\*)?\s*10\s*\^?\s*\{?\s*(\d{1,2}|[⁰¹²³⁴-⁹]{1,2})\s*\}?")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
NAMED = {"million": 6, "millions": 6, "mio": 6, "mil": 6, "billion": 9, "billions": 9, "bn": 9, "thousand": 3, "thousands": 3, "trillion": 12, "trillions": 12, "m": 6, "g": 9, "k": 3, "b": 9, "t": 12, "百万": 6, "亿": 8, "万": 4}  # fmt: skip
TOTAL = re.compile(
    r"^(?:\W*)(?:grand total|total|sum|overall|all|Σ|合计|总计|总和|总)(?:\b|\W|$)", re.IGNORECASE
)
STRIPPED = re.compile(
    r"\\(?:textbf|mathbf|emph|textit|mathrm|text|bf|multirow\{\d+\}\{[^{}]*\}|rotatebox\{\d+\}|thead|makecell|num)\b\s*|[{}$*`]|\\[,;:!% ]?|~"
)


def plain(text: str) -> str:
    r"""Return the words of a cell without what sets them.

    >>> plain(r"\textbf{Params} ($\times 10^6$)"), plain("**FLOPs** (G)")
    ('Params (times 10^6)', 'FLOPs (G)')
    """
    return " ".join(STRIPPED.sub(" ", text).split()).replace("( ", "(").replace(" )", ")")


def quantity_of(header: str) -> tuple[str, Any] | None:
    r"""Return the quantity and the factor that a header names, or None where it names none.

    >>> quantity_of("Params (M)"), quantity_of("GFLOPs"), quantity_of("top-1 (%)")
    (('params', 1000000), ('flops', 1000000000), None)
    """
    text = plain(header)
    if "%" in header or re.search(
        r"\bratio\b|\bshare\b|speed|/s\b|throughput|占比", text, re.IGNORECASE
    ):
        return None
    factor, rest = _factor(text)
    for pattern, quantity in WORDS:
        if re.search(pattern, rest, re.IGNORECASE):
            return quantity, factor
    return None


def _factor(text: str) -> tuple[Any, str]:
    """Return the factor of the unit that a header has, and the header without it."""
    bracket = BRACKETED.search(text)
    inside = next((group for group in bracket.groups() if group), "") if bracket else ""
    inside = inside.partition(", ")[0].strip()  # (M, trainable)
    if bracket:
        power = POWER.fullmatch(inside.replace("times", "×"))
        if power:
            return Integer(10) ** int(power[1].translate(SUPERSCRIPTS)), text[: bracket.start()]
        if inside.lower() in NAMED:
            return Integer(10) ** NAMED[inside.lower()], text[: bracket.start()]
        unit = unit_of(inside, apart=True)
        if unit is not None and inside:
            return unit.factor, f"{text[: bracket.start()]} {inside}"
    for word in re.findall(r"[A-Za-z]+", text):
        unit = unit_of(word, apart=True)
        if unit is not None and unit.quantity and unit.factor != 1:
            return unit.factor, text
        if match := re.fullmatch(r"([KMGT])(?:Params|params|Ops|ops|OPs)", word):
            return Integer(10) ** NAMED[match[1].lower()], text
    return Integer(1), text


def asked(text: str) -> tuple[str, Any]:
    """Read what a column is said to hold: ``params``, ``macs in G``.

    >>> asked("macs in G"), asked("model_size in MiB")
    (('macs', 1000000000), ('model_size', 1048576))

    Raises:
        SymflopsError: no such quantity or unit.
    """
    name, _, unit = text.partition(" in ")
    quantity, unit = quantity_named(name.strip()), unit.strip()
    if not unit:
        return quantity, Integer(1)
    if unit.lower() in NAMED:
        return quantity, Integer(10) ** NAMED[unit.lower()]
    found = unit_of(unit, apart=True)
    if found is None:
        kind = "unit"
        raise UnknownNameError(
            kind, unit, ["K", "M", "G", "T", "KB", "MB", "GB", "KiB", "MiB", "GiB"]
        )
    return quantity, found.factor
