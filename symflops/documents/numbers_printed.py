r"""Numbers as tables print them: ``15,470,264,320``, ``25.6M``, ``$4.1\times 10^9$``, ``97.5 MiB``, ``1{,}728``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sympy import Integer, Rational

from symflops.claims.rounding import explained
from symflops.reading.amounts import unit_of
from symflops.reading.readings import Printed
from symflops.reading.signs import SUPERSCRIPTS

LONGEST = 120
SHORT = 3  # digits of a number that do not show how it groups them
NUMBER = re.compile(
    r"(?P<sign>[-−+])?(?P<number>\d{1,3}(?:(?P<group>,|\{,\}|\\,|'|_|\u202f|\u2009|\s)\d{3})(?:(?P=group)\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[eE](?P<exponent>[-+]?\d{1,2})|\s*(?:×|\\times|\\cdot)\s*10(?:\^\s*(?P<power>\{-?\d{1,2}\}|-?\d{1,2})|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,2})))?"
    r"(?P<space>[\s~]|\\[,;: ])*(?P<unit>\\?%|\\(?:text|mathrm|rm)\s*\{[^{}]{1,20}\}|[A-Za-zµ]{1,12}|[一-鿿]{1,6})?"
)
#: A unit behind the dollars of a formula.
BEHIND = re.compile(
    r"(?:\$+|`+|\\[)\]])?(?P<space>[ ~]|\\[,;: ])*(?P<unit>\\%|[A-Za-z]{1,12}|[一-鿿]{1,6})(?![A-Za-z])"
)
WRAPPED = re.compile(
    r"^(?:\\(?:textbf|mathbf|num|emph|textit|mathrm|text|bf|underline)\s*\{(.*)\}|\*\*(.*)\*\*|\*(.*)\*|__(.*)__|\$(.*)\$|`(.*)`|\{(.*)\})$"
)
ROUGHLY = re.compile(r"^(?:~|≈|∼|\\approx|\\sim|约|\\textasciitilde(?:\{\})?)\s*")
MARKED = re.compile(
    r"(?:\s*(?:\^\{?[*†‡\dab]\}?|\\(?:dag|ddag|dagger|textsuperscript\{[^{}]*\}|footnotemark(?:\[\d\])?)|[*†‡]|\[\^?\w+\]))+$"
)


@dataclass(frozen=True)
class Amount:
    """A number of a text: what it says, and how it is written, so that another can be written alike."""

    value: Any
    unit: Any  # what one in the last digit is worth
    exact: bool  # nothing says that it was rounded
    text: str
    start: int  # of the sign and the digits in the text that it was found in
    end: int
    group: str
    decimals: int
    factor: Any  # what the digits are multiplied by
    quantity: str = ""  # that the unit behind it says
    sign: str = ""

    @property
    def printed(self) -> Printed:
        """The number, for those who look whether rounding explains it."""
        return Printed(self.value, self.unit, self.text)

    def scaled(self, scale: Any) -> Amount:
        """Return the same number in the unit of its column."""
        if scale == 1:
            return self
        return Amount(
            self.value * scale, self.unit * scale, False, self.text, self.start, self.end,  # noqa: FBT003
            self.group, self.decimals, self.factor * scale, self.quantity, self.sign,
        )  # fmt: skip

    def explains(self, value: Any) -> str | None:
        """Say how it comes of an exact value: "exact", "rounded" or "truncated"; None where it does not."""
        if value == self.value:
            return "exact"
        return None if self.exact else explained(self.printed, value)

    def written(self, value: Any) -> str:
        """Write another value with the same unit, digits and grouping.

        >>> amount_in("1{,}728").written(15470264320), amount_in("25.6M").written(138357544)
        ('15{,}470{,}264{,}320', '138.4')
        """
        scaled = Rational(value) / self.factor
        places = self.decimals
        whole, rest = divmod(int(abs(scaled) * 10**places * 2 + 1) // 2, 10**places)
        digits = f"{whole:,}".replace(",", self.group)
        sign = (self.sign.strip("+") or "-") if scaled < 0 else self.sign.strip("-−")
        return f"{sign}{digits}.{rest:0{places}}" if places else f"{sign}{digits}"


def unit_behind(text: str, at: int) -> tuple[str, Any] | None:
    """Return the unit that stands behind a formula, outside of its dollars, with its factor.

    >>> unit_behind("$138$ million", 4), unit_behind("$138$ layers", 4)
    (('million', 1000000), None)
    """
    found = BEHIND.match(text, at)
    if found is None:
        return None
    unit = unit_of(found["unit"].lstrip("\\"), apart=found["space"] is not None)
    return None if unit is None or unit.factor == 1 else (found["unit"], unit.factor)


def amount_in(text: str) -> Amount | None:
    r"""Return the one number that a text is, or None.

    >>> amount_in(r"$4.1 \times 10^9$").value, amount_in("97.5 MiB").quantity, amount_in("7.3 / 19.6")
    (4100000000, 'bytes', None)
    """
    if len(text) > LONGEST:
        return None
    start, end = 0, len(text)
    while True:
        inside = text[start:end]
        if (space := len(inside) - len(inside.lstrip())) or inside != inside.rstrip():
            start, end = start + space, start + max(space, len(inside.rstrip()))
        elif wrapped := WRAPPED.match(inside):
            group = next(i for i, found in enumerate(wrapped.groups(), 1) if found is not None)
            start, end = start + wrapped.start(group), start + wrapped.end(group)
        elif rough := ROUGHLY.match(inside):
            start += rough.end()
        elif (
            (mark := MARKED.search(inside))
            and mark.start()
            and not inside[: mark.start()].endswith("10")
        ):
            end = start + mark.start()
        else:
            break
    found = NUMBER.fullmatch(text, start, end)
    return _amount(found) if found else None


def _amount(found: re.Match[str]) -> Amount | None:
    digits = found["number"]
    bare = re.sub(r"[^\d.]", "", digits)
    decimals = len(bare.partition(".")[2])
    factor, quantity, exact = Integer(1), "", decimals == 0
    if power := found["exponent"] or found["power"] or found["raised"]:
        power = "".join(SUPERSCRIPTS.get(char, char) for char in power.strip("{}"))
        factor, exact = Integer(10) ** int(power), False
    if found["unit"]:
        word = re.sub(r"^\\(?:text|mathrm|rm)\s*\{|\}$|^\\(?=%)", "", found["unit"]).strip()
        unit = unit_of(word, apart=found["space"] is not None)
        if unit is None:
            return None
        factor, quantity, exact = factor * unit.factor, unit.quantity, exact and unit.factor == 1
    sign = found["sign"] or ""
    last = factor / Integer(10) ** decimals
    return Amount(
        Rational(bare) * factor * (-1 if sign in ("-", "−") else 1), last, exact, found[0],
        found.start("number") - len(sign), found.end("number"),
        found["group"] or ("," if len(bare) <= SHORT else ""), decimals, factor, quantity, sign,
    )  # fmt: skip
