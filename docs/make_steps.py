"""Writes docs/steps.md and docs/steps/: every step that comes with augkit, out of docstrings, fields and kernels.

``python docs/make_steps.py``. A test compares: what is written there is what the steps say of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from augkit.build import COMBINERS, OWN, Around
from augkit.cli.steps import described, policy_range
from augkit.combine import Step
from augkit.distributions import Range
from augkit.errors import AugkitError
from augkit.fields import describe, fields_of
from augkit.pipeline import Pipeline
from augkit.plugins import catalogue
from augkit.recipe.spelling import flow
from augkit.registry import Entry
from augkit.testing import examples_of

DOCS = Path(__file__).parent
OURS = ("image", "audio", "text")
_WRITTEN = "<!-- written by docs/make_steps.py -->"
_TITLES = {
    "image": "Steps for images",
    "audio": "Steps for sounds",
    "spectrogram": "Steps for spectrograms",
    "text": "Steps for texts",
}
_SEEN = {
    "image": "On the pictures: a box, an outline in it, and three points, all of them moved by the step.",
    "audio": "In the pictures, of two seconds: frequencies to 8 kHz over the wave, and three events, a rising tone"
    "\n(blue), a burst of noise (orange) and three clicks (purple), all of them moved by the step.",
}
_AROUND = {
    "p": "how often it runs",
    "id": "its name in streams and traces; two steps of one name need one",
    "on": "the fields that it acts on; all that it can, if absent",
    "only": "values of a label, or of metadata, that it applies to: `{digit: [0, 1]}`",
    "strength": "1 as written, 0 nothing; `{ramp: [0, 1], epochs: 10}` grows",
    "off_last": "epochs at the end of a training without it",
    "accept": "why a clash with `sensitive_to` is all right",
    "on_conflict": "what to do where a draw would break an annotation",
    "weight": "its share in `one_of` and in policies",
}
_BRIDGES = {
    "albumentations": "albumentations",
    "audiomentations": "audiomentations",
    "torchaudio": "audiomentations",
    "nlpaug": "nlpaug",
}
_BRIDGED = "What it changes and moves, and which kinds follow, depends on `name`: [the table](../{}.md)."
_SENTENCE = (
    "Dr. Ada Lovelace didn't write the 12 first programs in a big café in Paris. She definitely wrote them in London."
)
_NAMES = [
    {"start": _SENTENCE.index(name), "end": _SENTENCE.index(name) + len(name), "label": label}
    for name, label in {"Ada Lovelace": "PER", "Paris": "LOC", "London": "LOC"}.items()
]
_BY_MODELS = ("augkit_text.model_steps", "augkit_text.nlpaug_bridge", "augkit_text.tfidf")
_COMBINED = {
    "seq": "All of its steps, in order: for a `p` that is theirs together.",
    "one_of": "One of its steps, chosen by `weight`.",
    "some_of": "`n` of its steps, each at most once, in the order written.",
    "random_order": "All of its steps, in an order drawn anew.",
    "repeat": "All of its steps, `n` times over, drawing anew.",
    "rand_augment": "`n` of its steps (without `steps`: of the usual ones), each at `magnitude` (Cubuk et al. 2020).",
    "trivial_augment": "One of its steps, at a magnitude drawn anew (Müller and Hutter 2021).",
    "augmix": "`width` chains of its steps, blended with the original (Hendrycks et al. 2020).",
}


def pages() -> dict[str, str]:
    """Every page by its place in docs/."""
    known = catalogue()
    known.import_kernels({entry.plugin for entry in known.entries("kernels") if entry.plugin in OURS})
    entries = [entry for entry in known.entries("transform") if entry.plugin in OURS]
    by_prefix = {prefix: list(group) for prefix, group in groupby(entries, key=lambda entry: _split(entry)[0])}
    made = {f"steps/{prefix}.md": _text(_page(prefix, group)) for prefix, group in by_prefix.items()}
    return {"steps.md": _text(_index(by_prefix)), **made}


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _split(entry: Entry) -> tuple[str, str]:
    prefix, _, name = entry.name.partition("/")
    return prefix, name


def _index(by_prefix: Mapping[str, list[Entry]]) -> Iterator[str]:
    yield f"# Steps\n\n{_WRITTEN}\n"
    yield "A recipe's `steps:` is a list of these. A short name is enough where it is unambiguous for the fields of the"
    yield "sample; else `image/crop`, `audio/crop`. `augkit steps NAME` says the same of all that is installed.\n"
    yield "## Around every step\n\n| | takes | default | |\n|---|---|---|---|"
    for info in fields_of(Around).values():
        yield f"| `{info.name}` | {_cell(describe(info))} | {_default(info.default)} | {_AROUND[info.name]} |"
    yield "\n## Combiners\n\nEach has `steps`, and what stands around every step.\n\n| | | fields |\n|---|---|---|"
    for name in COMBINERS:
        fields = OWN.get(name, {}).items()
        own = ", ".join(f"`{field}`" + ("" if value is None else f" = {flow(value)}") for field, value in fields)
        yield f"| `{name}` | {_COMBINED[name]} | {own} |"
    for prefix, entries in by_prefix.items():
        yield f"\n## {_TITLES[prefix]}\n\n| | |\n|---|---|"
        for entry in entries:
            summary = described(entry)["doc"].partition("\n\n")[0].replace("\n", " ")
            yield f"| [{_split(entry)[1]}](steps/{prefix}.md#{_split(entry)[1]}) | {_cell(summary)} |"


def _page(prefix: str, entries: list[Entry]) -> Iterator[str]:
    yield f"# {_TITLES[prefix]}\n\n{_WRITTEN}\n"
    yield "What stands around every step, and how steps are combined: [steps](../steps.md)."
    yield from [_SEEN[prefix]] if prefix in _SEEN else []
    for entry in entries:
        yield f"\n## {_split(entry)[1]}\n"
        yield from _step(entry)


def _step(entry: Entry) -> Iterator[str]:
    told = described(entry)
    yield told["doc"]
    yield from _picture(entry)
    if told["fields"]:
        yield "\n| field | takes | default | |\n|---|---|---|---|"
    for field in told["fields"]:
        default = "required" if field["required"] else _default(field["default"])
        notes = [field["doc"]] + ([f"in a policy {policy_range(field)}"] if field["strongest"] is not None else [])
        yield f"| `{field['name']}` | {_cell(field['takes'])} | {default} | {_cell('; '.join(filter(None, notes)))} |"
    if _split(entry)[0] == "text" and (shown := _shown(entry)):
        yield f"\n> {_SENTENCE}  \n> {shown}"
    yield ""
    bridge = _BRIDGES.get(_split(entry)[1])
    yield from [_BRIDGED.format(bridge)] if bridge else _facts(entry, told)


def _picture(entry: Entry) -> Iterator[str]:
    """Before and after, where pictures.yaml lists the step, and how it was written for that."""
    if entry.name in _shown_as():
        fields, name = _shown_as()[entry.name], _split(entry)[1]
        written = entry.name if len(catalogue().sharing(name)) > 1 else name
        yield f"\nBefore, and after `{f'{written}: {flow(fields)}' if fields else written}`:\n"
        yield f"![{name}, before and after](pictures/{entry.name.replace('/', '-')}.webp)"


@cache
def _shown_as() -> dict[str, Any]:
    return dict(yaml.safe_load((DOCS / "steps/pictures.yaml").read_text(encoding="utf-8")))


def _facts(entry: Entry, told: Mapping[str, Any]) -> Iterator[str]:
    yield f"* changes: {', '.join(told['changes']) or 'no quality that a label could depend on'}"
    if told["needs"]:
        yield f"* needs beside it: {', '.join(told['needs'])}"
    for before, after in told["converts"].items():
        yield f"* converts: `{before}` to `{after}`"
    yield from _followers(entry)
    scales = {"fields": "its fields, towards the values where they do nothing", "p": "how often it runs"}
    found = _example(entry.name).transform.strength_scales()
    yield f"* `strength` scales: {scales.get(found or '', 'nothing; it makes a format')}"


def _followers(entry: Entry) -> Iterator[str]:
    """Which kinds follow, and which are refused, as the compile check would say of the step's first example."""
    step = _example(entry.name)
    axes = step.transform.moved_axes()
    follow, refused = [], []
    for kind in catalogue().entries("target"):
        if kind.plugin not in (*OURS, "augkit"):
            continue
        target = kind.load()
        if step.transform.kernel(target) is not None:
            follow.append(kind.name)
        elif target.axes & axes:
            refused.append(kind.name)
    yield f"* moves: {', '.join(sorted(axes)) or 'nothing; annotations stay as they are'}"
    yield f"* follow: {', '.join(f'`{kind}`' for kind in follow)}"
    if refused:
        yield f"* refused beside: {', '.join(f'`{kind}`' for kind in refused)}"


def _shown(entry: Entry) -> str:
    """What becomes of a sentence, the first time that something does; nothing of steps that ask a model."""
    if entry.path.partition(":")[0] in _BY_MODELS:
        return ""
    try:
        sample = {"text": "text", "names": {"spans": "text"}}
        aug = Pipeline([replace(_example(entry.name), on_conflict="redraw")], sample)
        drawn = (aug(text=_SENTENCE, names=_NAMES, key=str(key))["text"] for key in range(20))
        return next((text for text in drawn if text != _SENTENCE), "")
    except AugkitError:
        return ""


@cache
def _example(name: str) -> Step:
    return examples_of(name)[0]


def _default(value: Any) -> str:
    return f"`{flow(value.log() if isinstance(value, Range) else value)}`".replace("|", "\\|")


def _cell(words: str) -> str:
    return words.replace("|", "\\|")


def main() -> None:
    """Write the pages."""
    (DOCS / "steps").mkdir(exist_ok=True)
    for place, text in pages().items():
        (DOCS / place).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except AugkitError as error:
        raise SystemExit(f"every step must be there to be described: {error}") from None
