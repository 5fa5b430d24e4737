"""The preview: samples as they are, as validation sees them, and as training draws them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from augkit.data.opened import Opened
from augkit.data.samples import Dataset
from augkit.errors import DataError
from augkit.report.drawn import said
from augkit.report.edited import told
from augkit.report.page import page
from augkit.report.palette import Palette
from augkit.report.panels import panels
from augkit.report.pictures import pictures
from augkit.report.sounds import sounds
from augkit.report.spectra import spectra
from augkit.report.texts import texts
from augkit.sample import Label, Sample, Target
from augkit.schema import Schema
from augkit.trace import Trace, TraceEntry

_LAYERS = {
    "mask": "masks",
    "masks": "instances",
    "heatmap": "heatmaps",
    "depth": "depth",
    "boxes": "boxes",
    "oriented_boxes": "oriented boxes",
    "polygons": "polygons",
    "keypoints": "keypoints",
    "events": "events",
}


Told = Iterable[tuple[TraceEntry, str | None]]


@dataclass(frozen=True)
class Preview:
    """``html`` is the whole page; ``problems`` what could not be shown, each with its key, and once."""

    html: str
    problems: tuple[str, ...]


def preview(opened: Opened, samples: int = 4, draws: int = 6) -> Preview:
    """A page of ``samples`` of the training split, evenly spread, each with ``draws`` draws: epochs 0, 1, 2, …

    A sample that cannot be read is shown as its error. Draws are those of training with the same recipe: the same key,
    epoch and copy give the same picture.
    """
    drawer = _Drawer(opened.dataset("train", augment=True), opened.dataset("train", augment=False), Palette(), [])
    count = len(drawer.training)
    chosen = sorted({index * count // samples for index in range(min(samples, count))})
    rows = [drawer.row(index, draws) for index in chosen]
    head = _head(opened, count)
    return Preview(
        page(f"{opened.recipe.path.name}: preview", head + "\n".join(rows)), tuple(dict.fromkeys(drawer.problems))
    )


@dataclass(frozen=True)
class _Drawer:
    training: Dataset
    evaluation: Dataset
    palette: Palette
    problems: list[str]

    def row(self, index: int, draws: int) -> str:
        """One sample: its key, the original, what validation sees, and the draws."""
        key = self.training.keys[index]
        try:
            original = self.training.original(index)
        except DataError as error:
            self.problems.append(str(error))
            return f'<h2>{escape(key)}</h2><p class="problem">{escape(str(error))}</p>'
        cards = [_card("original", "", self.targets(original, self.training.plan.schema, None), None, key)]
        cards += [self.draw(self.evaluation, index, 0, "validation", original)]
        cards += [self.draw(self.training, index, epoch, f"epoch {epoch}", original) for epoch in range(draws)]
        return f'<h2>{escape(key)}</h2>\n<div class="row">{"".join(cards)}</div>'

    def draw(self, dataset: Dataset, index: int, epoch: int, title: str, original: Sample) -> str:
        try:
            sample, trace = dataset.traced((epoch, index, 0))
        except DataError as error:
            self.problems.append(str(error))
            return f'<div class="card"><h3>{title}</h3><p class="problem">{escape(str(error))}</p></div>'
        detail = "" if dataset is self.evaluation else "copy 0"
        name = f"key {sample.key}, epoch {epoch}, copy 0"
        inside = self.targets(sample, dataset.plan.out_schema, trace, original.targets)
        return _card(title, detail, inside, told(dataset.plan, original.targets, trace), name)

    def targets(
        self, sample: Sample, schema: Schema, trace: Trace | None, before: Mapping[str, Target] | None = None
    ) -> str:
        parts = []
        for group in schema.groups:
            members = {name: sample.targets[name] for name in group.fields if name in sample.targets}
            drawn = pictures(members, trace, self.palette) + sounds(members, self.palette)
            drawn += spectra(members, self.palette) + texts(members, self.palette, before)
            parts += [drawn, panels(members, self.palette, bool(drawn), self.problems)]
        return "".join(parts) + _labels(sample.targets)


def _labels(targets: Mapping[str, Target]) -> str:
    shown = [f"{escape(name)}: {escape(str(t.value))}" for name, t in targets.items() if isinstance(t, Label)]
    return f"<div>{' · '.join(shown)}</div>" if shown else ""


def _card(title: str, detail: str, inside: str, entries: Told | None, name: str) -> str:
    """A picture with its title; ``name`` says on hovering which visit it is."""
    kind = "card original" if entries is None else "card"
    more = f" <span>{escape(detail)}</span>" if detail else ""
    drawn = f"<ul>{''.join(_entries(entries))}</ul>" if entries is not None else ""
    return f'<div class="{kind}"><h3 title="{escape(name)}">{escape(title)}{more}</h3>{inside}{drawn}</div>\n'


def _entries(entries: Told) -> Iterator[str]:
    entry = None
    for entry, words in entries:
        kind = ' class="skipped"' if entry.params is None else ""
        name, drawn = said(entry, words)
        yield f"<li{kind}><b>{escape(name)}</b> {escape(drawn)}</li>"
    if entry is None:
        yield '<li class="none">nothing drawn</li>'


def _head(opened: Opened, count: int) -> str:
    recipe = opened.recipe
    kinds = {field.kind for field in recipe.schema.fields.values()}
    boxes = "".join(
        f'<label><input type="checkbox" id="show-{kind}" checked> {name}</label>'
        for kind, name in _LAYERS.items()
        if kind in kinds
    )
    boxes += '<label><input type="checkbox" id="show-drawn" checked> what was drawn</label>'
    fields = ", ".join(f"{name}: {field.kind}" for name, field in recipe.schema.fields.items())
    counted = f"{count} training sample{'s' * (count != 1)}"
    return (
        f"<h1>{escape(recipe.path.name)}</h1>\n"
        f'<p class="soft">{counted} of {escape(fields)} · seed {recipe.seed} · recipe {opened.hash}. '
        "A draw is a pure function of recipe, seed, epoch, key and copy: training makes the same ones.</p>\n"
        f"<p>{boxes}</p>\n<details><summary>the recipe, with everything filled in</summary>"
        f"<pre>{escape(recipe.resolved())}</pre></details>\n"
    )
