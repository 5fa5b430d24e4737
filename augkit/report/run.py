"""The report of a training: what was fed, how it went, what was found, what the network tells; one page, no network."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from augkit.report.answered import Answers, first_batch, pairs, worst
from augkit.report.fields import Pen
from augkit.report.page import page
from augkit.report.palette import BAD, GOOD
from augkit.report.tables import by_class, confused, facts
from augkit.sample import Sample
from augkit.schema import Schema
from augkit.trace import Trace

STYLE = f"""
:root {{ --good: {GOOD}; --bad: {BAD}; }}
@media (prefers-color-scheme: dark) {{ :root {{ --good: #7fb0ea; --bad: #f0975f; }} }}
body {{ max-width: 1260px; }} h2 {{ font-size: 18px; border-top: 1px solid var(--line); padding-top: 18px; }}
.reached {{ font-size: 16px; }} .curves {{ display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); }}
.curves img {{ width: 100%; background: #fff; border-radius: 8px; }}
.note {{ border-left: 4px solid var(--bad); padding: 2px 12px; margin: 12px 0; overflow-wrap: anywhere; }}
.note.fine {{ border-color: var(--good); }} .note p {{ margin: 2px 0; }} .note dl {{ margin: 4px 0 0; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; }} dt {{ color: var(--soft); }}
dd {{ margin: 0; overflow-wrap: anywhere; }}
.answers {{ display: flex; flex-wrap: wrap; gap: 14px; align-items: flex-start; }}
.answer {{ max-width: 100%; padding: 10px; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }}
.answer svg {{ max-width: 100%; }}
.answer h3 {{ font-size: 12px; margin: 0 0 6px; overflow-wrap: anywhere; }} .answer h3 span {{ color: var(--soft);
  font-weight: normal; }}
.pair {{ display: flex; flex-wrap: wrap; gap: 14px; }} .pair figure {{ margin: 0; max-width: 258px; }}
.answer .clip, .answer .text {{ width: 258px; max-width: 100%; }}
figcaption {{ font-size: 12px; color: var(--soft); }}
.said {{ margin: 4px 0 0; max-width: 230px; overflow-wrap: anywhere; }} .right {{ color: var(--good); }}
.wrong {{ color: var(--bad); font-weight: 600; }}
.narrow {{ max-width: 290px; }} code.again {{ display: block; margin-top: 6px; padding: 4px 6px; max-width: 600px;
  border: 1px solid var(--line); border-radius: 6px; overflow-wrap: anywhere; user-select: all; }}
.scroll {{ overflow-x: auto; }} caption {{ text-align: left; white-space: nowrap;
  padding-bottom: 4px; }} table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
.confusion td {{ min-width: 30px; padding: 3px 5px; text-align: right; font-size: 12px;
  border: 1px solid var(--line); }}
.confusion th {{ font: 12px system-ui; padding: 3px 6px; text-align: right; white-space: nowrap; }}
.confusion thead th {{ vertical-align: bottom; text-align: center; }} .confusion .long {{ writing-mode: vertical-rl;
  transform: rotate(180deg); text-align: left; }}
.bars {{ display: grid; grid-template-columns: fit-content(40%) 1fr 4em; gap: 4px 10px; align-items: center;
  max-width: 620px; font-size: 13px; }} .bars span {{ overflow-wrap: anywhere; text-align: right; }}
.bars i {{ display: block; height: 12px; min-width: 1px; background: var(--good); border-radius: 2px; }}
.tables {{ display: grid; gap: 28px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); }}
@media (max-width: 600px) {{ body {{ padding: 14px; }} .answers {{ gap: 8px; }} .answer .pic {{ zoom: .6; }}
  .answer .pic b {{ zoom: 1.6; }} .answer.narrow {{ max-width: calc(50% - 4px); }} }}
"""


_SIDE = 260
"""Pixels a side of the pictures on a page of many."""


@dataclass(frozen=True)
class RunReport:
    """All that a page shows. ``metrics`` is what ``metrics.json`` holds, ``recipe`` the resolved one, ``curves`` are
    pictures as SVG, ``first`` the first batch with the ``schema`` that its steps leave, ``guessing`` how well it goes
    without learning. ``answers`` is None where there is no network yet, or none any more.
    """

    metrics: Mapping[str, Any]
    recipe: str
    curves: Sequence[bytes]
    schema: Schema
    first: Sequence[tuple[Sample, Trace]]
    batch_size: int
    guessing: str = ""
    answers: Answers | None = None
    problems: list[str] = field(default_factory=list)


def run_page(report: RunReport) -> str:
    """One HTML document."""
    pen = Pen(problems=report.problems, side=_SIDE)
    fed = first_batch(report.first, report.batch_size, report.schema, pen)
    parts = [_head(report), _curves(report), _findings(report.metrics), fed]
    if report.answers is not None:
        parts.append(pairs(report.answers, pen))
        parts.append(_tables(report))
        parts.append(worst(report.answers, pen))
    parts += [f'<p class="problem">{escape(problem)}</p>' for problem in dict.fromkeys(report.problems)]
    parts.append(facts(report.metrics, report.recipe))
    html = page(f"{report.metrics['title']}: report", "\n".join(filter(None, parts)), STYLE)
    return html.encode("utf-8", "backslashreplace").decode("utf-8")  # file names need not be UTF-8


def _head(report: RunReport) -> str:
    metrics = report.metrics
    samples, task = metrics["samples"], str(metrics["task"]).replace("_", " ")
    learnt = f"{samples['train']} samples to learn from, {samples['val']} to validate"
    classes = f" · {len(metrics['classes'])} classes" if metrics.get("classes") else ""
    return (
        f'<h1>{escape(metrics["title"])}</h1>\n<p class="soft">{escape(task)}{classes} · {learnt} · '
        f"{metrics['seconds']:.0f} s · recipe {metrics['recipe_hash']}</p>\n{_reached(report)}"
    )


_STOPPED = {
    "running": "This page was written before step 1, or training was interrupted; it is written anew at the end.",
    "diverged": "Training diverged: the loss became no number. What follows is of before.",
}


def _reached(report: RunReport) -> str:
    """What was reached, and how well it goes without learning."""
    metrics = report.metrics
    lines = [f'<p class="wrong">{_STOPPED[metrics["stopped"]]}</p>'] if metrics["stopped"] in _STOPPED else []
    best, last, name = metrics["best"], metrics["last"], metrics["scores"][0]
    if best and last:
        kept = f"validation {name.replace('_', ' ')} <b>{best[f'val_{name}']:.3f}</b> in epoch {best['epoch'] + 1}"
        ended = f", which best.ckpt keeps; {last[f'val_{name}']:.3f} in the last, {last['epoch'] + 1}"
        lines.append(f'<p class="reached">{kept}{ended if best["epoch"] != last["epoch"] else ""}</p>')
        lines += [f'<p class="soft">{escape(report.guessing)}</p>'] if report.guessing else []
    return "".join(lines)


def _curves(report: RunReport) -> str:
    if not report.curves:
        return ""
    uris = (f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}" for svg in report.curves)
    drawn = "".join(f'<img alt="learning curves" src="{uri}">' for uri in uris)
    told = report.metrics["diagnosis"]
    rows = [("seen", one) for one in told["evidence"]] + [("try", told["advice"])]
    kind = " fine" if told["verdict"] == "good_fit" else ""
    verdict = told["verdict"].replace("_", " ")
    return (
        f'<h2>Learning curves</h2>\n<div class="curves">{drawn}</div>\n'
        f'<div class="note{kind}"><p><b>{verdict}</b></p>{_listed(rows)}</div>'
    )


def _findings(metrics: Mapping[str, Any]) -> str:
    """What the checks found, and what they looked at."""
    checks = metrics.get("checks")
    if checks is None:
        return '<h2>Checks</h2>\n<p class="soft">train: {checks: off}: nothing was looked at.</p>'
    fine = ", ".join(dict.fromkeys(str(one["name"]) for one in checks["fine"]))
    found = "".join(_finding(one) for one in checks["findings"]) or '<p class="right">Nothing found.</p>'
    return f'<h2>Checks</h2>\n{found}<p class="soft">Looked at, and fine: {escape(fine or "nothing")}</p>'


def _finding(one: Mapping[str, Any]) -> str:
    rows = [("seen", one["seen"]), ("usually", one["means"]), ("try", one["advice"])]
    head = f"{one['severity']}: <b>{escape(one['name'])}</b> <span class='soft'>{escape(one.get('when', ''))}</span>"
    return f'<div class="note"><p>{head}</p>{_listed(rows)}</div>'


def _listed(rows: Sequence[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{name}</dt><dd>{escape(said)}</dd>' for name, said in rows)}</dl>"


def _tables(report: RunReport) -> str:
    """Side by side where there is room: what is taken for what, and how each class fares."""
    made = list(_each_table(report))
    return f'<div class="tables">{"".join(f"<section>{one}</section>" for one in made)}</div>' if made else ""


def _each_table(report: RunReport) -> Iterator[str]:
    answers, best = report.answers, report.metrics["best"]
    if answers is not None and answers.confusion:
        yield confused(answers.confusion, answers.counted, [str(name) for name in report.metrics["classes"]])
    if best and best.get("per_class"):
        yield by_class(best["per_class"], report.metrics["scores"][0], best["epoch"])
