"""What came out of a check: a verdict that says why, as data and as a paragraph."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from symflops.claims.wording import paragraph
from symflops.errors import UnknownNameError

if TYPE_CHECKING:
    from symflops.claims.witnesses import Witness
    from symflops.symbols import Symbol

Word = Literal[
    "correct", "correct_under_convention", "approximation", "ambiguous", "wrong", "undecided"
]
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Miss:
    """One way in which a formula misses another: words, the formulas in them, and what it would be equal to."""

    name: str
    en: str
    zh: str
    args: tuple[Any, ...] = ()
    becomes: Any = None


@dataclass(frozen=True)
class Judged:
    """One step of a chain: two sides with their sign, and whether it holds; what is claimed is the right one."""

    left: Any
    sign: str
    right: Any
    holds: bool | None
    witness: Witness | None = None
    off: Any = None  # how much the right side is off, relative to the left, where both are numbers


@dataclass(frozen=True)
class Subject:
    """What a claim was held against, for sentences: a quantity of a layer on an input, or a formula."""

    quantity: str = ""
    of: str = ""
    input: str = ""
    order: tuple[Any, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """What ``check()`` answers; prints as a paragraph.

    ``verdict`` is a word: correct, correct_under_convention, approximation, ambiguous, wrong or undecided;
    ``holds`` is True, False or None. ``claim`` and ``actual`` are formulas in the target's symbols, and
    ``difference`` is the actual one less the claimed. ``conventions`` and ``quantities`` are all that fit,
    ``variant`` the change of the layer that it takes; ``witness`` has sizes at which both differ, and
    ``explanation`` says how the claim misses.

    >>> import symflops as sf
    >>> N, D = sf.dims("N D")
    >>> found = sf.check("3ND^2 + 2N^2D", 4*N*D**2 + 2*N**2*D)
    >>> found.verdict, found.holds, found.difference
    ('wrong', False, D**2*N)
    """

    verdict: Word
    claim: Any
    actual: Any
    holds: bool | None = None
    conventions: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    variant: str = ""
    variant_zh: str = ""
    counted: str = ""  # the convention that was asked for
    difference: Any = None
    witness: Witness | None = None
    misses: tuple[Miss, ...] = ()
    mapping: dict[Symbol, Any] = field(default_factory=dict)
    exchangeable: tuple[tuple[Symbol, ...], ...] = ()
    steps: tuple[Judged, ...] = ()
    notes: tuple[str, ...] = ()
    readings: tuple[tuple[str, Verdict], ...] = ()
    how: str = ""  # of an approximation: rounded, truncated, leading, near
    off: Any = None
    omitted: Any = None
    growing: tuple[Symbol, ...] = ()
    missing: str = ""
    order: Any = None  # an order of growth that was claimed, and what was found of it
    subject: Subject = Subject()
    code: tuple[str, ...] = ()
    lang: str = "en"

    def in_language(self, lang: str) -> Verdict:
        """Return the same verdict in another language: ``"en"`` or ``"zh"``.

        Raises:
            UnknownNameError: another language.
        """
        if lang not in LANGUAGES:
            raise UnknownNameError("language", lang, LANGUAGES)
        return replace(
            self, lang=lang, readings=tuple((n, v.in_language(lang)) for n, v in self.readings)
        )

    @property
    def explanation(self) -> str:
        """Why the claim is not simply right, in words; nothing where it is."""
        return paragraph(self, part="why")

    def __bool__(self) -> bool:
        """Whether it holds."""
        return self.holds is True

    def __str__(self) -> str:
        return paragraph(self)

    __repr__ = __str__

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def to_markdown(self, *, reproduce: bool = False) -> str:
        """Return the paragraph as Markdown; with ``reproduce``, three lines of Python that give it again.

        >>> import symflops as sf
        >>> D = sf.dim("D")
        >>> print(sf.check("D^2", (sf.Linear(D, D), (D,)), "params").to_markdown(reproduce=True))
        Correct under a convention. The parameters of `Linear(D, D)` on `(D,)` are $D^{2}$, without bias. As given they are $D (D + 1)$.
        <BLANKLINE>
        ```python
        from symflops import Linear, check, dims
        D, = dims("D")
        print(check('D^2', (Linear(D, D), (D,)), 'params'))
        ```
        """
        text = paragraph(self, medium="markdown")
        if not reproduce:
            return text
        return "\n".join([text, "", "```python", *self.code, "```"])
