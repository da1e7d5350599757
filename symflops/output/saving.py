"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from symflops.output.printing import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


def save(text: str, path: str | os.PathLike[str]) -> None:
    """Write a text to a file; where that fails, what was there before still is.

    Raises:
        OSError: the file cannot be written.
    """
    save_all([(text, path)])


def save_all(files: Iterable[tuple[str, str | os.PathLike[str]]]) -> None:
    """Write texts to files, all of them or none: none gets its name before all are written.

    Raises:
        OSError: a file cannot be written.
    """
    ready: list[tuple[Path, Path]] = []
    devices: list[tuple[Path, str]] = []
    try:
        for text, path in files:
            named = Path(path)
            target = named.resolve() if named.is_symlink() else named
            if target.exists() and not target.is_file() and not target.is_dir():
                devices.append((target, text))  # is written to, not replaced; a pipe as well
            else:
                _check(target, path)
                ready.append((_made(target, path), target))
                _write(ready[-1][0], text, path)
        for made, target in ready:
            mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
            made.chmod(mode)
        for made, target in ready:
            made.replace(target)
    except BaseException:
        for made, _ in ready:
            made.unlink(missing_ok=True)
        raise
    for device, text in devices:
        device.write_text(text, encoding="utf-8")


def _check(target: Path, path: str | os.PathLike[str]) -> None:
    if target.is_dir() or not target.parent.is_dir():
        message = f"cannot write {printable(str(path))}: no such folder, or a folder itself"
        raise OSError(message)
    if target.exists() and not os.access(target, os.W_OK):
        message = f"cannot write {printable(str(path))}: it is read-only"
        raise PermissionError(message)


def _made(target: Path, path: str | os.PathLike[str]) -> Path:
    """Return a new file next to one; the name of that itself may be as long as names can be."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".symflops.")
    except OSError as error:
        raise _said(error, path) from None
    os.close(handle)
    return Path(name)


def _write(made: Path, text: str, path: str | os.PathLike[str]) -> None:
    try:
        made.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise _said(error, path) from None


def _said(error: OSError, path: str | os.PathLike[str]) -> OSError:
    """Return an error with the name of the file that was asked for, not that of the one in its place."""
    return OSError(f"cannot write {printable(str(path))}: {error.strerror or error}")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
