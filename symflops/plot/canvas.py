"""What all pictures share: axes of a size to print, colours and strokes, the frame, and the picture as SVG."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symflops.columns import COLUMNS
from symflops.costs import Cost
from symflops.errors import ArgumentError, UnknownNameError
from symflops.plot.lettering import literal, measuring, shortened
from symflops.symbols import exact
from symflops.typeset.styles import SUPERSCRIPTS
from symflops.units import si

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

INK, QUIET = "#1f5a8a", "#767b84"
#: Colours that stay apart for every kind of colour vision, each at least 3 : 1 against white (WCAG 2.2, 1.4.11):
#: of those of Okabe and Ito 2008 that are dark enough, with two more.
COLOURS = (INK, "#d55e00", "#009e73", "#882255", "#000000", "#cc79a7", "#5c4b00")
#: Strokes and markers, for print in grey.
STROKES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")

#: How wide pictures are, in TeX's points: a column of two, a page of one (article, 10 pt), a page of two columns.
SIZES = {"column": 235, "page": 345, "wide": 490}
FONT = 8  # points, of every name and number
LINE = 10.5  # points from one line of names to the next
TEX_POINTS, POINTS = 72.27, 72  # an inch
LABELS = 0.7  # of the width, the most for a name in a legend
GOLDEN = 0.62  # height to width
#: The width of axes that stand alone in a figure, before room is made for names, as a share of it.
ALONE = 0.775
SMALLEST, GREATEST = Fraction(1, 10**4), 10**27  # numbers that are written with a prefix
TOO_GREAT = 1000  # bits of a number that no axis reaches


@dataclass(frozen=True)
class Canvas:
    """Axes, how much of the figure's width is theirs, and how large their letters are, in points."""

    ax: Any
    width: float
    font: float


def canvas(ax: Any, size: str | None, height: float | None = None) -> Canvas:
    """Return the axes given, or new ones of a figure of a size; ``height`` in points.

    Axes that are given keep the letters that they have, unless a size is asked for too.

    Raises:
        ArgumentError: no matplotlib, or axes that are none.
        UnknownNameError: a size that is none of :data:`SIZES`.
    """
    if size is not None and size not in SIZES:
        raise UnknownNameError("size", str(size), SIZES)
    pyplot = _pyplot()
    if ax is None:
        width = SIZES[size or "page"] / TEX_POINTS
        inches = height / POINTS if height else GOLDEN * width
        ax = pyplot.subplots(figsize=(width, inches), layout="constrained")[1]
        size = size or "page"
    if not hasattr(ax, "get_xaxis"):
        message = f"ax must be axes of matplotlib, of several one, got {type(ax).__name__}"
        raise ArgumentError(message)
    font = FONT if size else pyplot.rcParams["font.size"]
    if size:
        ax.tick_params(labelsize=font)
        for axis in (ax.xaxis, ax.yaxis):
            axis.label.set_size(font)
            axis.offsetText.set_size(font)
    share = min(ax.get_position(original=True).width / ALONE, 1)
    return Canvas(ax, share * ax.figure.figure.get_figwidth() * POINTS, font)


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - heavy, and wanted only here
    except ImportError:
        message = "plots need matplotlib: pip install symflops[plot]"
        raise ArgumentError(message) from None
    return plt


def tidied(ax: Any, grid: str) -> Any:
    """Return axes with a quiet grid along one axis, ``"both"`` or none (``""``), and no box around them."""
    if grid:
        ax.grid(visible=True, axis=grid, color=QUIET, alpha=0.3, linewidth=0.5)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def stroke(place: int) -> dict[str, Any]:
    """Return how the curve at a place is drawn: apart from others in colour, in grey, and at a glance."""
    return {
        "color": COLOURS[place % len(COLOURS)],
        "linestyle": STROKES[place % len(STROKES)],
        "marker": MARKERS[place % len(MARKERS)],
    }


def laid_out(ax: Any) -> Any:
    """Return axes in their places: only then is it known how much room names leave."""
    with measuring():
        ax.figure.figure.draw_without_rendering()
    return ax


#: Where a legend covers nothing.
ABOVE = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0}


def grow(on: Canvas, lines: int) -> None:
    """Make a figure taller by so many lines above or below its axes."""
    figure = on.ax.figure.figure
    figure.set_figheight(figure.get_figheight() + lines * LINE / POINTS)


def legend(on: Canvas, marks: list[Any], names: Iterable[str], **where: Any) -> Any:
    """Say which mark is what, by names that may be anything."""
    # one that starts with _ would be left out, and one with $ be a formula
    numbers = list(map(str, range(len(marks))))
    found = on.ax.legend(
        marks, numbers, fontsize=on.font, frameon=False, labelspacing=0.25, **where
    )
    for text, name in zip(found.get_texts(), names, strict=True):
        text.set(text=shortened(name, LABELS * on.width, on.font), **literal())
    return found


