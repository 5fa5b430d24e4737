"""Recordings with what is annotated on them, as samples: what all sources of sounds share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from augkit.data.on_demand import OnDemand
from augkit.data.reading import Part, read_file
from augkit.errors import DataError
from augkit_audio.files import Header, read_header
from augkit_audio.windows import TINY_S, Columns, Windows, events_within, moments_within, stamp, types_of


@dataclass(frozen=True)
class Recording:
    """``file`` relative to the source's root; ``events``: columns with onset and offset in seconds, None where there is
    no such thing; ``values``: fields that hold for all of it; ``timed``: fields with a column of ``times``, such as
    beats; ``start``, ``end``: the part that is meant, in seconds.
    """

    file: str
    events: Columns | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    timed: Mapping[str, Columns] = field(default_factory=dict)
    start: float = 0.0
    end: float | None = None
    place: str = ""


@dataclass(frozen=True)
class Clip:
    """A recording, or a window of it, from ``start`` on; ``seconds`` None: to its end. ``last``: nothing follows."""

    recording: Recording
    name: str
    start: float = 0.0
    seconds: float | None = None
    last: bool = False


class Recordings:
    """Samples of recordings: ``audio``; ``events`` and ``labels``, the classes of the events, where events are there;
    and a field for every value. With ``windows`` a sample is a window, its key the recording's with the second at which
    it begins, ``a.wav@12.5``; only this part is decoded. Windows of one recording stay on one side of a split.

    ``kinds``: what the values are, as ``sample:`` may say it.
    """

    measured = ("audio",)

    def __init__(
        self,
        root: Path,
        recordings: Mapping[str, Recording],
        windows: Windows | None = None,
        kinds: Mapping[str, Any] | None = None,
    ) -> None:
        self.root = root
        self.recordings = recordings
        self.windows = windows
        self.kinds = dict(kinds or {})

    @property
    def fields(self) -> dict[str, Any]:
        timed = {"events": "events", "labels": "labels"} if self._with_events else {}
        return {"audio": "audio", **timed, **self.kinds}

    @property
    def group(self) -> str | None:
        """The column that ``split`` keeps together by itself."""
        return None if self.windows is None else "recording"

    @property
    def keys(self) -> list[str]:
        return list(self.clips)

    @cached_property
    def clips(self) -> dict[str, Clip]:
        """Clip by key. With windows every file's header is read; DataError names one that cannot be."""
        made = (clip for name, recording in self.recordings.items() for clip in self._cut(name, recording))
        if self.windows is None:
            return {clip.name: clip for clip in made}
        return {clip.name + stamp(clip.start): clip for clip in made}

    def place(self, key: str) -> str:
        """Where the recording's annotations stand, if they are in a file of their own."""
        return self.clips[key].recording.place

    def meta(self, key: str) -> dict[str, Any]:
        """The values; ``labels``; of windows also ``recording`` and ``start_s``."""
        clip = self.clips[key]
        cut = {} if self.windows is None else {"recording": clip.name, "start_s": clip.start}
        labels = {} if clip.recording.events is None else {"labels": self._labels(clip)}
        return {**clip.recording.values, **labels, **cut}

    def length(self, key: str, field: str = "audio") -> float:
        """How many seconds the sound of a sample lasts, by its file's header. Raises DataError with the file."""
        clip = self.clips[key]
        return self._header(clip.recording).seconds - clip.start if clip.seconds is None else clip.seconds

    def load(self, key: str) -> OnDemand:
        clip = self.clips[key]
        made = {name: _constant(value) for name, value in clip.recording.values.items()}
        if clip.recording.events is not None:
            made |= {"events": lambda: self._events(clip), "labels": lambda: self._labels(clip)}
        for name, columns in clip.recording.timed.items():
            made[name] = partial(moments_within, columns, clip.start, clip.seconds, clip.last)
        return OnDemand(made | {"audio": lambda: self._part(clip)})

    def sound(self, recording: Recording) -> Path | bytes:
        """The file of a recording, or its bytes."""
        return self.root / recording.file

    @property
    def _with_events(self) -> bool:
        return any(recording.events is not None for recording in self.recordings.values())

    def _part(self, clip: Clip) -> Part | Path:
        sound = self.sound(clip.recording)
        if clip.start == 0.0 and clip.seconds is None and isinstance(sound, Path):
            return sound
        whole = clip.start == 0.0 and clip.seconds is None
        return Part(sound, {} if whole else {"offset": clip.start, "seconds": clip.seconds}, clip.recording.file)

    def _events(self, clip: Clip) -> Mapping[str, Any]:
        return events_within(clip.recording.events or {}, self._types, clip.start, clip.seconds, clip.last)

    @cached_property
    def _types(self) -> dict[str, Any]:
        return types_of(recording.events for recording in self.recordings.values() if recording.events is not None)

    def _labels(self, clip: Clip) -> list[Any]:
        found = set(self._events(clip).get("label", ()))
        return sorted(found, key=lambda label: (str(label), repr(label)))

    def _cut(self, name: str, recording: Recording) -> Iterator[Clip]:
        if self.windows is None:
            seconds = None if recording.end is None else recording.end - recording.start
            yield Clip(recording, name, recording.start, seconds)
            return
        header = self._header(recording)
        end = header.frames if recording.end is None else min(round(recording.end * header.rate), header.frames)
        begin = round(recording.start * header.rate)
        _check_within(recording, header)
        for first, count in self.windows.spans(end - begin, header.rate):
            last = begin + first + count + TINY_S * header.rate >= header.frames
            yield Clip(recording, name, (begin + first) / header.rate, count / header.rate, last)

    def _header(self, recording: Recording) -> Header:
        return read_file(read_header, self.sound(recording), recording.file)  # type: ignore[arg-type,no-any-return]


def _constant(value: Any) -> Any:
    return lambda: value


def _check_within(recording: Recording, header: Header) -> None:
    """Refuse what no window would show: events, and a part, beyond the end."""
    if recording.start >= header.seconds:
        raise DataError(f"lasts {header.seconds:g} s, and {recording.start:g} s on are asked for.", file=recording.file)
    late = next((onset for onset in (recording.events or {}).get("onset", ()) if onset > header.seconds), None)
    if late is not None:
        told = f" ({recording.place})" if recording.place else ""
        raise DataError(f"lasts {header.seconds:g} s, but an event starts at {late:g} s{told}.", file=recording.file)
