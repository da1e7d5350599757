"""The sentences of a verdict, in English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symflops.claims.phrases import NAMES, PHRASES, PRONOUNS, QUANTITIES, SINGULAR, SPACE, VERBS
from symflops.claims.remarks import REMARKS
from symflops.errors import ArgumentError
from symflops.printed import Formula
from symflops.reading.readings import Growth
from symflops.symbols import exact
from symflops.units import fixed_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.claims.verdicts import Judged, Miss, Verdict

MOST_MISSES = 2  # in a paragraph; the others are in ``misses``
LONGEST = 400  # characters of a formula in a sentence
MOST_DIGITS = 10**6  # of a fraction that is shown as one
RIGHT = ("correct", "correct_under_convention")
ORDERS = {"Theta": "Θ", "Omega": "Ω", "~Theta": "Θ̃", "~Omega": "Ω̃", "~O": "Õ"}


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
        self.broken = next((s for s in verdict.steps if s.holds is False), None)

    # what it is

    def head(self) -> str:
        """Say the verdict, and of what."""
        v, name = self.verdict, NAMES[self.lang][self.verdict.verdict]
        if v.readings or self.broken is not None or v.claim is None or v.actual is None:
            return name
        if v.order is not None:
            key = "is_order" if v.order.said(self.lang) else "is_of"
        elif v.verdict == "approximation":
            key = f"is_{v.how}"
        else:
            key = {"undecided": "is_open", "wrong": "is_not"}.get(v.verdict, "is")
        return name + SPACE[self.lang] + self.said(key)

    def said(self, key: str) -> str:
        """Return one sentence about the verdict."""
        v = self.verdict
        quantity = v.quantities[0] if v.verdict in RIGHT and v.quantities else v.subject.quantity
        one = quantity in SINGULAR
        subject = self.subject(quantity)
        return self.words[key].format(
            claim=self.shown(v.claim),
            actual=self.shown(v.actual),
            subject=subject,
            Subject=subject[:1].upper() + subject[1:] if self.lang == "en" else subject,
            verb=VERBS[self.lang][not one],
            pronoun=PRONOUNS[self.lang][not one],
            under=self.under(),
            convention=self.code(v.counted or "exact"),
            off=self.percent(v.off),
            omitted=self.shown(v.omitted) if v.omitted is not None else "",
            growing=self.listed(map(self.shown, v.growing)),
            order=v.order.said(self.lang) if v.order is not None else "",
        )

    def subject(self, quantity: str) -> str:
        """Say what was compared: the MACs and the multiplications of a layer on its input."""
        v = self.verdict
        names = v.quantities if v.verdict in RIGHT and v.quantities else (quantity,)
        what = self.listed(QUANTITIES[self.lang].get(n, n) for n in names if n)
        if not v.subject.of:
            return what or self.words["formula"]
        layer, given = v.subject.of, v.subject.input
        of = self.code(layer)
        if given:
            of = self.words["on"].format(layer=of, input=self.code(given))
        return self.words["of"].format(what=what, of=of)

    def under(self) -> str:
        """Say under which conventions, and for which variant."""
        v, parts = self.verdict, []
        if v.conventions and "flops" in (*v.quantities, v.subject.quantity):
            parts.append(self.words["under"].format(self.listed(map(self.code, v.conventions))))
        if v.variant:
            parts.append(
                self.words["variant"].format(
                    v.variant if self.lang == "en" else v.variant_zh or v.variant
                )
            )
        return "".join(parts)

    # why

    def why(self) -> Iterator[str]:
        """Say what is wrong, with numbers to redo by hand, and the nearest miss."""
        v = self.verdict
        for name, reading in v.readings:
            yield self.words["reading"].format(name) + paragraph(reading, self.medium)
        if v.verdict == "correct_under_convention":
            yield self.said("as_given" if v.variant else "counted")
        if v.missing:
            yield self.words["missing"].format(self.translated(v.missing))
        if self.broken is not None:
            yield from self.broken_step(self.broken)
        elif v.verdict in ("wrong", "approximation") and v.witness is not None and v.witness.sizes:
            yield self.at(v.witness, "witness")
        elif v.off is not None and v.verdict == "wrong":
            yield self.words["off"].format(self.percent(v.off))
        for miss in v.misses[:MOST_MISSES]:
            yield self.miss(miss)

    def broken_step(self, step: Judged) -> Iterator[str]:
        """Say which step of a chain is the first that fails."""
        number = self.verdict.steps.index(step) + 1
        left, right = self.shown(step.left), self.shown(step.right)
        yield self.words["step"].format(number=number, left=left, sign=step.sign, right=right)
        if step.witness is not None and step.witness.sizes:
            yield self.at(step.witness.turned, "sides")
        elif step.off is not None:
            yield self.words["off_by"].format(self.percent(step.off))

    def at(self, witness: Any, key: str) -> str:
        """Say what both sides come to at some sizes."""
        sizes = self.listed(self.equation(s, n) for s, n in witness.sizes.items())
        return self.words[key].format(
            sizes, self.shown(witness.claimed), self.shown(witness.actual)
        )

    def miss(self, miss: Miss) -> str:
        """Say how it misses."""
        template = miss.en if self.lang == "en" else miss.zh
        if template[0] != "{":
            template = template[0].upper() + template[1:]
        pieces = (self.code(a) if isinstance(a, str) else self.shown(a) for a in miss.args)
        return template.format(*pieces) + self.words["stop"]

    def notes(self) -> Iterator[str]:
        """Say how letters were taken, and what was taken for granted."""
        v = self.verdict
        if v.mapping:
            pairs = (self.equation(a, b) for a, b in v.mapping.items())
            yield self.words["mapping"].format(self.listed(pairs))
        for group in v.exchangeable:
            yield self.words["exchangeable"].format(self.listed(map(self.shown, group)))
        for note in v.notes:
            yield self.translated(note).rstrip(".。") + self.words["stop"]

    # pieces

    def translated(self, note: str) -> str:
        """Return a remark, which is English, in the language; one that has no translation as it is."""
        if self.lang == "zh":
            for english, chinese in REMARKS:
                if match := english.fullmatch(note):
                    return match.expand(chinese)
        return note

    def listed(self, items: Iterable[str]) -> str:
        """Join items: a, b and c."""
        *most, last = list(items) or [""]
        if not most:
            return last
        return f"{self.words['comma'].join(most)}{self.words['and']}{last}"

    def equation(self, left: Any, right: Any) -> str:
        """Write that one is the other."""
        return f"{self.shown(left)} = {self.shown(right)}".replace("$ = $", " = ")

    def code(self, text: str) -> str:
        """Write what is Python."""
        return f"`{text}`" if self.medium == "markdown" else text

    def shown(self, value: Any) -> str:
        """Write a formula, or a number with its digits in threes."""
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, Growth):
            order = ORDERS.get(value.order, value.order)
            return f"{order}({self.shown(value.expr)})"
        try:
            value = exact(value)
        except ArgumentError:
            return str(value)
        if value.is_Integer:
            text = f"{int(value):,}"
            return f"${text.replace(',', '{,}')}$" if self.medium == "markdown" else text
        if value.is_Rational and max(abs(value.p), value.q) > MOST_DIGITS:
            return fixed_digits(value) if value > 0 else f"-{fixed_digits(-value)}"
        formula = Formula(value, self.verdict.subject.order)
        try:
            written = formula.latex if self.medium == "markdown" else str(formula)
        except (ArgumentError, NotImplementedError):
            written = str(value)
        if self.medium == "markdown":
            return f"${written}$"
        return written if len(written) <= LONGEST else written[:LONGEST] + " …"

    def percent(self, off: Any) -> str:
        """Write how much something is off: 5.8 % too large."""
        if off is None:
            return ""
        size = fixed_digits(abs(exact(off)) * 100)
        return self.words["more" if off > 0 else "less"].format(size)