def behind(ax: Any) -> dict[str, Any]:
    """Return what lies behind a name, so that no line runs through it."""
    return {"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 0.3}


def height(what: str, value: Any) -> float:
    """Return a number as a place on an axis.

    Raises:
        ArgumentError: a number beyond what can be drawn.
    """
    number = exact(value)
    if abs(number.p).bit_length() - number.q.bit_length() > TOO_GREAT:
        message = f"{what} is too great a number to be drawn"
        raise ArgumentError(message)
    return float(number)


def figure(value: Any, unit: str = "") -> str:
    """Return a number with a prefix, or with a power of ten where no prefix reaches.

    >>> figure(15_470_264_320), figure(2 * 10**12, "B/s"), figure(3 * 10**40), figure(10.0**-9)
    ('15.5 G', '2 TB/s', '3 × 10⁴⁰', '10⁻⁹')
    """
    number = exact(value)
    if number == 0 or SMALLEST <= abs(number) < GREATEST:
        return si(number, unit)
    power = len(str(abs(number.p))) - len(str(number.q))
    power -= bool(abs(number) < exact(10) ** power)
    first = si(number / exact(10) ** power)
    ten = f"10{str(power).translate(SUPERSCRIPTS)} {unit}".rstrip()
    return ten if first == "1" else f"{first} × {ten}"


def tick(value: float, _: Any = None) -> str:
    """Return what stands at a tick."""
    return figure(float(value))


def of_cost(cost: Any) -> Cost:
    """Return what is a cost.

    Raises:
        ArgumentError: it is none.
    """
    if not isinstance(cost, Cost):
        message = f"a plot needs a cost, got {cost!r}; write cost(layer, input)"
        raise ArgumentError(message)
    return cost


def titled(metric: str, cost: Cost) -> str:
    """Return what stands along the axis of a metric: its name, under which convention, and a portion of what."""
    column = COLUMNS[metric]
    name = cost.convention.label if metric == "flops" else column.title
    return " ".join(filter(None, (name, cost.setup.portion.words)))


TAG, COMMENT = re.compile(r"<[^>]+>"), re.compile(r"<!--.*?-->", re.DOTALL)
PROLOGUE, METADATA = (
    re.compile(r"^.*?(?=<svg\b)", re.DOTALL),
    re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL),
)
PLACE, DIGITS = re.compile(r"-?\d+\.\d{4,}"), 3  # the rest differs from one layout to the next
PASSES = 3  # of the layout, each of which comes nearer to where everything stays
REFERENCE = re.compile(r'(\bid="|\bhref="#|url\(#)([^")]+)')


def svg(ax: Any, prefix: str | None = None) -> str:
    """Return the picture that axes stand in as an ``<svg>`` element to be put into a page.

    Text is text, nothing is fetched from elsewhere, and the same picture is the same text at any time. Ids start with
    ``prefix``, which is made of the picture itself where none is given: two of the same in one page need two.

    Raises:
        ArgumentError: a prefix that is no name.
    """
    if prefix is not None and not re.fullmatch(r"[A-Za-z][\w-]*", prefix, re.ASCII):
        message = f"a prefix of ids is a word of letters, digits, - and _, got {prefix!r}"
        raise ArgumentError(message)
    for _ in range(PASSES):
        laid_out(ax)
    numbers: dict[str, int] = {}  # matplotlib makes ids of the last digits of places; these count
    text = _renamed(
        _saved(ax.figure.figure), lambda known: str(numbers.setdefault(known, len(numbers)))
    )
    name = prefix or f"plot-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    text = _renamed(text, lambda number: f"{name}-{number}")
    # what matplotlib says of all elements holds for the picture alone, not for the page around it
    text = text.replace('<style type="text/css">*{', f'<style type="text/css">#{name} *{{', 1)
    return text.replace("<svg ", f'<svg id="{name}" role="img" ', 1)


def _renamed(text: str, rename: Callable[[str], str]) -> str:
    """Return a picture with other ids, and with places rounded, in tags and in nothing that is written."""

    def inside(tag: re.Match[str]) -> str:
        named = REFERENCE.sub(lambda found: found[1] + rename(found[2]), tag[0])
        return PLACE.sub(lambda found: f"{float(found[0]):.{DIGITS}f}", named)

    return TAG.sub(inside, text)


def _saved(figure: Any) -> str:
    """Return what matplotlib writes, without prologue, comments and metadata."""
    settings: Mapping[str, Any] = {"svg.fonttype": "none"}
    written = io.StringIO()
    with measuring(), _pyplot().rc_context(settings):
        figure.savefig(written, format="svg", metadata={"Date": None})
    text = COMMENT.sub("", PROLOGUE.sub("", written.getvalue()))
    return METADATA.sub("", text).strip() + "\n"
