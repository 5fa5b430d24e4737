"""The preview: samples as they are, as validation sees them, and as training draws them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from augkit.data.opened import Opened, Part
from augkit.data.samples import Dataset
from augkit.errors import DataError
from augkit.report.drawn import said
from augkit.report.edited import told
from augkit.report.fields import Pen
from augkit.report.page import page
from augkit.sample import Sample
from augkit.trace import Trace, TraceEntry
from augkit.words import suggestion

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
    drawer = _Drawer.of(opened, "train")
    count = len(drawer.training)
    chosen = sorted({index * count // samples for index in range(min(samples, count))})
    rows = [drawer.row(index, range(draws)) for index in chosen]
    return drawer.made(f"{opened.recipe.path.name}: preview", _head(opened, f"{counted(count)} of ") + "\n".join(rows))


def replay(opened: Opened, key: str, epochs: Sequence[int] = (0,), copy: int = 0) -> tuple[Preview, list[Trace]]:
    """A page of one sample, of whichever split: as it is, as validation sees it, and as ``epochs`` draw it, with the
    trace of each. DataError for a key that is not there, or a sample that cannot be made.
    """
    split = next((split for split, keys in opened.splits.items() if key in keys), None)
    if split is None:
        hint = suggestion(key, [key for keys in opened.splits.values() for key in keys])
        raise DataError(f"no split has a sample of this key.{hint}", key)
    drawer = _Drawer.of(opened, split)  # type: ignore[arg-type]
    index = drawer.training.keys.index(key)
    traces = [drawer.training.traced((epoch, index, copy))[1] for epoch in epochs]
    body = _head(opened, f"one of {counted(len(drawer.training), split)} of ") + drawer.row(index, epochs, copy)
    return drawer.made(f"{key}: replay", body), traces


def counted(count: int, split: str = "train") -> str:
    """``3 training samples``."""
    name = {"train": "training", "val": "validation"}.get(split, split)
    return f"{count} {name} sample{'s' * (count != 1)}"


@dataclass(frozen=True)
class _Drawer:
    training: Dataset
    evaluation: Dataset
    pen: Pen

    @classmethod
    def of(cls, opened: Opened, split: Part) -> _Drawer:
        return cls(opened.dataset(split, augment=True), opened.dataset(split, augment=False), Pen())

    def made(self, title: str, body: str) -> Preview:
        return Preview(page(title, body), tuple(dict.fromkeys(self.pen.problems)))

    def row(self, index: int, epochs: Iterable[int], copy: int = 0) -> str:
        """One sample: its key, the original, what validation sees, and the draws."""
        key, schema = self.training.keys[index], self.training.plan.schema
        try:
            original = self.training.original(index)
        except DataError as error:
            self.pen.problems.append(str(error))
            return f'<h2>{escape(key)}</h2><p class="problem">{escape(str(error))}</p>'
        inside = self.pen.fields(original.targets, schema, None)
        cards = [_card("original", "", inside, None, key)]
        cards += [self.draw(self.evaluation, (0, index, 0), "validation", original)]
        cards += [self.draw(self.training, (epoch, index, copy), f"epoch {epoch}", original) for epoch in epochs]
        return f'<h2>{escape(key)}</h2>\n<div class="row">{"".join(cards)}</div>'

    def draw(self, dataset: Dataset, visit: tuple[int, int, int], title: str, original: Sample) -> str:
        try:
            sample, trace = dataset.traced(visit)
        except DataError as error:
            self.pen.problems.append(str(error))
            return f'<div class="card"><h3>{title}</h3><p class="problem">{escape(str(error))}</p></div>'
        epoch, _, copy = visit
        detail = "" if dataset is self.evaluation else f"copy {copy}"
        name = f"key {sample.key}, epoch {epoch}, copy {copy}"
        inside = self.pen.fields(sample.targets, dataset.plan.out_schema, trace, original.targets)
        return _card(title, detail, inside, told(dataset.plan, original.targets, trace), name)


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


def _head(opened: Opened, which: str) -> str:
    recipe = opened.recipe
    kinds = {field.kind for field in recipe.schema.fields.values()}
    boxes = "".join(
        f'<label><input type="checkbox" id="show-{kind}" checked> {name}</label>'
        for kind, name in _LAYERS.items()
        if kind in kinds
    )
    boxes += '<label><input type="checkbox" id="show-drawn" checked> what was drawn</label>'
    kinds_of = ", ".join(f"{name}: {field.kind}" for name, field in recipe.schema.fields.items())
    return (
        f"<h1>{escape(recipe.path.name)}</h1>\n"
        f'<p class="soft">{escape(which + kinds_of)} · seed {recipe.seed} · recipe {opened.hash}. '
        "A draw is a pure function of recipe, seed, epoch, key and copy: training makes the same ones.</p>\n"
        f"<p>{boxes}</p>\n<details><summary>the recipe, with everything filled in</summary>"
        f"<pre>{escape(recipe.resolved())}</pre></details>\n"
    )
