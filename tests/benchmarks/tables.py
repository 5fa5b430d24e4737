"""Tables for a terminal and for a page, and what machine they were made on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """A title, the names of the columns, and rows of texts."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Columns in line, for a terminal."""
        lines = [self.head, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.head))]
        padded = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([f"\n{self.title}", *(line.rstrip() for line in padded)])

    def markdown(self) -> str:
        """The same for a page."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join([f"## {self.title}", "", *("| " + " | ".join(line) + " |" for line in lines), ""])


def machine(packages: Sequence[str]) -> list[str]:
    """The processor, how busy it is, and the versions of Python and of ``packages``."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    there = [f"{name} {known}" for name in packages if (known := _version(name))]
    return [
        f"{_processor()}, {os.cpu_count()} cores, load {load:.1f}; {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}; {', '.join(there)}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    named = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    exact = f"family {named['cpu family']}, model {named['model']}" if "cpu family" in named else ""
    return f"{named.get('model name', platform.processor())} ({exact})" if exact else platform.processor()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
