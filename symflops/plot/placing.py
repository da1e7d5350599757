"""Names of points, where they cover neither each other nor what is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import cos, sin
from typing import TYPE_CHECKING, Any

from symflops.plot.canvas import POINTS, QUIET, behind
from symflops.plot.lettering import LETTER, literal, measuring

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

ROWS = 24  # lines below a point that its name may stand on
TRIES = (24, 20, 16, 13, 11, 9, 7, 5, 3, 1)  # how many names are tried to be placed together
SPACING = 1.1  # from one line to the next, in letters
BESIDE, ASIDE = 5.0, 2.5  # points from a point to its name, and from a line that leads there
STACKED = 4  # names of points that cover each other
MARKER = 3.0  # points around the middle of a marker

#: A rectangle on the canvas, in points: left, bottom, right, top.
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Name:
    """A text to be written at a point of the data, how wide and tall it is, in points, and to which side.

    From points side by side names fall, one lower than the other, to the left; else they stand on the right.
    """

    x: float
    y: float
    text: str
    wide: float
    tall: float
    falls: bool


@dataclass(frozen=True)
class Spot:
    """A place for a name, and the line that leads down to it, if there is one."""

    box: Box
    line: Box | None = None

    @property
    def parts(self) -> tuple[Box, ...]:
        """What is taken."""
        return (self.box, self.line) if self.line else (self.box,)


class Placer:
    """Writes names on axes whose layout is done, as many together as there is room for."""

    def __init__(self, ax: Any, font: float, *, lined: bool = False, **style: Any) -> None:
        """Write on axes in letters of a size; ``style`` is how, if not as text that is no formula.

        ``lined`` says that a line leads down from every point already.
        """
        self.ax, self.font, self.lined = ax, font, lined
        self.style = {"fontsize": font, "linespacing": SPACING, **(style or literal())}
        self.scale = POINTS / ax.figure.figure.dpi  # points a pixel
        self.frame = self._box(ax.get_window_extent())
        self.taken: list[Box] = []

    def keep_clear(self, points: Iterable[tuple[float, float]], around: float = 1.0) -> None:
        """Let no name stand on points of the data."""
        self.taken += [_around(*self.at(x, y), around) for x, y in points]

    def keep_off(self, drawn: Any) -> None:
        """Let no name stand on a text, or on a legend."""
        self.taken.append(self._box(drawn.get_window_extent()))

    def keep_off_turned(self, start: tuple[float, float], angle: float, letters: int) -> None:
        """Let no name stand on text of so many letters that runs from a place, in points, at an angle."""
        half = self.font / 2
        self.taken += [_around(x, y, half) for x, y in self.turned(start, angle, letters)]

    def turned(
        self, start: tuple[float, float], angle: float, letters: int
    ) -> list[tuple[float, float]]:
        """Return where the letters of text stand that runs from a place, in points, at an angle."""
        (x, y), half, far = start, self.font / 2, LETTER * self.font
        x, y = x - half * sin(angle), y + half * cos(angle)
        return [(x + i * far * cos(angle), y + i * far * sin(angle)) for i in range(letters)]

    def write(self, names: Sequence[tuple[float, float, str, bool]]) -> None:
        """Write the names of points, the most important first; those that find no room together are left out.

        Where points are close each name stands lower than the one before, so that the lines that lead down to
        them cross none; from the left to the right or the other way round, whichever finds room for more.
        """
        measured = [self._measured(*name) for name in self._stacked(names)[: TRIES[0]]]
        worth = {name: len(measured) - i for i, name in enumerate(measured)}
        best: dict[Name, Spot] = {}
        for most, side, strict in product(TRIES, (-1, 1), (False, True)):
            ordered = sorted(measured[:most], key=lambda name: (name.x, name.y))
            found = self._placed(ordered[::-side], side, {}, strict=strict)
            best = max(best, found, key=lambda names: sum(map(worth.__getitem__, names)))
        rest = [name for name in measured if name not in best]
        best = self._placed(rest, -1, best)
        for name, spot in best.items():
            self._write(name, spot)

    def _stacked(
        self, names: Sequence[tuple[float, float, str, bool]]
    ) -> list[tuple[float, float, str, bool]]:
        """Put names of points that cover each other under one another."""
        found: dict[tuple[float, float], list[tuple[float, float, str, bool]]] = {}
        for name in names:
            x, y = self.at(*name[:2])
            near = (at for at in found if abs(at[0] - x) < MARKER and abs(at[1] - y) < MARKER)
            found.setdefault(next(near, (x, y)), []).append(name)
        stacks = []
        for (x, y, first, falls), *others in found.values():
            texts = list(dict.fromkeys((first, *(other[2] for other in others))))
            if len(texts) > STACKED:
                texts[STACKED - 1 :] = [f"and {len(texts) - STACKED + 1} more"]
            stacks.append((x, y, "\n".join(texts), falls))
        return stacks

    def _placed(
        self, names: list[Name], side: int, found: dict[Name, Spot], *, strict: bool = False
    ) -> dict[Name, Spot]:
        """Return where names have room, taken in this order, beside those that have theirs.

        None that falls bars the way down from a later point; ``strict``: none at all.
        """
        found = dict(found)
        taken = self.taken + [part for spot in found.values() for part in spot.parts]
        at = [self.at(name.x, name.y) for name in names]
        for place, (name, here) in enumerate(zip(names, at, strict=True)):
            later = at[place + 1 :] if name.falls or strict else []
            for spot in _spots(here, name, side, SPACING * self.font, lined=self.lined):
                if (
                    _holds(self.frame, spot.box)
                    and not any(_is_above(spot.box, other) for other in later)
                    and not any(_meet(part, other) for part in spot.parts for other in taken)
                ):
                    taken += spot.parts
                    found[name] = spot
                    break
        return found

    def _write(self, name: Name, spot: Spot) -> None:
        x, y = self.at(name.x, name.y)
        near = {"textcoords": "offset points", "annotation_clip": False}
        at = (spot.box[0] - x, spot.box[1] - y)
        text = self.ax.annotate(
            name.text,
            (name.x, name.y),
            at,
            va="bottom",
            bbox=behind(self.ax),
            **near,
            **self.style,
        )
        text.set(in_layout=False, ha="left")
        if spot.line:
            style = {
                "arrowstyle": "-",
                "color": QUIET,
                "linewidth": 0.5,
                "shrinkA": 0,
                "shrinkB": 0,
            }
            foot = (0, spot.line[1] - y)
            line = self.ax.annotate("", (name.x, name.y), foot, arrowprops=style, **near)
            line.set_in_layout(False)

    def _measured(self, x: float, y: float, text: str, falls: bool) -> Name:  # noqa: FBT001
        written = self.ax.text(x, y, text, **self.style)
        with measuring():
            left, bottom, right, top = self._box(written.get_window_extent())
        written.remove()
        return Name(x, y, text, right - left, top - bottom, falls)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the data stands, in points."""
        across, up = self.ax.transData.transform((x, y)) * self.scale
        return float(across), float(up)

    def _box(self, extent: Any) -> Box:
        left, bottom, right, top = (float(edge) * self.scale for edge in extent.extents)
        return left, bottom, right, top


