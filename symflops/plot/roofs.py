"""Roofs as they are drawn: where the axes end, and what is written along flats, slopes and ridges."""

from __future__ import annotations

from math import atan2, cos, degrees, dist, sin
from typing import TYPE_CHECKING, Any

from symflops.plot.canvas import QUIET, STROKES, behind, figure, height, tick
from symflops.plot.lettering import literal, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symflops.plot.canvas import Canvas
    from symflops.plot.intensities import Point
    from symflops.plot.placing import Placer
    from symflops.plot.rates import Roof

#: How far the axes go beyond what is drawn: the least factor, and the least share of all that is drawn.
ABOVE, BELOW, BESIDE = (3, 0.12), (8, 0.35), (3, 0.06)
SLOPE = 30  # the least part of the slope that is shown, as a factor
DOTS = 100  # pieces of a line that names keep off
#: Points from the left edge to what is written along a slope, where points stand there.
FURTHEST = 150
CLEAR = 14  # points around a point, where its name may stand
#: Points from a line to what is written along it, and between lines that are too close for that.
APART, CLOSE = 3, 12


def frame(on: Canvas, machine: list[Roof], found: Iterable[Point]) -> None:
    """Draw the roofs, with axes that reach as far as they do and the points need."""
    ridges = [height("a ridge", roof.ridge) for roof in machine]
    peaks = [height("a peak", roof.peak) for roof in machine]
    slopes = [height("a bandwidth", roof.bandwidth) for roof in machine]
    across = [height(f"FLOPs a byte of {point.name}", point.intensity) for point in found]
    low, high = min(*across, min(ridges) / SLOPE), max(*across, *ridges)
    left, right = low / _beyond(BESIDE, high / low), high * _beyond(BESIDE, high / low)
    whole = max(peaks) / (left * min(slopes))
    foot, top = left * min(slopes) / _beyond(BELOW, whole), max(peaks) * _beyond(ABOVE, whole)
    for place, (peak, slope, ridge) in enumerate(zip(peaks, slopes, ridges, strict=True)):
        looks = {"color": QUIET if place else "black", "linestyle": STROKES[place % len(STROKES)]}
        on.ax.plot([left, ridge, right], [left * slope, peak, peak], **looks, linewidth=1.2)
        on.ax.plot([ridge, ridge], [foot, peak], color=QUIET, linestyle=":", linewidth=0.8)
    on.ax.set(xscale="log", yscale="log", xlim=(left, right), ylim=(foot, top))
    on.ax.xaxis.set_major_formatter(tick)
    on.ax.yaxis.set_major_formatter(tick)


def _beyond(least: tuple[float, float], whole: float) -> float:
    factor, share = least
    return float(max(factor, whole**share))


def name_roofs(
    on: Canvas, placer: Placer, machine: list[Roof], marks: list[tuple[float, float]]
) -> None:
    """Write peaks along the flats, bandwidths along the slopes, and ridges at the foot; names keep off all."""
    left, right = on.ax.get_xlim()
    for roof in machine:
        across = [left * (right / left) ** (i / DOTS) for i in range(DOTS + 1)]
        placer.keep_clear((x, float(roof.attainable(x))) for x in across)
    for text in (*_peaks(on, placer, machine), *_ridges(on, machine)):
        text.set_in_layout(False)
        placer.keep_off(text)
    _slopes(on, placer, machine, [placer.at(*mark) for mark in marks])


def _peaks(on: Canvas, placer: Placer, machine: list[Roof]) -> list[Any]:
    """Write each above its flat, or below it where another is close above."""
    peaks = _shared(machine, [roof.peak for roof in machine], "FLOP/s")
    right = on.ax.get_xlim()[1]
    up = {peak: placer.at(right, float(peak))[1] for peak in peaks}
    texts = []
    for peak, said in peaks.items():
        is_below = any(0 < other - up[peak] < CLOSE for other in up.values())
        aside, edge = (-APART, "top") if is_below else (APART, "bottom")
        texts.append(_near(on, said, (right, float(peak)), (-2, aside), ha="right", va=edge))
    return texts


def _slopes(
    on: Canvas, placer: Placer, machine: list[Roof], marks: list[tuple[float, float]]
) -> None:
    """Write each along its slope, from the left edge on; below it where another is close above."""
    left = on.ax.get_xlim()[0]
    rates = _shared(machine, [roof.bandwidth for roof in machine], "B/s")
    up = {rate: placer.at(left, left * float(rate))[1] for rate in rates}
    for rate, said in rates.items():
        (x, y), (right, top) = (placer.at(x, x * float(rate)) for x in (left, left * SLOPE))
        angle = atan2(top - y, right - x)
        is_below = any(0 < other - up[rate] < CLOSE / cos(angle) for other in up.values())
        off = -APART - on.font if is_below else APART
        first = min(on.font / cos(angle), FURTHEST)
        for far in (*(first + step for step in range(0, FURTHEST, 10)), first):
            aside = (far * cos(angle) - off * sin(angle), far * sin(angle) + off * cos(angle))
            letters = placer.turned((x + aside[0], y + aside[1]), angle, len(said))
            if all(dist(letter, mark) > CLEAR for letter in letters for mark in marks):
                break
        turned = {"rotation": degrees(angle), "rotation_mode": "anchor", "bbox": None}
        _near(on, said, (left, left * float(rate)), aside, **turned).set_in_layout(False)
        placer.keep_off_turned((x + aside[0], y + aside[1]), angle, len(said))


def _ridges(on: Canvas, machine: list[Roof]) -> list[Any]:
    """Write each at the foot of its line, upright where there are several."""
    (left, right), foot = on.ax.get_xlim(), on.ax.get_ylim()[0]
    ridges = dict.fromkeys(roof.ridge for roof in machine)
    texts = []
    for ridge in ridges:
        turned = {"rotation": 90} if len(ridges) > 1 else {}
        is_far = (float(ridge) / left) ** 4 > (right / left) ** 3  # in the last quarter
        aside, edge = (-APART, "right") if is_far and not turned else (APART, "left")
        looks = {"ha": edge, "va": "bottom", "color": QUIET, **turned}
        said = f"ridge {figure(ridge)}"
        texts.append(_near(on, said, (float(ridge), foot), (aside, APART), **looks))
    return texts


def _near(
    on: Canvas, said: str, at: tuple[float, float], aside: tuple[float, float], **looks: Any
) -> Any:
    """Write text so many points from a point of the data."""
    style = {"bbox": behind(on.ax), "fontsize": on.font, **literal(), **looks}
    return on.ax.annotate(said, at, aside, textcoords="offset points", **style)


def _shared(machine: list[Roof], values: list[Any], unit: str) -> dict[Any, str]:
    """Return each rate as it is written, with the names of its roofs where not all have it."""
    names: dict[Any, list[str]] = {}
    for roof, value in zip(machine, values, strict=True):
        names.setdefault(value, []).append(shown(roof.name))
    alone = len(names) == 1
    return {
        value: f"{'' if alone else ', '.join(of) + ': '}{figure(value, unit)}"
        for value, of in names.items()
    }
