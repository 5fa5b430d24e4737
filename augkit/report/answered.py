"""Samples of a run as HTML: the first batch, and truth beside what the network tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from augkit.report.fields import Pen
from augkit.sample import Label, Sample, Target
from augkit.schema import Schema
from augkit.trace import Trace


@dataclass(frozen=True)
class Answered:
    """A sample as the network is fed it, and what it is ``told`` to be, None where the network does not answer for a
    sample; ``again`` is the command that replays it.
    """

    sample: Sample
    trace: Trace
    told: Target | None
    sure: float | None
    loss: float
    again: str


@dataclass(frozen=True)
class Answers:
    """Of ``looked`` of the ``count`` validation samples. ``learnt`` names the field; ``confusion`` counts (true, told)
    names, of what ``counted`` says.
    """

    which: str
    learnt: str
    schema: Schema
    looked: int
    count: int
    drawn: Sequence[Answered]
    worst: Sequence[Answered]
    confusion: Mapping[tuple[str, str], int]
    counted: str


def first_batch(first: Sequence[tuple[Sample, Trace]], size: int, schema: Schema, pen: Pen) -> str:
    """The samples that step 1 learns from, as the network gets them."""
    if not first:
        return ""
    cards = [
        f'<div class="answer narrow"><h3>{escape(sample.key)}</h3>{pen.fields(sample.targets, schema, trace)}</div>'
        for sample, trace in first
    ]
    part = f"{len(first)} of {size} samples" if len(first) < size else f"{len(first)} samples"
    return (
        f"<h2>The first batch <small>{part}, before step 1, as the network gets them; colours are put back to where "
        f'they were before normalising</small></h2>\n<div class="answers">{"".join(cards)}</div>'
    )


def pairs(answers: Answers, pen: Pen) -> str:
    """Samples of the validation that were drawn, whatever they cost."""
    if not answers.drawn:
        return ""
    cards = "".join(_card(one, answers, pen) for one in answers.drawn)
    return (
        f"<h2>Truth beside prediction <small>{len(answers.drawn)} of {answers.count} validation samples, drawn; by "
        f'{escape(answers.which)}</small></h2>\n<div class="answers">{cards}</div>'
    )


def worst(answers: Answers, pen: Pen) -> str:
    """The samples of the highest losses, the worst first, each with its command."""
    if not answers.worst:
        return ""
    cards = "".join(_card(one, answers, pen, again=True) for one in answers.worst)
    looked = f"of {answers.looked} of {answers.count} validation samples that were looked at"
    return (
        f"<h2>Highest losses <small>{looked}; wrong labels are often among them. Each command draws its sample "
        f'again</small></h2>\n<div class="answers">{cards}</div>'
    )


def _card(one: Answered, answers: Answers, pen: Pen, again: bool = False) -> str:
    """What has a place on the sample is drawn twice, side by side; what has none is said below."""
    truth = one.sample.targets[answers.learnt]
    if one.told is None:
        inside = pen.fields(one.sample.targets, answers.schema, one.trace)
    else:
        inside = _pair(one, one.told, answers, pen) if truth.axes else _said(one, truth, one.told, answers, pen)
    command = f'<code class="again">{escape(one.again)}</code>' if again else ""
    head = f"{escape(one.sample.key)} <span>loss {one.loss:.3g}</span>"
    kind = "answer" if truth.axes else "answer narrow"
    return f'<div class="{kind}"><h3>{head}</h3>{inside}{command}</div>'


def _pair(one: Answered, answer: Target, answers: Answers, pen: Pen) -> str:
    truth = pen.drawn(one.sample.targets, answers.schema, one.trace)
    changed = {**one.sample.targets, answers.learnt: answer}
    told = pen.drawn(changed, answers.schema, one.trace, one.sample.targets)
    sides = [("truth", truth), ("prediction", told)]
    figures = "".join(f"<figure><figcaption>{name}</figcaption>{side}</figure>" for name, side in sides)
    return f'<div class="pair">{figures}</div>'


def _said(one: Answered, truth: Target, answer: Target, answers: Answers, pen: Pen) -> str:
    there, told = (str(each.value) if isinstance(each, Label) else each.kind for each in (truth, answer))
    sure = f", {one.sure:.0%} sure" if one.sure is not None else ""
    verdict = "" if one.sure is None else "✓ right · " if there == told else "✗ wrong · "
    kind = "said" + ("" if one.sure is None else " right" if there == told else " wrong")
    shown = pen.drawn(one.sample.targets, answers.schema, one.trace)
    words = f"{verdict}truth {escape(there)} · prediction {escape(told)}{sure}"
    return f'{shown}<p class="{kind}">{words}</p>'
