"""A line on the terminal that says what is being computed, once that takes a while, and vanishes."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Any, Self, TextIO

from symflops.output.printing import printable, shortened, width
from symflops.output.terminal import is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 1.0  # seconds before anything is said
PAUSE = 0.2  # seconds between two looks at the clock
ECHO = 3  # places left free: a key that stops the command is echoed as ^C


class Progress:
    """Says on standard error what is being computed, if that is a terminal, until it is done.

    Nothing is ever written to standard output, and the line is gone before anything else is printed.
    """

    def __init__(self, stream: TextIO | None, patience: float = PATIENCE) -> None:
        self.stream = stream
        self.patience = patience
        self.text = "starting"
        self.drawn = 0  # places of the line that is there now
        self.thread: Any = None

    def __enter__(self) -> Self:
        if is_terminal(self.stream) and os.environ.get("TERM") != "dumb":
            import threading  # noqa: PLC0415 - only where somebody looks

            self.done = threading.Event()
            self.thread = threading.Thread(target=self._watch, daemon=True)
            self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.thread is not None:
            self.done.set()
            self.thread.join()
            self._erase()

    def say(self, text: str) -> None:
        """Say what is being computed now."""
        self.text = printable(text)

    def over(self, items: Sequence[str]) -> Iterator[str]:
        """Yield one item after the other, and say which."""
        for i, item in enumerate(items, 1):
            self.say(f"{item}, {i} of {len(items)}" if len(items) > 1 else item)
            yield item

    def _watch(self) -> None:
        start = time.monotonic()
        pause = self.patience
        while not self.done.wait(pause):
            self._draw(f"symflops: {self.text} … {int(time.monotonic() - start)} s")
            pause = PAUSE

    def _draw(self, line: str) -> None:
        room = shutil.get_terminal_size().columns - ECHO
        line = shortened(line, room, room // 2)
        rest = " " * (self.drawn - width(line))
        self._put(f"\r{line}{rest}")
        self.drawn = width(line)

    def _erase(self) -> None:
        if self.drawn:
            self._put("\r" + " " * (self.drawn + ECHO - 1) + "\r")
            self.drawn = 0

    def _put(self, text: str) -> None:
        try:
            self.stream.write(text)  # type: ignore[union-attr] # a thread runs only if there is one
            self.stream.flush()  # type: ignore[union-attr]
        except (OSError, ValueError):  # the terminal is gone
            self.done.set()
