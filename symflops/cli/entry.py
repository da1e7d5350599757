"""The command line: the same words and the same defaults as in Python.

``symflops --help`` must not load sympy: everything that counts is imported when a command runs.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from symflops.cli.usage import parser
from symflops.output.printing import printable_lines
from symflops.output.spelling_out import lose_nothing
from symflops.output.terminal import Terminal, is_terminal, plain

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from symflops.output.terminal import Spans

INVALID = 2  # exit status of an input that cannot be taken
STOPPED = 130  # of a command that was stopped from the keyboard, as shells have it


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; an input that cannot be taken is one message and the exit status 2."""
    try:
        return _main(argv)
    except KeyboardInterrupt:
        # over the ^C that a terminal echoes
        print("\r" * is_terminal(sys.stderr) + "symflops: stopped", file=sys.stderr)
        return STOPPED


def _main(argv: Sequence[str] | None) -> int:
    top = parser()
    arguments = top.parse_args(argv)
    if arguments.command is None:
        top.print_help()
        return INVALID
    from symflops.errors import SymflopsError
    from symflops.output.progress import Progress

    to_file = arguments.output is not None
    arguments.terminal = Terminal() if to_file else Terminal.of(sys.stdout, arguments.color)
    try:
        _check_format(arguments.format, arguments.formats)
        with Progress(sys.stderr) as arguments.progress:
            found = arguments.run(arguments)
            found = [("", found)] if isinstance(found, str) else list(found)
        _write(found, arguments)
        return getattr(arguments, "status", 0)
    except (SymflopsError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # the reader, such as head, has had enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return _refused(str(error), arguments.color)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody at a terminal wants a traceback
        return _refused(f"cannot compute this: {type(error).__name__}: {error}", arguments.color)


def _refused(message: str, color: str) -> int:
    shown = Terminal.of(sys.stderr, color)
    spans = [("error", "symflops:"), ("", f" {printable_lines(message)}\n")]
    print(shown.painted(spans), end="", file=sys.stderr)
    return INVALID


def _check_format(name: str, known: Sequence[str]) -> None:
    if name not in known:
        from symflops.errors import UnknownNameError

        raise UnknownNameError("format", name, known)


def _write(spans: Spans, arguments: argparse.Namespace) -> None:
    """Write to the terminal, or to a file that is there whole or not at all."""
    text = plain(spans)
    end = [] if text.endswith("\n") else [("", "\n")]
    if arguments.output is not None:
        from symflops.output.saving import save

        save(text + plain(end), arguments.output)
        return
    if sys.stdout is None:
        raise OSError("cannot write: the standard output is closed")
    lose_nothing(sys.stdout, arguments.format)
    sys.stdout.write(arguments.terminal.painted([*spans, *end]))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
