"""Numbers with a unit glued to them: ``60M``, ``97.5 MiB``, ``4.1 GFLOPs``, ``28%``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sympy import Integer, Rational

#: Decimal prefixes; B is a billion where it stands alone behind a number (7B parameters).
PREFIXES = {"K": 3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21}
BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50}
#: What is counted; a unit changes no number, but says which quantity it is.
COUNTED = {
    "FLOPs": "flops",
    "FLOPS": "flops",
    "FLOP": "flops",
    "flops": "flops",
    "MACs": "macs",
    "MAC": "macs",
    "MACC": "macs",
    "MAdds": "macs",
    "MAdd": "macs",
    "B": "bytes",
    "bytes": "bytes",
    "Byte": "bytes",
    "Bytes": "bytes",
    "b": "bits",
    "bit": "bits",
    "bits": "bits",
    "params": "params",
    "parameters": "params",
}
TIMES = {"ms": Rational(1, 1000), "us": Rational(1, 10**6), "µs": Rational(1, 10**6)}
#: Chinese units of number.
CHINESE = {"万": 10**4, "亿": 10**8, "百万": 10**6, "千万": 10**7, "十亿": 10**9, "千": 1000}

_COUNTED = "|".join(sorted(COUNTED, key=len, reverse=True))
UNIT = re.compile(
    rf"(?P<percent>%)|(?P<time>ms|us|µs)|(?P<chinese>{'|'.join(sorted(CHINESE, key=len, reverse=True))})"
    rf"|(?P<prefix>{'|'.join(BINARY)}|[KkMGTPEZ])?(?P<counted>{_COUNTED})"
    rf"|(?P<alone>[KkMGTPB])"
)


@dataclass(frozen=True)
class Unit:
    """What stands behind a number: a factor, and the quantity that it is of, if it says so."""

    factor: Rational = Integer(1)
    quantity: str = ""


def unit_of(text: str, *, apart: bool = False) -> Unit | None:
    """Return the unit that a word is, or None; ``apart`` from its number, B is bytes and not a billion.

    >>> unit_of("GFLOPs"), unit_of("B").factor, unit_of("B", apart=True)
    (Unit(factor=1000000000, quantity='flops'), 1000000000, Unit(factor=1, quantity='bytes'))
    """
    if text == "B" and not apart:
        return Unit(Integer(10**9))
    match = UNIT.fullmatch(text)
    if match is None:
        return None
    if match["percent"]:
        return Unit(Rational(1, 100))
    if match["time"]:
        return Unit(TIMES[match["time"]], "seconds")
    if match["chinese"]:
        return Unit(Integer(CHINESE[match["chinese"]]))
    if match["alone"]:
        return Unit(Integer(10 ** PREFIXES[match["alone"]]))
    prefix = match["prefix"] or ""
    factor = 2 ** BINARY[prefix] if prefix in BINARY else 10 ** PREFIXES.get(prefix, 0)
    return Unit(Integer(factor), COUNTED[match["counted"]])
