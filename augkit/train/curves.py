"""Learning curves as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from augkit.data.whole import write_whole

TRAIN, VAL, GRID = "#c2571a", "#1f5fa8", "#d9d9d9"


def draw(
    history: Sequence[Mapping[str, Any]], path: Path, title: str = "", best: int | None = None, score: str = "accuracy"
) -> None:
    """Loss and score by epoch as a PNG: training in orange, validation in blue, the epoch that was kept marked.

    ``history`` has a row per epoch with ``train_loss`` and ``train_accuracy``, and ``val_…`` where it was validated.
    The file is replaced at once, never half written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    for axes, what in zip(figure.subplots(1, 2), ("loss", score), strict=True):
        _panel(axes, history, what, best)
    if title:
        figure.suptitle(title, fontsize=10)
    write_whole(path, lambda unfinished: figure.savefig(unfinished, format="png"))


def _panel(axes: Any, history: Sequence[Mapping[str, Any]], what: str, best: int | None) -> None:
    for split, colour, name in (("train", TRAIN, "training"), ("val", VAL, "validation")):
        points = [(row["epoch"] + 1, row[f"{split}_{what}"]) for row in history if f"{split}_{what}" in row]
        if points:
            mark = "o" if len(points) <= 40 else None
            axes.plot(*zip(*points, strict=True), color=colour, marker=mark, markersize=3.5, linewidth=1.6, label=name)
    kept = next((row for row in history if row["epoch"] == best and f"val_{what}" in row), None)
    if kept is not None:
        value = kept[f"val_{what}"]
        axes.plot(
            [kept["epoch"] + 1], [value], "o", markersize=9, fillstyle="none", color=VAL, label=f"kept: {value:.3f}"
        )
    axes.set_xlabel("epoch")
    axes.set_title(what.replace("_", " "), fontsize=10)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(color=GRID, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if what == "loss":
        axes.set_ylim(bottom=0)
    else:
        axes.set_ylim(top=1.02)
    if history:
        axes.legend(frameon=False, fontsize=8)
