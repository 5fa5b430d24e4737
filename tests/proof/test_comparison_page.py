"""The page of a comparison: one file, well formed, everything on it that was found."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any
from xml.etree import ElementTree

import pytest

from augkit.proof import Comparison
from augkit.proof.tables import conclusions
from augkit.report.charts import axis_over, dots, forest
from augkit.report.compared import comparison_page
from augkit.report.tuned import tuning_page


def rows(*scores: float) -> list[dict[str, float]]:
    return [{"cat": score, "<dog>": score / 2} for score in scores]


def found(**more: Any) -> Comparison:
    per_class = {"a & b": rows(0.9, 0.8, 0.85), "other": rows(0.5, 0.6, 0.4)}
    return Comparison((1, 2, 3), {"a & b": [0.9, 0.8, 0.85], "other": [0.5, 0.6, 0.4]}, "f1", per_class, **more)


def shifts(*means: float) -> list[dict[str, list[float]]]:
    return [{"noise": [mean] * 5, "blur": [mean / 2] * 5} for mean in means]


def page_of(comparison: Comparison) -> str:
    """From the JSON alone, so that it can be drawn of a comparison that is long over."""
    told = json.loads(json.dumps(comparison.to_json()))
    return comparison_page("a & b / other", told, conclusions(comparison))


def svgs(page: str) -> list[ElementTree.Element]:
    return [
        ElementTree.fromstring(each.replace("&nbsp;", " ")) for each in re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    ]


def test_the_page_is_one_file_that_loads_nothing() -> None:
    page = page_of(found())
    assert not re.findall(r"(?:src|href)=|@import|url\(", page)
    assert "a & b" not in page and "a &amp; b" in page and "<dog>" not in page
    assert len(svgs(page)) == 3, "differences, scores, classes"


def test_the_page_says_what_was_found_and_every_number() -> None:
    comparison = found(
        shifted={"a & b": shifts(0.8, 0.7, 0.75), "other": shifts(0.3, 0.25, 0.2)}, left_out=("jpeg: no",)
    )
    page = page_of(comparison)
    for line in conclusions(comparison):
        assert escape(line) in page
    assert "On shifted data: a &amp; b is better than other" in page
    assert "left out: jpeg: no" in page and "noise, other" in page
    cells = re.findall(r"<td>([^<]*)</td>", page)
    assert cells[:6] == ["a &amp; b", "0.850", "0.050", "0.900", "0.800", "0.850"]
    assert cells[cells.index("noise, other") :][:3] == ["noise, other", "0.500", "0.250"], "clean, then severity 1"


def test_an_interval_is_filled_where_it_leaves_0_out() -> None:
    [chart] = svgs(
        forest([("up", 0.2, (0.1, 0.3)), ("no", 0.1, (-0.1, 0.3)), ("down", -0.2, (-0.3, -0.1)), ("one", 0.1, None)])
    )
    fills = [each.get("fill") for each in chart.iter("circle")]
    assert fills[0] != fills[2] and "var(--paper)" not in (fills[0], fills[2])
    assert fills[1] == fills[3] == "var(--paper)"


@pytest.mark.parametrize("scores", [[0.5], [0.5, 0.5], [0.0, 1.0], [-3.0, 0.7]])
def test_all_marks_are_on_the_chart(scores: list[float]) -> None:
    """Also where all values are the same, and where a coefficient of determination is far below 0."""
    [chart] = svgs(dots({"arm": scores}))
    width = float(chart.get("width", 0))
    assert all(0 < float(each.get("cx", -1)) < width for each in chart.iter("circle"))
    axis = axis_over(scores)
    assert 1 <= len(axis.ticks()) <= 8 and all(axis.low <= tick <= axis.high for tick in axis.ticks())


def tried(number: int, lr: float, state: str = "finished", value: float | None = None) -> dict[str, Any]:
    values = {"train.lr": lr, "train.optimizer": "<SGD>" if number % 2 else {"name": "AdamW"}}
    return {"number": number, "values": values, "state": state, "value": value, "told": {}, "why": ""}


def test_the_page_of_a_search_has_a_panel_for_each_path_and_the_best_in_its_own_colour() -> None:
    trials = [
        tried(0, 1e-4, value=0.5),
        tried(1, 1e-2, value=0.2),
        tried(2, 1.0, "diverged"),
        tried(3, 0.1, "pruned", 0.9),
    ]
    searched = {"train.lr": "log", "train.optimizer": "choice"}
    page = tuning_page(
        "r.yaml, tuned", {"monitor": "val_loss", "searched": searched, "best": 1, "trials": trials}, ["a < b"]
    )
    panels = svgs(page)
    assert len(panels) == 3 and "<SGD>" not in page and "a &lt; b" in page
    for panel in panels:
        circles = list(panel.iter("circle"))
        assert len(circles) == 3, "what diverged before its first validation has no place"
        assert [each.get("r") for each in circles] == ["4", "4", "6"]
    places = sorted(float(each.get("cx", 0)) for each in panels[1].iter("circle"))
    assert places[1] - places[0] == pytest.approx(2 * (places[2] - places[1]), rel=0.02), "1e-4, 1e-2, 1e-1"
    cells = re.findall(r"<td>([^<]*)</td>", page)
    assert cells[::5] == ["2", "1", "3", "4"] or cells[::5] == ["2", "1", "4", "3"]


def test_a_search_without_any_result_has_a_page() -> None:
    told = {"monitor": "val_loss", "searched": {"train.lr": "log"}, "best": None, "trials": [tried(0, 1.0, "diverged")]}
    assert "diverged" in tuning_page("r", told, [])
