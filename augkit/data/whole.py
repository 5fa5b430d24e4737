"""Files that are never half written: a kill, a full disk or a second process leaves the old one or the new one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], object], unfinished: str = "part") -> None:
    """What ``write`` puts into the file it is given, all at once or not at all.

    That file lies beside ``path`` and ends in ``unfinished``: the next run writes over what a kill has left. Where
    several processes may write the same file at once, each needs an ending of its own. OSError names ``path``.
    """
    beside = path.with_name(f".{path.name}.{unfinished}")
    try:
        write(beside)
        os.replace(beside, path)
    except OSError as error:  # a disk that is full does not say of which file
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_bytes(path: Path, content: bytes) -> None:
    """As ``write_whole``, in a folder that is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda beside: beside.write_bytes(content))
