"""What a run says while it runs: a bar that rewrites itself on a terminal, plain lines elsewhere; what it silences."""

from __future__ import annotations

import contextlib
import logging
import shutil
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from augkit.data.loading import SkippedSamples

CHATTY = {
    "lightning.pytorch.utilities.rank_zero": "which devices there are, and tips",
    "lightning.fabric.utilities.rank_zero": "the same",
    "lightning.fabric.utilities.seed": "the global seed, which augkit does not use",
}
"""Loggers of Lightning that are heard from warnings on only, and what they would have said."""

UNFIT = {
    r".*isinstance\(treespec, LeafSpec\).*": "Lightning's own use of an old name in torch",
    r".*module\(s\) in eval mode at the start of training.*": "a frozen backbone is meant to be",
    r".*does not have many workers.*": "workers are the recipe's choice; small pictures are faster without",
    r".*number of training batches .* is smaller than the logging interval.*": "augkit logs by epoch",
    r".*Experiment logs directory .* exists and is not empty.*": "a resumed run writes its table anew",
    r".*`lr_scheduler.step\(\)` before `optimizer.step\(\)`.*": "raised on resume, when the schedule is restored first",
}
"""Warnings that do not apply to these runs, and why not. All others are shown."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Lightning without advertisements, and without the warnings of ``UNFIT``; skipped samples in augkit's words."""
    before = {name: logging.getLogger(name).level for name in CHATTY}
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    with warnings.catch_warnings(), _plain(SkippedSamples):
        for pattern in UNFIT:
            warnings.filterwarnings("ignore", message=pattern)
        try:
            yield
        finally:
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)


@contextlib.contextmanager
def _plain(category: type[Warning]) -> Iterator[None]:
    """Print warnings of this category without the line that they come from, which in a run is one of Lightning's."""
    usual: Any = warnings.formatwarning

    def formatted(message: Any, kind: type[Warning], *place: Any, **more: Any) -> Any:
        return f"warning: {message}\n" if issubclass(kind, category) else usual(message, kind, *place, **more)

    warnings.formatwarning = formatted  # type: ignore[assignment]  # the stub lists what only the usual one reads
    try:
        yield
    finally:
        warnings.formatwarning = usual


@dataclass
class Progress:
    """Lines about a run on ``stream`` (standard error unless given); nothing when ``silent``."""

    stream: TextIO = field(default_factory=lambda: sys.stderr)
    silent: bool = False
    prefix: str = ""
    _width: int = 0
    _drawn: float = 0.0
    _warned: set[str] = field(default_factory=set)

    @property
    def live(self) -> bool:
        """Whether there is a terminal that a line can be rewritten on."""
        return not self.silent and self.stream.isatty()

    def say(self, line: str) -> None:
        """A line that stays."""
        if not self.silent:
            self._wipe()
            print(f"{self.prefix}{line}", file=self.stream, flush=True)

    def warn(self, warning: object) -> None:
        """As ``say``, but once, however many runs share this progress."""
        if str(warning) not in self._warned:
            self._warned.add(str(warning))
            self.say(str(warning))

    def batch(self, epoch: int, epochs: int, done: int, total: int, loss: float) -> None:
        """The bar; at most ten times a second."""
        now = time.monotonic()
        if not self.live or (now - self._drawn < 0.1 and done < total):
            return
        self._drawn = now
        part = (epoch + done / max(1, total)) / max(1, epochs)
        filled = round(part * 20)
        bar = "█" * filled + "░" * (20 - filled)
        text = f"{self.prefix}{bar} epoch {epoch + 1}/{epochs}  batch {done}/{total}  loss {loss:.3f}"
        self._wipe()
        text = text[: shutil.get_terminal_size().columns - 1]
        self._width = len(text)
        print(text, end="", file=self.stream, flush=True)

    def epoch(self, row: Mapping[str, Any], epochs: int, best: bool, scores: Sequence[str] = ("accuracy",)) -> None:
        """A line for an epoch that was validated; on a terminal the bar speaks for the others."""
        if "val_loss" not in row:
            return
        count = len(str(epochs))
        train, val = (_told(row, split, scores) for split in ("train", "val"))
        star = "  best" if best else ""
        self.say(f"epoch {row['epoch'] + 1:>{count}}/{epochs}  {train}   {val}   {row['seconds']:.1f} s{star}")

    def _wipe(self) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=self.stream)
            self._width = 0


def _told(row: Mapping[str, Any], split: str, scores: Sequence[str]) -> str:
    """``val loss 0.400 accuracy 0.900``, with those of the scores that there are."""
    known = [name for name in ("loss", *scores) if f"{split}_{name}" in row]
    return " ".join([split, *(f"{name.replace('_', ' ')} {row[f'{split}_{name}']:.3f}" for name in known)])
