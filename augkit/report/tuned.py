"""The page of a search: what was tried, what it reached, and how to have the best again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from augkit.report.charts import STYLE
from augkit.report.compared import table
from augkit.report.page import page
from augkit.report.scatter import Dot, scatter

Told = Mapping[str, Any]


def tuning_page(title: str, told: Told, said: Sequence[str]) -> str:
    """One self-contained HTML page of what ``tuning.json`` holds; ``said`` are the sentences to begin with."""
    reached = [trial for trial in told["trials"] if trial["value"] is not None]
    body = [
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>",
        f'<p class="soft">{len(told["trials"])} trials, judged by {escape(told["monitor"])} on the validation split; '
        "orange: the best; hollow: stopped before its end, at what it had reached</p>",
        *(f'<p class="verdict">{escape(line)}</p>' for line in said),
        f'<h2>What was reached</h2><div class="panels">{"".join(_panels(told, reached))}</div>',
        f"<h2>Trials</h2>{_table(told)}",
    ]
    return page(title, "\n".join(body))


def _panels(told: Told, reached: Sequence[Told]) -> list[str]:
    """The monitor over the number of the trial, and over each value that was searched."""
    if not reached:
        return []
    by_number = [_dot(told, trial, trial["number"] + 1) for trial in reached]
    panels = [scatter("trial", by_number)]
    for path, law in told["searched"].items():
        values = [trial["values"][path] for trial in reached]
        names = sorted({_said(value) for value in values}) if law == "choice" else []
        places = [names.index(_said(value)) if names else value for value in values]
        dots = [_dot(told, trial, place) for trial, place in zip(reached, places, strict=True)]
        panels.append(scatter(path, dots, log=law == "log", names=names))
    return panels


def _dot(told: Told, trial: Told, x: float) -> Dot:
    said = f"trial {trial['number'] + 1}: {trial['value']:.4f}"
    return Dot(float(x), trial["value"], trial["state"] == "finished", trial["number"] == told["best"], said)


def _table(told: Told) -> str:
    sign = 1 if told["monitor"].endswith("loss") else -1
    ordered = sorted(told["trials"], key=lambda trial: (trial["state"] != "finished", sign * (trial["value"] or 0)))
    rows = [
        [
            str(trial["number"] + 1),
            trial["state"],
            "–" if trial["value"] is None else f"{trial['value']:.4f}",
            *map(_said, trial["values"].values()),
        ]
        for trial in ordered
    ]
    return table(["trial", "", told["monitor"], *told["searched"]], rows)


def _said(value: Any) -> str:
    """A value as one would write it."""
    if isinstance(value, str):
        return value
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)