def _spots(
    here: tuple[float, float], name: Name, side: int, step: float, *, lined: bool
) -> Iterator[Spot]:
    """Yield places for a name: beside its point, then ever lower, beside a line that leads down.

    One that falls stands on a side (-1 is the left), or else on the other; one that does not on the right.
    """
    x, y = here
    for row in range(1, ROWS):
        first = y - row * step  # the middle of the first line
        top = first + step / 2
        near = lined or row <= 1  # no line is needed
        aside, line = (BESIDE, None) if near else (ASIDE, (x - 0.4, first, x + 0.4, y - MARKER - 1))
        for to in (side, -side) if name.falls else (1, -1):
            left = x + aside if to > 0 else x - aside - name.wide
            yield Spot((left, top - name.tall, left + name.wide, top), line)


def _is_above(box: Box, point: tuple[float, float]) -> bool:
    """Say whether a point stands above a rectangle, which would bar the way down."""
    return box[0] - 1 < point[0] < box[2] + 1 and point[1] > box[1]


def _around(x: float, y: float, by: float) -> Box:
    return x - by, y - by, x + by, y + by


def _meet(a: Box, b: Box) -> bool:
    """Say whether two rectangles have something in common."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _holds(a: Box, b: Box) -> bool:
    """Say whether the second rectangle lies in the first."""
    return a[0] <= b[0] and b[2] <= a[2] and a[1] <= b[1] and b[3] <= a[3]
