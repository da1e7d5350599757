"""Convolution by Fourier transforms, run: butterflies on pairs of real numbers."""

from __future__ import annotations

import cmath
from typing import TYPE_CHECKING, Any

from symflops.layers.fourier import FFTConv2d
from symflops.oracle.conv import positions
from symflops.oracle.number import Array, grid, total
from symflops.oracle.sliding import must_be, numbers
from symflops.oracle.winograd import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symflops.oracle.number import Counter, Number

Complex = tuple["Number", "Number"]
Line = list[Complex]


def fft_convolution(layer: Any, inputs: tuple[Array, ...], counter: Counter) -> Array:
    """Return the convolution, found frequency by frequency."""
    (x,) = inputs
    batch, channels, *sizes = x.shape
    must_be(layer, "in_channels", channels, layer.in_channels)
    kernel = numbers(layer.kernel_size, 2)
    outputs, fan_in = int(layer.out_channels), channels // int(layer.groups)
    weight = counter.weight(outputs, fan_in, *kernel)
    bias = counter.weight(outputs) if layer.bias else None
    zero = counter.number(0)
    points = enough(layer, sizes, kernel)
    plane = (Halves if layer.real else Plane)(points, zero)
    spectra = {
        (b, c): plane.there(Array.of(sizes, lambda *at, b=b, c=c: x[b, c, *at]))
        for b, c in grid((batch, channels))
    }
    with counted(counter, is_asked=layer.filter_transform):
        filters = {
            (out, c): plane.there(turned(weight, out, c, 1 / (points[0] * points[1])))
            for out, c in grid((outputs, fan_in))
        }
    made: dict[tuple[int, int], list[list[Number]]] = {}
    for b, out in grid((batch, outputs)):
        first = out // (outputs // int(layer.groups)) * fan_in
        pairs = [(spectra[b, first + c], filters[out, c]) for c in range(fan_in)]
        made[b, out] = plane.back(
            [
                [dot([(s[i][j], f[i][j]) for s, f in pairs]) for j in range(plane.columns)]
                for i in range(points[0])
            ]
        )
    rows, columns = ([window[0] for window in axis] for axis in positions(layer, sizes))

    def output(b: int, out: int, i: int, j: int) -> Number:
        # where a window lies on padding alone, there is nothing to be found
        place = (rows[i] + kernel[0] - 1, columns[j] + kernel[1] - 1)
        there = all(0 <= p < n + k - 1 for p, n, k in zip(place, sizes, kernel, strict=True))
        value = made[b, out][place[0]][place[1]] if there else zero
        return value if bias is None else value + bias[out,]

    return Array.of((batch, outputs, len(rows), len(columns)), output)


def enough(layer: Any, sizes: Sequence[int], kernel: Sequence[int]) -> list[int]:
    """Return how many points each axis has: as many as given, or doubled until all entries fit."""
    points = []
    for axis, (n, k) in enumerate(zip(sizes, kernel, strict=True)):
        found = 2 if layer.real else 1
        while found < n + k - 1:
            found *= 2
        given = layer.size[axis] if isinstance(layer.size, tuple) else layer.size
        points.append(found if given is None else int(given))
    return points


def turned(weight: Array, out: int, channel: int, scale: float) -> Array:
    """Return one filter, turned round and scaled: what is slid over a map is not reversed."""
    *_, height, width = weight.shape
    return Array.of(
        (height, width),
        lambda i, j: weight[out, channel, height - 1 - i, width - 1 - j] * scale,
    )


def transform(line: Line, sign: int) -> Line:
    """Return the transform of 2^m complex numbers: those at even and at odd places, and butterflies."""
    if len(line) == 1:
        return line
    even, odd = transform(line[::2], sign), transform(line[1::2], sign)
    turn = [cmath.exp(sign * 2j * cmath.pi * i / len(line)) for i in range(len(odd))]
    moved = [
        (a * w.real - b * w.imag, a * w.imag + b * w.real)
        for (a, b), w in zip(odd, turn, strict=True)
    ]
    both = list(zip(even, moved, strict=True))
    return [(a + c, b + d) for (a, b), (c, d) in both] + [(a - c, b - d) for (a, b), (c, d) in both]


