r"""Macros of LaTeX: ``\newcommand`` and its like are found, and put in.

Expansion is bounded in steps and in length; what grows beyond that is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from symflops.errors import ReadError
from symflops.reading.lexis import MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_STEPS = 500  # macros that are put in
MOST_GROWTH = 20_000  # characters of what comes of it
SHOWN = 200  # characters of a text that an error shows

DEFINITION = re.compile(
    r"\\(?P<how>newcommand|renewcommand|providecommand|def|DeclareMathOperator)(?![A-Za-z])\s*\*?\s*"
)
NAME = re.compile(r"\\([A-Za-z]+|[^A-Za-z\s])")
PARAMETER = re.compile(r"\s*#\d")
COUNT = re.compile(r"\s*\[(\d)\]")
DEFAULT = re.compile(r"\s*\[([^\[\]]*)\]")
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


class Macro(NamedTuple):
    """What a command stands for: how many arguments it takes, and what they are put into."""

    arguments: int
    body: str
    default: str | None = None  # of the first argument, where it may be left out


def group_at(text: str, position: int) -> tuple[str, int]:
    """Return the braced group (or the single token) that starts at a position, and where it ends."""
    while position < len(text) and text[position].isspace():
        position += 1
    if position >= len(text):
        message = "expected a group in braces"
        raise ReadError(message, text, position)
    if text[position] != "{":
        match = NAME.match(text, position)
        end = match.end() if match else position + 1
        return text[position:end], end
    depth = 0
    for brace in BRACE.finditer(text, position):
        depth += (brace[0] == "{") - (brace[0] == "}")
        if depth == 0:
            return text[position + 1 : brace.start()], brace.end()
    message = "this brace is not closed"
    raise ReadError(message, text, position)


def defined_in(text: str) -> tuple[str, dict[str, Macro]]:
    r"""Return a text without its definitions, and the definitions.

    >>> defined_in(r"\newcommand{\din}{d_{in}} 2\din")
    (' 2\\din', {'din': Macro(arguments=0, body='d_{in}', default=None)})
    """
    macros: dict[str, Macro] = {}
    pieces, end = [], 0
    while match := DEFINITION.search(text, end):
        pieces.append(text[end : match.start()])
        name, macro, end = _definition(text, match)
        macros[name] = macro
    pieces.append(text[end:])
    return "".join(pieces), macros


def _definition(text: str, match: re.Match[str]) -> tuple[str, Macro, int]:
    name, end = group_at(text, match.end())
    found = NAME.fullmatch(name.strip())
    if found is None:
        message = "a definition needs the name of a command, such as \\din"
        raise ReadError(message, text, match.end())
    count, default = 0, None
    if match["how"] == "def":
        while parameter := PARAMETER.match(text, end):
            end, count = parameter.end(), count + 1
    elif arguments := COUNT.match(text, end):
        end, count = arguments.end(), int(arguments[1])
        if optional := DEFAULT.match(text, end):
            end, default = optional.end(), optional[1]
    body, end = group_at(text, end)
    if match["how"] == "DeclareMathOperator":
        body = rf"\operatorname{{{body}}}"
    return found[1], Macro(count, body, default), end


def declared(macros: Mapping[str, str] | str | None) -> dict[str, Macro]:
    r"""Return macros that were given: as LaTeX definitions, or as a mapping of names to what they stand for.

    >>> declared({r"\sq": "#1^2"})
    {'sq': Macro(arguments=1, body='#1^2', default=None)}
    """
    if macros is None:
        return {}
    if isinstance(macros, str):
        _limited(macros)
        return defined_in(macros)[1]
    found = {}
    for name, body in macros.items():
        count = max((int(digit) for digit in re.findall(r"#(\d)", _limited(body))), default=0)
        found[name.lstrip("\\")] = Macro(count, body)
    return found


def _limited(text: str) -> str:
    if len(text) > MAX_LENGTH:
        message = f"the macros have {len(text):,} characters; at most {MAX_LENGTH:,} are read"
        raise ReadError(message, text[:SHOWN], 0)
    return text


def expanded(text: str, macros: Mapping[str, Macro]) -> str:
    r"""Put macros in until none is left.

    >>> expanded(r"\sq{n} m", {"sq": Macro(1, "#1^2")})
    '{n}^2 m'

    Raises:
        ReadError: a macro that calls itself, or a text that grows beyond what is read.
    """
    if not macros:
        return text
    names = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
    pattern = re.compile(rf"\\({names})(?![A-Za-z])")
    limit, start = len(text) + MOST_GROWTH, 0
    for _ in range(MOST_STEPS):
        match = pattern.search(text, start)
        if match is None:
            return text
        body, end = _put_in(text, match.end(), macros[match[1]], room=limit - len(text))
        text = text[: match.start()] + body + text[end:]
        start = match.start()
        if len(text) > limit:
            break
    message = f"macros grow beyond {MOST_GROWTH:,} characters or {MOST_STEPS} steps"
    raise ReadError(message, text[:SHOWN], 0)


def _put_in(text: str, end: int, macro: Macro, room: int) -> tuple[str, int]:
    """Return what comes of one macro whose name ends at a place, and where its arguments end."""
    arguments = []
    for i in range(macro.arguments):
        optional = DEFAULT.match(text, end) if i == 0 and macro.default is not None else None
        if optional:
            arguments.append(optional[1])
            end = optional.end()
        elif i == 0 and macro.default is not None:
            arguments.append(macro.default)
        else:
            argument, end = group_at(text, end)
            arguments.append(argument)
    grown = sum(macro.body.count(f"#{i}") * len(a) for i, a in enumerate(arguments, start=1))
    if grown > room:
        message = f"macros grow beyond {MOST_GROWTH:,} characters or {MOST_STEPS} steps"
        raise ReadError(message, text[:SHOWN], 0)
    body = re.sub(
        r"#(\d)",
        lambda m: f"{{{arguments[int(m[1]) - 1]}}}" if 0 < int(m[1]) <= len(arguments) else m[0],
        macro.body,
    )
    return f"{body} " if text[end : end + 1].isalpha() else body, end
