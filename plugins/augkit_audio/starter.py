"""What ``augkit init`` does with sounds: count, read headers, ask about tempo and pitch, write a recipe."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from augkit.data.dialect import tell_dialect
from augkit.data.source import open_source
from augkit.errors import DataError, FieldError
from augkit.recipe.spelling import flow
from augkit.recipe.starting import Dialogue, Draft
from augkit.words import printable
from augkit_audio.files import Header, read_header
from augkit_audio.layouts import Layout, layout
from augkit_audio.recordings import Recordings

MOST_OPENED = 2000
_LONG_S, _WINDOW_S, _LONGEST_S = 30.0, 10, 10.0
_SPLITS = frozenset({"train", "training", "val", "valid", "validation", "test", "testing", "dev", "eval"})
_LABELS = ("label", "class", "category", "target", "species", "genre", "emotion", "command", "word", "instrument")
_TIMED = re.compile(
    r"tempo|bpm|slow|fast|pitch|note|chord|\bkey\b|female|\bmale\b|speaker|emotion|gender", re.IGNORECASE
)


@dataclass(frozen=True)
class Seen:
    """Headers of the sounds opened, why others cannot be read, and how often each class occurs."""

    headers: Sequence[Header]
    unreadable: Mapping[str, str]
    classes: Mapping[str, int]

    @property
    def seconds(self) -> float:
        """The middle length."""
        return median(header.seconds for header in self.headers)

    @property
    def longest(self) -> float:
        """A length that nine of ten do not exceed."""
        lengths = sorted(header.seconds for header in self.headers)
        return lengths[(len(lengths) - 1) * 9 // 10]

    def common(self, name: str) -> tuple[int, bool]:
        """The commonest rate or number of channels, and whether all have it."""
        counts = Counter(getattr(header, name) for header in self.headers)
        return counts.most_common(1)[0][0], len(counts) == 1


def sounds(data: Path, shown: str, dialogue: Dialogue) -> Draft | None:
    """A recipe for sounds with classes or events, and how to learn those; None for other data. Raises DataError for
    annotations that are wrong.
    """
    found = layout(data)
    if found is None:
        return None
    found = _training_part(found, dialogue)
    source = _opened(found)
    label = _label(source)
    seen = _look(source, label)
    _tell(found, source, seen, dialogue)
    matters = _ask(seen.classes, dialogue)
    window = seen.seconds > _LONG_S and not any(recording.end for recording in source.recordings.values())
    fields = {name: _spelled(value, data, shown) for name, value in found.fields.items()}
    if window:
        fields["window_s"] = _WINDOW_S
        dialogue.say(f"assumed: recordings of {seen.seconds:.0f} s are cut into windows of {_WINDOW_S} s (window_s).")
    text = _text({found.source: fields}, source, label, seen, matters, dialogue)
    return Draft(text, "train" if seen.classes else "preview")


def _training_part(found: Layout, dialogue: Dialogue) -> Layout:
    """The folder of classes: ``train`` inside, where the folders are splits and not classes."""
    if found.source != "audio_folder":
        return found
    root: Path = found.fields["root"]
    folders = {entry.name.lower(): entry.name for entry in root.iterdir() if entry.is_dir()}
    if not folders.keys() & {"train", "training"} or not folders.keys() <= _SPLITS:
        return found
    name = folders.get("train") or folders["training"]
    dialogue.say(
        f"{root}: {', '.join(sorted(folders.values()))} look like splits, not classes: the recipe uses {name} alone."
    )
    return Layout(found.source, {"root": root / name})


def _opened(found: Layout) -> Recordings:
    plain = {name: str(value) for name, value in found.fields.items()}
    try:
        source = open_source({found.source: plain})
    except FieldError as error:
        raise DataError(str(error), file=next(iter(plain.values()))) from None
    assert isinstance(source, Recordings)
    return source


def _label(source: Recordings) -> str | None:
    """The field that is the class, where there are no events."""
    names = {name.lower(): name for name, kind in source.fields.items() if kind == "label"}
    return next((names[name] for name in _LABELS if name in names), None)


def _look(source: Recordings, label: str | None) -> Seen:
    """The header of every sound, or of 2000 evenly spread ones where there are more."""
    some = list(source.recordings.items())
    headers, unreadable = [], {}
    for key, recording in some[:: -(-len(some) // MOST_OPENED)]:
        try:
            headers.append(read_header(source.sound(recording)))
        except (DataError, OSError) as error:
            unreadable[key] = getattr(error, "message", "no such file.")
    if not headers:
        raise DataError(f"none of the sounds opened can be read; the first: {next(iter(unreadable.values()))}")
    events = [one for recording in source.recordings.values() for one in (recording.events or {}).get("label", ())]
    plain = [recording.values[label] for recording in source.recordings.values()] if label else []
    return Seen(headers, unreadable, Counter(str(one) for one in (events or plain)))


def _tell(found: Layout, source: Recordings, seen: Seen, dialogue: Dialogue) -> None:
    tell_dialect(dialogue.say, found.fields.get("file") or found.fields.get("annotations"), found.fields)
    things = "events" if "events" in source.fields else "classes"
    listing = ", ".join(f"{printable(name)} {count}" for name, count in sorted(seen.classes.items())[:12])
    more = ", …" if len(seen.classes) > 12 else ""
    dialogue.say(f"{found.source}: {len(source.recordings)} sounds; {things}: {listing or 'none known'}{more}.")
    for key, reason in list(seen.unreadable.items())[:10]:
        dialogue.say(f"cannot be read: {printable(key)}: {reason}")
    if len(seen.unreadable) > 10:
        dialogue.say(f"and {len(seen.unreadable) - 10} more that cannot be read.")


def _ask(classes: Mapping[str, int], dialogue: Dialogue) -> bool:
    """Whether a sound that is faster or slower, higher or lower, would have another label."""
    timed = [name for name in classes if _TIMED.search(name)]
    some = printable(", ".join((timed or sorted(classes))[:4])) or "these"
    if timed:
        assumption = f"tempo and pitch matter for labels such as {some}, so sounds are not stretched."
    else:
        assumption = (
            f"tempo and pitch matter little for labels such as {some}, so sounds are played up to a tenth faster or "
            "slower (time_stretch). If they matter, take `time_stretch` out."
        )
    question = f"Do tempo or pitch matter for these labels ({some})? That is, would a slightly faster sound be wrong?"
    return dialogue.ask(question, bool(timed), assumption)


def _read_as(seen: Seen, dialogue: Dialogue) -> dict[str, Any]:
    """Options that give all sounds one rate and as many channels, which a batch needs."""
    (rate, one_rate), one_count = seen.common("rate"), seen.common("channels")[1]
    options: dict[str, Any] = {}
    if not one_rate:
        options["rate"] = rate
        dialogue.say(f"assumed: sounds are of several rates, and resampled to the commonest, {rate} Hz (rate).")
    if not one_count or seen.common("channels")[0] > 1:
        options["mono"] = True
        several = "of several channels" if one_count else "of different numbers of channels"
        dialogue.say(f"assumed: sounds are {several}, and averaged to one (mono).")
    return options


def _text(
    source: Mapping[str, Any], opened: Recordings, label: str | None, seen: Seen, matters: bool, dialogue: Dialogue
) -> str:
    options = _read_as(seen, dialogue)
    fold = next((name for name in opened.kinds if name.lower() == "fold"), None)
    if fold is not None:
        dialogue.say(f"assumed: the column {fold!r} says what must stay together in a split (group).")
    learning = _learning("events" in opened.fields, seen)
    stretch = [] if matters else ["  - time_stretch: {rate: [0.9, 1.1]}  # tempo matters little for these labels"]
    lines = [
        f"# {len(opened.recordings)} sounds, the middle one of {seen.seconds:.1f} s",
        "augkit: 1",
        "seed: 0",
        f"source: {flow(source)}",
        "sample:" + ("  # events follow the sound by themselves" if "events" in opened.fields else ""),
        f"  audio: {flow({'audio': options}) if options else 'audio'}",
        *_labels(opened, label, matters),
        "steps:  # for training, drawn anew in every epoch",
        *stretch,
        "  - gain: {db: [-6, 6]}",
        "  - add_noise: {snr_db: [10, 40], p: 0.5}",
        *learning.steps,
        f"split: {{val: 0.2{'' if fold is None else f', group: {flow(fold)}'}}}",
        f"loader: {{batch_size: 16, workers: 2{', on_error: skip' if seen.unreadable else ''}}}",
        *learning.train,
    ]
    return "\n".join(lines) + "\n"


class Learning(NamedTuple):
    """The lines of a recipe that a training needs: steps at the end of the list, and its section."""

    steps: Sequence[str] = ()
    train: Sequence[str] = ()


def _learning(events: bool, seen: Seen) -> Learning:
    """For events frame by frame, for classes from clips of one length; nothing where no class is known."""
    if not seen.classes:
        return Learning()
    if events:
        steps = "  - log_mel", "  - standardize: {fit: true, per: all}  # measured on the training split"
        return Learning(steps, ["train: {task: sound_events, epochs: 30, lr: 3e-3}"])
    seconds = f"{min(seen.longest, _LONGEST_S):.2g}"
    crop = f"  - crop: {{seconds: {seconds}}}  # validation sees the middle; shorter clips end in silence"
    network = "train: {backbone: pkg/efficientnet_lite0, stride: 16, epochs: 20}  # a spectrogram as a picture"
    return Learning([crop, "  - log_mel"], [network])


def _labels(opened: Recordings, label: str | None, matters: bool) -> list[str]:
    name, kind = ("events", "events") if "events" in opened.fields else (label, "label")
    if name is None:
        return []
    return [f"  {flow(name)}: {flow({kind: {'sensitive_to': ['tempo', 'pitch']}} if matters else kind)}"]


def _spelled(value: Any, data: Path, shown: str) -> Any:
    if not isinstance(value, Path):
        return value
    top = data if data.is_dir() else data.parent
    below = value.relative_to(top).as_posix() if value.is_relative_to(top) else None
    if data.is_file():
        beside = "" if "/" not in shown else shown.rpartition("/")[0] + "/"
        return shown if value == data else value.resolve().as_posix() if below is None else f"{beside}{below}"
    if below is None:
        return value.resolve().as_posix()
    return shown if below == "." else f"{shown}/{below}"
