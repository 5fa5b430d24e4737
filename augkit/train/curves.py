"""Learning curves as a picture."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augkit.data.whole import write_whole

if TYPE_CHECKING:
    from augkit.train.diagnosis import Diagnosis
    from augkit.train.losses_of import Losses

TRAIN, VAL, GRID, INK = "#c2571a", "#1f5fa8", "#d9d9d9", "#444444"

_LINES = (
    ("train", TRAIN, "-", "training"),
    ("clean", TRAIN, ":", "training, not augmented"),
    ("val", VAL, "-", "validation"),
)


def draw(
    history: Sequence[Mapping[str, Any]],
    path: Path,
    title: str = "",
    best: int | None = None,
    score: str = "accuracy",
    diagnosis: Diagnosis | None = None,
) -> None:
    """Loss and score by epoch as a PNG: training in orange, validation in blue, the epoch that was kept marked.

    ``history`` has a row per epoch with ``train_loss`` and ``train_accuracy``, and ``val_…`` where it was validated;
    ``clean_…``, if it is there, is dotted. The diagnosis is written under the title, and its turning point marked. The
    file is replaced at once, never half written.
    """
    figure, panels = _figure(2)
    for axes, what in zip(panels, ("loss", score), strict=True):
        _panel(axes, history, what, best)
    _finish(figure, panels[0], title, diagnosis)
    write_whole(path, lambda unfinished: figure.savefig(unfinished, format="png"))


def draw_losses(losses: Losses, path: Path, diagnosis: Diagnosis) -> None:
    """Losses alone, with their diagnosis, as a PNG."""
    columns = {"train_loss": losses.train, "val_loss": losses.val, "clean_loss": losses.clean or ()}
    filled = {name: column for name, column in columns.items() if column}
    rows = [dict(zip(filled, values, strict=True)) for values in zip(*filled.values(), strict=True)]
    figure, panels = _figure(1)
    _panel(
        panels[0], [{**row, "epoch": epoch - 1} for epoch, row in zip(losses.epochs, rows, strict=True)], "loss", None
    )
    _finish(figure, panels[0], "", diagnosis)
    write_whole(path, lambda unfinished: figure.savefig(unfinished, format="png"))


def as_svg(history: Sequence[Mapping[str, Any]], best: int | None, score: str, diagnosis: Diagnosis) -> list[bytes]:
    """Loss and score as ``draw`` draws them, each a picture of its own; none before the first epoch has ended. The same
    bytes for the same history.
    """
    from matplotlib import rc_context

    made = []
    for what in ("loss", score) if history else ():
        figure, [axes] = _figure(1)
        _panel(axes, history, what, best)
        _finish(figure, axes, "", diagnosis if what == "loss" else None)
        with rc_context({"svg.hashsalt": "augkit"}):
            into = io.BytesIO()
            figure.savefig(into, format="svg", metadata={"Date": None})
        made.append(into.getvalue())
    return made


def _figure(count: int) -> tuple[Any, list[Any]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9 if count == 2 else 5.4, 3.6), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(1, count, squeeze=False)[0])


def _finish(figure: Any, losses: Any, title: str, diagnosis: Diagnosis | None) -> None:
    """The title, and the diagnosis on the panel of losses."""
    from augkit.train.diagnosis import SAID

    told = [title] if title else []
    if diagnosis is not None and diagnosis.verdict != "inconclusive":
        told += [f"{diagnosis.verdict.replace('_', ' ')}: {SAID[diagnosis.verdict]}"]
        _show_evidence(losses, diagnosis)
    for axes in figure.axes:
        if axes.lines:  # below, where there is no curve
            axes.legend(frameon=False, fontsize=8, ncol=3, loc="upper center", bbox_to_anchor=(0.5, -0.2))
    if told:
        columns = int(13 * figure.get_figwidth())
        figure.suptitle("\n".join(line for each in told for line in textwrap.wrap(each, columns)), fontsize=10)
    figure.draw_without_rendering()  # how wide the labels of ticks are is known once there has been a layout


def _show_evidence(axes: Any, diagnosis: Diagnosis) -> None:
    """What the verdict rests on: the turning point, the part that still falls, the loss of guessing, or the gap."""
    first, last = axes.dataLim.x0, axes.dataLim.x1
    ends = [diagnosis.numbers[name] * diagnosis.numbers["guessing"] for name in ("train_end", "val_end")]
    match diagnosis.verdict:
        case "overfit":
            assert diagnosis.turning is not None
            axes.axvline(diagnosis.turning, color=INK, linewidth=1, linestyle="--", zorder=1)
            _beside(axes, diagnosis.turning, f"turns at {diagnosis.turning}")
        case "underfit_still_falling":
            start = last - (last - first) / 4
            axes.axvspan(start, last, color=GRID, alpha=0.5, linewidth=0, zorder=0)
            _beside(axes, start, "still falls")
        case "underfit_flat":
            guessing = diagnosis.numbers["guessing"]
            axes.axhline(guessing, color=INK, linewidth=1, linestyle="--", zorder=1, label="guessing")
        case "unrepresentative_train" | "unrepresentative_val":
            arrow = {"arrowstyle": "<->", "color": INK, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", (last, ends[0]), (last, ends[1]), arrowprops=arrow)
            told = f"{abs(ends[0] - ends[1]):.2f} apart "
            ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
            axes.annotate(told, (last, sum(ends) / 2), fontsize=8, color=INK, ha="right", va="center", bbox=ground)


def _beside(axes: Any, epoch: float, words: str) -> None:
    """Words beside an epoch, at the top, where falling curves are not."""
    place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    axes.annotate(words, (epoch, 0.98), xytext=(4, 0), fontsize=8, color=INK, va="top", **place)


def _panel(axes: Any, history: Sequence[Mapping[str, Any]], what: str, best: int | None) -> None:
    for split, colour, style, name in _LINES:
        points = [(row["epoch"] + 1, row[f"{split}_{what}"]) for row in history if f"{split}_{what}" in row]
        if points:
            mark = "o" if len(points) <= 40 and style == "-" else None
            axes.plot(
                *zip(*points, strict=True), style, color=colour, marker=mark, markersize=3.5, linewidth=1.6, label=name
            )
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
