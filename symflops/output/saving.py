"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from symflops.output.printing import printable


def save(text: str, path: str | os.PathLike[str]) -> None:
    """Write a text to a file; where that fails, what was there before still is.

    Raises:
        OSError: the file cannot be written.
    """
    named = Path(path)
    target = named.resolve() if named.is_symlink() else named
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_text(text, encoding="utf-8")  # a device or a pipe is written to, not replaced
        return
    if target.is_dir() or not target.parent.is_dir():
        message = f"cannot write {printable(str(path))}: no such folder, or a folder itself"
        raise OSError(message)
    made = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it is closed before it gets its name
        "w",
        dir=target.parent,
        prefix=".symflops.",  # the name itself may be as long as names can be
        encoding="utf-8",
        newline="",
        delete=False,
    )
    try:
        with made as file:
            file.write(text)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
        Path(made.name).chmod(mode)
        Path(made.name).replace(target)
    except BaseException:
        Path(made.name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
