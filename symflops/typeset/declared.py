r"""LaTeX that somebody declares for a symbol: whole in itself, so that it can stand in any formula.

A macro of one's own is fine; what could reach beyond the symbol is not: braces that do not match, a command
without its argument, the end of mathematics, and whatever reads, writes or defines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from symflops.errors import SymbolError

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 200  # characters
PIECE = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
#: Commands that set their argument as words, in which nothing is raised or lowered.
_WORDS = "text textrm textbf textit textsf texttt textnormal mbox"
#: Other commands with one argument, and with two; all that are not listed are taken for letters and signs.
_ONE = """
    hat bar vec tilde dot ddot acute grave check breve mathring overline underline widehat widetilde
    overrightarrow mathrm mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr operatorname boldsymbol
    bm sqrt overbrace underbrace phantom vphantom hphantom mathop mathbin mathord
"""
_TWO = "frac dfrac tfrac binom overset underset stackrel"
#: What defines, jumps, lays out or ends, in TeX and in what browsers set LaTeX with; and what others begin with.
_REFUSED = """
    def edef gdef xdef let futurelet catcode lccode uccode mathcode csname expandafter noexpand usepackage
    RequirePackage documentclass loop repeat directlua latelua par item section kern raise lower hspace vspace
    rule hbox vbox vtop halign valign align noalign omit span cr crcr egroup bgroup begingroup global long outer
    else or fi begin special immediate tag label ref pageref cite bibitem index footnote href url require class
    cssId style unicode limits nolimits over atop above choose left right middle pagebreak scantokens shipout
    output string meaning show message the number romannumeral jobname relax makeatletter makeatother bye stop
    batchmode nonstopmode scrollmode
"""
_BEGINNINGS = "input include write read open close new renew provide Declare if every html lua err verb end after Expl"
WORDS, REFUSED = frozenset(_WORDS.split()), frozenset(_REFUSED.split())
BEGINNINGS = tuple(_BEGINNINGS.split())
ARGUMENTS = dict.fromkeys([*WORDS, *_ONE.split()], 1) | dict.fromkeys(_TWO.split(), 2)
#: What the commands that a symbol may have need beyond LaTeX itself.
PACKAGES = {
    "amsmath": "text operatorname dfrac tfrac binom overset underset boldsymbol",
    "amssymb": "mathbb mathfrak",
    "bm": "bm",
    "mathrsfs": "mathscr",
}
#: A name of a command, or a sign that stands for itself or a space behind a backslash.
LETTERS = re.compile(r"[A-Za-z,:;!> {}_|%&#]")
BARE = frozenset('$%&#~`"')
SCRIPTS = {"^": "^", "_": "_", "'": "^"}


class _FaultError(Exception):
    """What is wrong with the LaTeX of a symbol."""


def fault(latex: str) -> str:
    r"""Say what is wrong with the LaTeX of a symbol, or nothing.

    >>> fault(r"C_{\mathrm{in}}"), fault(r"\input{x}"), fault("C_{in"), fault(r"\hat")
    ('', '\\input does more than set a symbol', 'a brace is not closed', 'nothing stands behind \\hat')
    """
    try:
        _check(latex)
    except _FaultError as error:
        return str(error)
    return ""


def declared(name: str, latex: Any) -> str:
    r"""Return the LaTeX that is declared for a symbol, on one line.

    >>> print(declared("d_model", r"d_\text{model}"))
    d_\text{model}

    Raises:
        SymbolError: it is not whole in itself, or more than the name of a symbol.
    """
    try:
        _check(latex)
    except _FaultError as error:
        message = (
            f"latex={latex!r:.{LONGEST}} cannot be the LaTeX of {name}: {error}; write LaTeX for one symbol, "
            r"such as d_{\text{model}}"
        )
        raise SymbolError(message) from None
    # a browser would take <t in Markdown for a tag; TeX does not see the space
    return re.sub(r"<(?=\S)", "< ", " ".join(latex.split()))


def packages(latex: str) -> list[str]:
    r"""Return the packages that the commands of some LaTeX need.

    >>> packages(r"d_\text{model} + \mathbb{E}"), packages(r"\mathrm{d}_{\hat{h}} \\text")
    (['amsmath', 'amssymb'], [])
    """
    # the words behind \\, which ends a row, are no command
    commands = set(re.findall(r"\\([A-Za-z]+|.)", latex, re.DOTALL))
    return [package for package, known in PACKAGES.items() if commands & set(known.split())]


def needing(packages: Iterable[str], *, chinese: bool = False) -> str:
    r"""Return the comment that a fragment begins with.

    >>> print(needing(["booktabs", "amsmath"]))
    % needs \usepackage{booktabs} \usepackage{amsmath}
    """
    used = [f"\\usepackage{{{name}}}" for name in packages]
    if chinese:
        used.append(r"\usepackage[scheme=plain]{ctex}")
    return f"% needs {' '.join(used) or 'no package'}"


def _check(latex: Any) -> None:
    """Raise what is wrong with the LaTeX of a symbol."""
    if not isinstance(latex, str) or not latex.strip() or len(latex) > LONGEST:
        message = f"it must be text of 1 to {LONGEST} characters"
        raise _FaultError(message)
    _Reader(latex).row("")


class _Reader:
    """Goes over LaTeX once, as TeX would in a formula."""

    def __init__(self, latex: str) -> None:
        self.pieces = PIECE.findall(latex)[::-1]

    def refuse(self, why: str) -> NoReturn:
        """Say why this is no LaTeX for a symbol."""
        raise _FaultError(why)

    def row(self, closing: str, *, words: bool = False) -> None:
        """Read up to a closing brace or the end."""
        scripts = ""
        is_first = not closing
        while self.pieces:
            piece = self.pieces.pop()
            if piece == closing:
                return
            if piece in SCRIPTS and not (words and piece == "'"):  # in words it is an apostrophe
                if words or is_first:
                    self.refuse(f"{piece} stands in words, or has nothing in front of it")
                sign = SCRIPTS[piece]
                # several primes are one superscript, and one more may follow them
                if sign in scripts and not scripts.endswith("'"):
                    self.refuse("two superscripts or two subscripts stand at one letter")
                scripts += sign + piece.strip("^_")
                if piece != "'":
                    self.argument(piece)
            elif not piece.isspace():
                is_first, scripts = False, ""
                self.atom(piece)
        if closing:
            self.refuse("a brace is not closed")

    def argument(self, of: str) -> None:
        """Read what a script or a command applies to."""
        while self.pieces and self.pieces[-1].isspace():
            self.pieces.pop()
        if not self.pieces or self.pieces[-1] in ("}", *SCRIPTS):
            self.refuse(f"nothing stands behind {of}")
        self.atom(self.pieces.pop(), words=of[1:] in WORDS)

    def atom(self, piece: str, *, words: bool = False) -> None:
        """Read one letter, sign, group, or command with its arguments."""
        command = piece[1:] if piece.startswith("\\") else None
        if piece == "{":
            self.row("}", words=words)
        elif piece == "}":
            self.refuse("a brace is closed that was not opened")
        elif command is None:
            if piece in BARE or not piece.isprintable():
                self.refuse(f"{piece!r} does not stand for itself there")
        elif not command:
            self.refuse("a backslash ends it")
        elif not LETTERS.match(command) or command in REFUSED or command.startswith(BEGINNINGS):
            self.refuse(f"{piece} does more than set a symbol")
        else:
            for _ in range(ARGUMENTS.get(command, 0)):
                self.argument(piece)
