"""A library imported without what it only imports in case: what it would use nowhere that we do costs seconds."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_lock = threading.RLock()


class _Absent:
    """A finder to whom, in one thread, some packages are not installed; it knows nothing of any other."""

    def __init__(self, packages: Collection[str]) -> None:
        self.packages = packages
        self.thread = threading.get_ident()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if threading.get_ident() == self.thread and name.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def lean_import(modules: Sequence[str], without: Collection[str]) -> list[Any]:
    """These modules of one package, imported as if the packages ``without`` were not there.

    The copy is ours alone: whoever imports the package afterwards gets a whole one. Where it has been imported already,
    that one is taken. Raises ImportError as an import does.
    """
    package = modules[0].partition(".")[0]
    with _lock:
        if package in sys.modules:
            return [importlib.import_module(name) for name in modules]
        with _absent(without), _taken_out(package):
            return [importlib.import_module(name) for name in modules]


@contextmanager
def _absent(packages: Collection[str]) -> Iterator[None]:
    finder: Any = _Absent(packages)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def _taken_out(package: str) -> Iterator[None]:
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
