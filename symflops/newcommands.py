r"""Numbers for running text: a cost as ``\newcommand`` of LaTeX, so that no number is typed by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from symflops.costs import METRICS, Cost
from symflops.errors import ArgumentError, UnknownNameError
from symflops.output.printing import printable
from symflops.symbols import exact
from symflops.tables.escape import escape
from symflops.typeset.declared import needing, packages
from symflops.typeset.writer import Order, as_factor
from symflops.units import si

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symflops.trace import Shape

#: What stands behind the prefix. No command of LaTeX or of its packages for text and tables ends so.
NAMES = {
    "params": "Params",
    "active_params": "ActiveParams",
    "mults": "Mults",
    "adds": "Adds",
    "macs": "MACs",
    "flops": "FLOPs",
    "activations": "Activations",
    "kv_cache": "KVCache",
    "model_size": "ModelSize",
    "kv_cache_size": "KVCacheSize",
}
SIZES = ("model_size", "kv_cache_size")  # bytes
EXACT, CONVENTION, INPUT = "Exact", "Convention", "InputShape"
LETTERS = re.compile(r"[A-Za-z]{1,64}")
DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def macros(
    cost: Cost | Mapping[str, Cost],
    prefix: str = "Ours",
    metrics: Iterable[str] | str = ("params", "macs", "flops"),
    *,
    scale: str | None = None,
    digits: int = 3,
) -> str:
    r"""Return ``\newcommand`` for the numbers of a cost, for text and mathematics alike.

    A number has two commands: ``\OursMACs``, as :func:`si` rounds it, in ``digits`` significant digits and with
    the prefix ``scale`` if one is given; and ``\OursMACsExact``, to the unit. A formula has ``\OursMACs`` alone.
    Units are yours to write: ``\OursParams{} parameters``, ``\OursFLOPs{}FLOPs``. ``\OursConvention`` and
    ``\OursInputShape`` say under which convention and at which input; a comment before them says what was counted.
    For several costs, ``{"Ours": ours, "Base": base}``, the keys are the prefixes. They need no package, unless the
    LaTeX of a symbol does, which the first line then says.

    >>> import symflops as sf
    >>> cost = sf.cost(sf.zoo.resnet50(), (3, 224, 224), "mac").at()
    >>> print("\n".join(sf.macros(cost, metrics="params,macs", digits=4).splitlines()[1:]))
    \newcommand{\OursParams}{25.56\,\mbox{M}}
    \newcommand{\OursParamsExact}{25{,}557{,}032}
    \newcommand{\OursMACs}{4.089\,\mbox{G}}
    \newcommand{\OursMACsExact}{4{,}089{,}184{,}256}
    \newcommand{\OursConvention}{\mbox{mac}}
    \newcommand{\OursInputShape}{\ensuremath{3 \times 224 \times 224}}
    >>> N, D = sf.dims("N D")
    >>> print(sf.macros(sf.cost(sf.Linear(D, D), (N, D)), "Base", "flops").splitlines()[1])
    \newcommand{\BaseFLOPs}{\ensuremath{2 N D^{2}}}

    Raises:
        ArgumentError: a prefix that is not letters alone, or two that make one command; or no cost.
        UnknownNameError: a metric or a scale that is not there.
    """
    if isinstance(cost, Mapping) and prefix != "Ours":
        raise ArgumentError(f"prefix={prefix!r:.60} is for one cost; of several, the keys are it")
    given: Any = cost  # of an empty mapping the error says that it is no cost
    pairs = tuple(given.items()) if isinstance(given, Mapping) and given else ((prefix, given),)
    wanted = tuple(map(str.strip, metrics.split(",")) if isinstance(metrics, str) else metrics)
    lines, commands = [], set()
    for start, one in pairs:
        _check(start, one)
        lines.append(f"% {start}: {printable(' '.join(one.statement().split()))}")
        for name, text in _commands(one, wanted, scale, digits):
            if (command := start + name) in commands:
                raise ArgumentError(f"\\{command} would stand for two numbers; change a prefix")
            commands.add(command)
            lines.append(rf"\newcommand{{\{command}}}{{{text}}}")
    if used := packages("".join(lines)):
        lines.insert(0, needing(used))
    return "\n".join(lines) + "\n"


def _check(prefix: Any, cost: Any) -> None:
    if not isinstance(cost, Cost):
        message = f"macros() needs a cost, such as sf.cost(sf.zoo.vgg16()), got {cost!r:.60}"
        raise ArgumentError(message)
    if not isinstance(prefix, str) or not LETTERS.fullmatch(prefix):
        message = (
            f"{prefix!r:.60} begins no command of LaTeX: their names have letters from a to z and A to Z "
            f"alone, here up to 64; write {_spelled(str(prefix)[:64])!r}"
        )
        raise ArgumentError(message)
    if prefix.startswith("end"):  # \newcommand refuses such names: they end environments
        message = (
            f"LaTeX keeps commands that begin with \\end for itself; write {prefix.capitalize()!r}"
        )
        raise ArgumentError(message)


def _spelled(prefix: str) -> str:
    """Spell out the digits of a name, and leave out what is no letter."""
    words = re.sub("[0-9]", lambda digit: DIGITS[int(digit[0])], prefix)
    return re.sub("[^A-Za-z]", "", words)[:64] or "Ours"


def _commands(
    cost: Cost, metrics: tuple[str, ...], scale: str | None, digits: int
) -> Iterator[tuple[str, str]]:
    """Yield the end of every command with what it stands for."""
    for metric in dict.fromkeys(metrics):
        if metric not in NAMES:
            raise UnknownNameError("metric", str(metric), METRICS)
        value, unit = exact(cost.metric(metric)), "B" if metric in SIZES else ""
        formula = rf"\ensuremath{{{cost.latex(metric)}}}"
        if value.is_Rational:
            prefix = None if unit else scale
            rounded = si(value, unit, binary=bool(unit), digits=digits, scale=prefix)
            yield NAMES[metric], _number(*rounded.partition(" ")[::2])
            whole = _number(f"{int(value):,}", unit)
            yield NAMES[metric] + EXACT, whole if value.is_Integer else formula
        else:
            yield NAMES[metric], formula
    yield CONVENTION, _word(escape(cost.convention.name))
    yield INPUT, ", ".join(_shape(shape, cost) for shape in cost.root.inputs)


def _number(digits: str, unit: str) -> str:
    """Set a number with its unit; braces take the space away that mathematics puts behind a comma."""
    return digits.replace(",", "{,}") + (r"\," + _word(unit) if unit else "")


def _word(words: str) -> str:
    """Set words in the type of the text around, in mathematics, titles and bookmarks of PDF as well."""
    return rf"\mbox{{{words}}}"


def _shape(shape: Shape, cost: Cost) -> str:
    sizes = shape.written(batched=cost.batched)
    order = Order(cost.order)
    factors = r" \times ".join(as_factor(exact(size), "latex", order) for size in sizes)
    return rf"\ensuremath{{{factors}}}"
