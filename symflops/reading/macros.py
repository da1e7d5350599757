r"""LaTeX before it is read: comments and labels go, ``\newcommand`` and its like are put in, rows are parted.

Expansion is bounded in steps and in length; what grows beyond that is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symflops.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_STEPS = 500  # macros that are put in
MOST_GROWTH = 20_000  # characters of what comes of it
MOST_ARGUMENTS = 9

DEFINITION = re.compile(
    r"\\(?P<how>newcommand|renewcommand|providecommand|def|DeclareMathOperator)\s*\*?\s*"
)
NAME = re.compile(r"\\([A-Za-z]+|[^A-Za-z\s])")
Macro = tuple[int, str]  # how many arguments, and what they are put into


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
    for at in range(position, len(text)):
        if text[at] == "\\":
            continue
        escaped = at > 0 and text[at - 1] == "\\"
        depth += (text[at] == "{" and not escaped) - (text[at] == "}" and not escaped)
        if depth == 0:
            return text[position + 1 : at], at + 1
    message = "this brace is not closed"
    raise ReadError(message, text, position)


def defined_in(text: str) -> tuple[str, dict[str, Macro]]:
    r"""Return a text without its definitions, and the definitions.

    >>> defined_in(r"\newcommand{\din}{d_{in}} 2\din")
    (' 2\\din', {'din': (0, 'd_{in}')})
    """
    macros: dict[str, Macro] = {}
    while match := DEFINITION.search(text):
        name, end = group_at(text, match.end())
        found = NAME.fullmatch(name.strip())
        if found is None:
            message = "a definition needs the name of a command, such as \\din"
            raise ReadError(message, text, match.end())
        count = 0
        if match["how"] == "def":
            while parameter := re.compile(r"\s*#\d").match(text, end):
                end, count = parameter.end(), count + 1
        elif arguments := re.compile(r"\s*\[(\d)\]").match(text, end):
            end, count = arguments.end(), int(arguments[1])
        body, end = group_at(text, end)
        if match["how"] == "DeclareMathOperator":
            body = rf"\operatorname{{{body}}}"
        macros[found[1]] = (count, body)
        text = text[: match.start()] + text[end:]
    return text, macros


def declared(macros: Mapping[str, str] | str | None) -> dict[str, Macro]:
    """Return macros that were given: as LaTeX definitions, or as a mapping of names to what they stand for."""
    if macros is None:
        return {}
    if isinstance(macros, str):
        return defined_in(macros)[1]
    found = {}
    for name, body in macros.items():
        count = max((int(digit) for digit in re.findall(r"#(\d)", body)), default=0)
        found[name.lstrip("\\")] = (count, body)
    return found


def expanded(text: str, macros: Mapping[str, Macro]) -> str:
    r"""Put macros in until none is left.

    >>> expanded(r"\sq{n} m", {"sq": (1, "#1^2")})
    '{n}^2 m'

    Raises:
        ReadError: a macro that calls itself, or a text that grows beyond what is read.
    """
    if not macros:
        return text
    names = "|".join(sorted(map(re.escape, macros), key=len, reverse=True))
    pattern = re.compile(rf"\\({names})(?![A-Za-z])")
    limit = len(text) + MOST_GROWTH
    for _ in range(MOST_STEPS):
        match = pattern.search(text)
        if match is None:
            return text
        count, body = macros[match[1]]
        end, arguments = match.end(), []
        for _ in range(count):
            argument, end = group_at(text, end)
            arguments.append(argument)
        for i, argument in enumerate(arguments, start=1):
            body = body.replace(f"#{i}", f"{{{argument}}}")
        text = (
            text[: match.start()]
            + (f"{body} " if text[end : end + 1].isalpha() else body)
            + text[end:]
        )
        if len(text) > limit:
            break
    message = f"macros grow beyond {MOST_GROWTH:,} characters or {MOST_STEPS} steps"
    raise ReadError(message, text[:200], 0)


COMMENT = re.compile(r"(?<![\\\d])%.*")
DROPPED = re.compile(
    r"\\(?:label|tag|ref|eqref|cite)\s*\*?\s*\{[^{}]*\}|\\(?:nonumber|notag|displaystyle|textstyle|limits|nolimits)(?![A-Za-z])"
)
ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}(?:\[[a-z]\])?")
ENVIRONMENTS = {
    "equation", "align", "aligned", "alignat", "eqnarray", "gather", "gathered", "multline", "split",
    "displaymath", "math", "flalign",
}  # fmt: skip


def unwrapped(text: str) -> str:
    r"""Return the formula of an environment or of dollars, its rows joined, without comments and labels.

    >>> unwrapped(r"\begin{align} a &= b \\ &= c \label{x} \end{align}")
    'a = b   = c'
    """
    if "\\" in text:
        text = DROPPED.sub(" ", COMMENT.sub("", text))
    for _, name in ENVIRONMENT.findall(text):
        if name.rstrip("*") not in ENVIRONMENTS:
            at = text.find(name)
            message = f"the environment {name} holds no formula that is read"
            raise ReadError(message, text, max(at, 0))
    text = ENVIRONMENT.sub(" ", text)
    text = text.strip()
    for opening, closing in (("$$", "$$"), ("$", "$"), (r"\[", r"\]"), (r"\(", r"\)")):
        if text.startswith(opening) and text.endswith(closing) and len(text) > len(opening):
            text = text[len(opening) : -len(closing)].strip()
            break
    text = re.sub(r"(?<!\\)&", "", text)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?", " ", text)
    return text.strip().rstrip(".,;").rstrip()


def rows(text: str) -> Iterator[str]:
    r"""Yield the rows of an environment, each as a text of its own."""
    for row in re.split(r"\\\\(?:\[[^\]]*\])?", text):
        if stripped := row.strip():
            yield stripped
