"""The sentences of a verdict, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy

from symflops.claims.phrases import NAMES, PHRASES, QUANTITIES, SPACE
from symflops.errors import ArgumentError
from symflops.symbols import exact
from symflops.typeset import Formula
from symflops.units import fixed_digits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symflops.claims.verdicts import Judged, Miss, Verdict

MOST_MISSES = 2  # in a paragraph; the others are in ``misses``
LONGEST = 400  # characters of a formula in a sentence


def paragraph(verdict: Verdict, medium: str = "text", part: str = "") -> str:
    """Return a verdict in words; ``part="why"`` is all that comes after what it is."""
    said = Saying(verdict, medium)
    sentences = [*said.why()] if part else [said.head(), *said.why(), *said.notes()]
    return SPACE[verdict.lang].join(sentence for sentence in sentences if sentence)


class Saying:
    """Says a verdict in one language and medium."""

    def __init__(self, verdict: Verdict, medium: str) -> None:
        self.verdict, self.medium = verdict, medium
        self.words = PHRASES[verdict.lang]
        self.lang = verdict.lang

    # what it is

    def head(self) -> str:
        """Say the verdict, and of what."""
        v, name = self.verdict, NAMES[self.lang][self.verdict.verdict]
        if v.readings:
            return name
        if v.steps and any(step.holds is False for step in v.steps):
            return name
        if v.order is not None or v.claim is None:
            return name
        if v.actual is None:
            return name
        key = "is" if v.verdict in ("correct", "correct_under_convention") else "is_not"
        if v.verdict == "approximation":
            key = f"is_{v.how}"
        elif v.verdict == "undecided":
            key = "is_open"
        return name + SPACE[self.lang] + self.words[key].format(**self.facts())

    def facts(self) -> dict[str, str]:
        """Return what the sentences speak of."""
        v = self.verdict
        of = self.code(v.subject.of) if v.subject.of else ""
        names = (
            v.quantities
            if v.verdict.startswith("correct") and v.quantities
            else (v.subject.quantity,)
        )
        what = self.listed(QUANTITIES[self.lang].get(n, n) for n in names if n)
        if of:
            subject = self.words["of"].format(what=what, of=of)
        else:
            subject = what or self.words["formula"]
        same = v.actual is not None and v.actual == v.claim
        return {
            "claim": self.shown(v.claim),
            "actual": self.shown(v.actual),
            "same": "" if same else self.words["that_is"].format(self.shown(v.actual)),
            "subject": subject,
            "off": self.percent(v.off),
            "omitted": self.shown(v.omitted) if v.omitted is not None else "",
            "growing": self.listed(map(self.shown, v.growing)),
            "under": self.under(),
        }

    def under(self) -> str:
        """Say under which conventions, and for which variant."""
        v, parts = self.verdict, []
        if v.conventions and "flops" in v.quantities:
            parts.append(self.words["under"].format(self.listed(map(self.code, v.conventions))))
        if v.variant:
            parts.append(self.words["variant"].format(v.variant))
        return "".join(parts)

    # why

    def why(self) -> Iterator[str]:
        """Say what is wrong, with numbers to redo by hand, and the nearest miss."""
        v = self.verdict
        for name, reading in v.readings:
            label = self.words["reading"].format(name)
            yield label + paragraph(reading, self.medium)
        if v.order is not None:
            yield str(v.order)
        yield from self.broken_step()
        if (
            v.verdict == "correct_under_convention"
            and v.actual is not None
            and v.witness is not None
        ):
            yield self.words["as_given"].format(self.shown(v.actual))
        if v.missing:
            yield self.words["missing"].format(v.missing)
        if v.witness is not None and v.verdict in ("wrong", "approximation") and v.witness.sizes:
            yield self.at(v.witness, "witness")
        elif v.off is not None and v.verdict == "wrong":
            yield self.words["off"].format(self.percent(v.off))
        for miss in v.misses[:MOST_MISSES]:
            yield self.miss(miss)

    def broken_step(self) -> Iterator[str]:
        """Say which step of a chain is the first that fails."""
        for number, step in enumerate(self.verdict.steps, 1):
            if step.holds is False:
                yield self.words["step"].format(
                    number=number,
                    left=self.shown(step.left),
                    sign=step.sign,
                    right=self.shown(step.right),
                )
                if step.witness is not None and step.witness.sizes:
                    yield self.at(step.witness, "sides")
                elif step.off is not None:
                    yield self.words["off_by"].format(self.percent(step.off))
                return

    def at(self, witness: Any, key: str) -> str:
        """Say what both sides come to at some sizes."""
        sizes = self.listed(f"{self.shown(s)} = {self.shown(n)}" for s, n in witness.sizes.items())
        return self.words[key].format(
            sizes, self.shown(witness.claimed), self.shown(witness.actual)
        )

    def miss(self, miss: Miss) -> str:
        """Say how it misses."""
        template = miss.en if self.lang == "en" else miss.zh
        text = template.format(*(a if isinstance(a, str) else self.shown(a) for a in miss.args))
        return text[0].upper() + text[1:] + ("." if self.lang == "en" else "。")

    def notes(self) -> Iterator[str]:
        """Say how letters were taken, and what was taken for granted."""
        v = self.verdict
        if v.mapping:
            pairs = (f"{self.shown(a)} = {self.shown(b)}" for a, b in v.mapping.items())
            yield self.words["mapping"].format(self.listed(pairs))
        for group in v.exchangeable:
            yield self.words["exchangeable"].format(self.listed(map(self.shown, group)))
        for note in v.notes:
            yield note[0].upper() + note[1:] + ("" if note.endswith((".", "。")) else ".")

    # pieces

    def listed(self, items: Any) -> str:
        """Join items: a, b and c."""
        *most, last = list(items) or [""]
        if not most:
            return last
        return f"{self.words['comma'].join(most)}{self.words['and']}{last}"

    def code(self, text: str) -> str:
        """Write what is Python."""
        return f"`{text}`" if self.medium == "markdown" else text

    def shown(self, value: Any) -> str:
        """Write a formula, or a number with its digits in threes."""
        if value is None or isinstance(value, str):
            return value or ""
        if not isinstance(value, sympy.Expr):
            try:
                value = exact(value)
            except ArgumentError:
                return str(value)
        if value.is_Integer:
            text = f"{int(value):,}"
            return f"${text.replace(',', '{,}')}$" if self.medium == "markdown" else text
        if value.is_Rational and abs(value.p) > 10**6:  # noqa: PLR2004 - longer than a person reads
            return fixed_digits(value) if value > 0 else f"-{fixed_digits(-value)}"
        formula = Formula(value, self.verdict.subject.order)
        try:
            text = formula.latex if self.medium == "markdown" else str(formula)
        except (ArgumentError, NotImplementedError):
            text = str(value)
        if self.medium == "markdown":
            return f"${text}$"
        return text if len(text) <= LONGEST else text[:LONGEST] + " …"

    def percent(self, off: Any) -> str:
        """Write how much something is off: 5.8 % too large."""
        if off is None:
            return ""
        size = fixed_digits(abs(exact(off)) * 100)
        return self.words["more" if off > 0 else "less"].format(size)
