"""JSON and CSV for programs: exact, and harmless to whoever prints them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from symflops.output.printing import is_safe

if TYPE_CHECKING:
    from collections.abc import Iterable


def as_json(document: Any, indent: int = 2) -> str:
    r"""Return data as JSON; letters stay letters, what a terminal would obey is written as its number.

    >>> print(as_json(["层", "\x9b"]))
    [
      "层",
      "\u009b"
    ]
    """
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(c if c == "\n" or is_safe(c) else json.dumps(c)[1:-1] for c in text)


def as_csv(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as comma-separated values; a cell is exactly its text, also where it begins with ``=``.

    They are for programs: a spreadsheet that opens them may take such a cell for a formula.
    """
    buffer = io.StringIO()
    # Python quotes only those line ends that it writes itself; both must be, or no reader finds its way
    writer = csv.writer(buffer, lineterminator="\r\n")
    lines = []
    for row in rows:
        writer.writerow(row)
        lines.append(buffer.getvalue().removesuffix("\r\n"))
        buffer.seek(0)
        buffer.truncate()
    return "".join(f"{line}\n" for line in lines)
