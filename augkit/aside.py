"""What a plugin prints while it is imported goes to standard error: a command's output stays its own."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress


class _Aside:
    """A context that threads share: the first to come in turns the output aside, the last to leave turns it back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._back = ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._back.enter_context(_descriptor())
                self._back.enter_context(redirect_stdout(sys.stderr))
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._back.close()


prints_aside = _Aside()


@contextmanager
def _descriptor() -> Iterator[None]:
    """The descriptor too, which compiled code and child processes write to; a process that has closed it has none."""
    _flush()
    try:
        kept = os.dup(1)
    except OSError:
        yield
        return
    try:
        with suppress(OSError):
            os.dup2(2, 1)
        yield
    finally:
        _flush()
        os.dup2(kept, 1)
        os.close(kept)


def _flush() -> None:
    for stream in (sys.stdout, sys.__stdout__):
        with suppress(AttributeError, OSError, ValueError):  # none, a pipe that is gone, one that is closed
            stream.flush()  # type: ignore[union-attr]