def dot(pairs: Sequence[tuple[Complex, Complex]]) -> Complex:
    """Return the sum of complex products."""
    products = [(a * c - b * d, a * d + b * c) for (a, b), (c, d) in pairs]
    return total([real for real, _ in products]), total([imaginary for _, imaginary in products])


class Plane:
    """Maps of n × m points as complex numbers: all rows are transformed, then all columns."""

    def __init__(self, points: Sequence[int], zero: Number) -> None:
        self.height, self.width = points
        self.zero = zero

    @property
    def columns(self) -> int:
        """How many frequencies a row has."""
        return self.width

    def rows(self, entries: Array) -> list[list[Number]]:
        """Return a map with zeros behind and below it."""
        height, width = entries.shape
        return [
            [entries[i, j] if i < height and j < width else self.zero for j in range(self.width)]
            for i in range(self.height)
        ]

    def there(self, entries: Array) -> list[Line]:
        """Return the spectrum of a map."""
        lines = [transform([(a, self.zero) for a in row], -1) for row in self.rows(entries)]
        return along_columns(lines, -1)

    def back(self, spectrum: list[Line]) -> list[list[Number]]:
        """Return the map of a spectrum, not yet divided by how many points it has."""
        lines = [transform(line, 1) for line in along_columns(spectrum, 1)]
        return [[real for real, _ in line] for line in lines]


def along_columns(lines: list[Line], sign: int) -> list[Line]:
    """Return lines whose columns are transformed."""
    columns = [transform(list(column), sign) for column in zip(*lines, strict=True)]
    return [list(line) for line in zip(*columns, strict=True)]


class Halves(Plane):
    """Maps of real numbers: two rows share a transform, and half of the frequencies say all."""

    @property
    def columns(self) -> int:
        """How many frequencies a row has: the others are their conjugates."""
        return self.width // 2 + 1

    def there(self, entries: Array) -> list[Line]:
        """Return the first half of the spectrum of a map."""
        rows = self.rows(entries)
        lines: list[Line] = []
        for upper, lower in zip(rows[::2], rows[1::2], strict=True):
            shared = transform(list(zip(upper, lower, strict=True)), -1)
            lines += self.parted(shared)
        return along_columns(lines, -1)

    def parted(self, shared: Line) -> tuple[Line, Line]:
        """Return the spectra of x and y from that of x + i·y: ½(z + z̄') and -½i(z - z̄')."""
        upper, lower = [], []
        for k in range(self.columns):
            (a, b), (c, d) = shared[k], shared[-k]
            if k in (0, self.width // 2):  # its own partner: both are real
                upper.append((a, self.zero))
                lower.append((b, self.zero))
            else:
                upper.append(((a + c) * 0.5, (b - d) * 0.5))
                lower.append(((b + d) * 0.5, (c - a) * 0.5))
        return upper, lower

    def back(self, spectrum: list[Line]) -> list[list[Number]]:
        """Return the map, two rows from each transform."""
        lines = along_columns(spectrum, 1)
        rows: list[list[Number]] = []
        for upper, lower in zip(lines[::2], lines[1::2], strict=True):
            made = transform(self.joined(upper, lower), 1)
            rows += [[real for real, _ in made], [imaginary for _, imaginary in made]]
        return rows

    def joined(self, upper: Line, lower: Line) -> Line:
        """Return the spectrum of x + i·y from the halves of both: z = x + i·y, z' = x̄ + i·ȳ."""
        shared: Line = [(self.zero, self.zero)] * self.width
        for k, ((a, b), (c, d)) in enumerate(zip(upper, lower, strict=True)):
            if k in (0, self.width // 2):
                shared[k] = (a, c)
            else:
                shared[k], shared[-k] = (a - d, b + c), (a + d, c - b)
        return shared


REFERENCES: dict[type, Any] = {FFTConv2d: fft_convolution}
