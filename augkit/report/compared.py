"""The page of a comparison: who was better, by how much and how sure, in classes and on shifted data."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from augkit.report.charts import STYLE, curves, dots, forest, legend
from augkit.report.page import page

Told = Mapping[str, Any]


def comparison_page(title: str, told: Told, said: Sequence[str]) -> str:
    """One self-contained HTML page of what ``comparison.json`` holds; ``said`` are the sentences to begin with."""
    score = told["score"].replace("_", " ")
    arms: Mapping[str, Sequence[float]] = told[f"val_{told['score']}"]
    seeds = told["seeds"]
    body = [
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>",
        f'<p class="soft">validation {escape(score)} · {len(seeds)} paired seeds, {seeds[0]} to {seeds[-1]} · '
        f"differences are {escape(told['first'])} minus the other, with 95 % intervals (Student's)</p>",
        *(f'<p class="verdict">{escape(line)}</p>' for line in said),
        f"<h2>Differences</h2>{_forest(told['first_minus_other'], 'against ')}",
        f"<h2>Scores</h2>{dots(arms)}{_scores(arms, seeds)}",
        *_classes(told),
        *_shifts(told, arms),
    ]
    return page(title, "\n".join(body))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of texts; the first column names the rows."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    inside = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>\n{inside}</tbody></table></div>'


def _forest(pairs: Mapping[str, Told], before: str = "") -> str:
    return forest([(f"{before}{name}", pair["mean"], pair["interval"]) for name, pair in pairs.items()])


def _scores(arms: Mapping[str, Sequence[float]], seeds: Sequence[int]) -> str:
    rows = [
        [name, f"{statistics.fmean(scores):.3f}", _spread(scores), *(f"{score:.3f}" for score in scores)]
        for name, scores in arms.items()
    ]
    return table(["", "mean", "sd", *(f"seed {seed}" for seed in seeds)], rows)


def _spread(scores: Sequence[float]) -> str:
    return f"{statistics.stdev(scores):.3f}" if len(scores) > 1 else "–"


def _classes(told: Told) -> list[str]:
    parts = []
    for other, pairs in told.get("first_minus_other_per_class", {}).items():
        ordered = dict(sorted(pairs.items(), key=lambda item: item[1]["mean"]))
        parts.append(
            f"<h2>Classes <small>{escape(told['first'])} minus {escape(other)}; the intervals are corrected for the "
            f"number of classes and arms (Bonferroni)</small></h2>{_forest(ordered)}"
        )
    return parts


def _shifts(told: Told, arms: Mapping[str, Sequence[float]]) -> list[str]:
    """Small panels: the mean over seeds by severity, for each corruption; severity 0 is clean."""
    shifted = told.get("shifted")
    if not shifted:
        return []
    means: Mapping[str, Mapping[str, Sequence[float]]] = shifted["mean_over_seeds"]
    clean = {arm: statistics.fmean(scores) for arm, scores in arms.items()}
    names = list(next(iter(means.values())))
    lines = {name: {arm: [clean[arm], *means[arm][name]] for arm in means} for name in names}
    every = [value for panel in lines.values() for line in panel.values() for value in line]
    room = 0.05 * (max(every) - min(every)) or 0.01
    panels = [curves(name, lines[name], min(every) - room, max(every) + room) for name in names]
    rows = [
        [f"{name}, {arm}", *(f"{value:.3f}" for value in line)]
        for name, panel in lines.items()
        for arm, line in panel.items()
    ]
    left = "".join(f'<p class="soft">left out: {escape(why)}</p>' for why in shifted["left_out"])
    return [
        "<h2>Shifted validation data <small>mean over seeds, by severity</small></h2>",
        legend(list(means)),
        f'<div class="panels">{"".join(panels)}</div>{left}',
        f"<p>Mean over all corruptions and severities:</p>{_forest(shifted['first_minus_other'], 'against ')}",
        table(["", "clean", "1", "2", "3", "4", "5"], rows),
    ]
