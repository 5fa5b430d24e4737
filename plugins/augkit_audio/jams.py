"""The source ``jams``: JAMS files, one a sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.errors import DataError
from augkit.fields import Limits, check_names
from augkit_audio.jams_file import JamsFile, beats_of, contour_of, events_of, read_jams
from augkit_audio.per_file import PerFileFields, read_files, without_ending
from augkit_audio.recordings import Recording, Recordings

EVENTS = ("scaper", "segment_open", "tag_open")
"""Namespaces that are taken for events when a recipe names none; the first that any file has."""


class JamsFields(PerFileFields):
    """What a recipe may say of JAMS files."""

    namespace: Annotated[
        str | None,
        Limits(doc="the namespace whose observations are the events; else scaper, segment_open, tag_open, …"),
    ] = None
    annotation: Annotated[
        int | None, Limits(0, doc="which annotation of the namespace, counted from 0, where several people made one")
    ] = None


class Jams(Recordings):
    """Sounds with a JAMS file each: ``jams: {root: sounds, annotations: jams}``; ``a.jams`` annotates ``a.wav``, or
    the sound that it names in its sandbox.

    Fields: ``audio``; ``events`` from the observations of one namespace, whose value is the ``label`` and whose
    ``confidence`` is a column (of Scaper's, ``label``, ``snr`` and ``source_file`` of the foreground), and ``labels``;
    ``beats`` (namespace beat), ``contour`` (pitch_contour) and ``key`` (key_mode, where it is one for the whole sound).
    Events of the namespaces chord and key_mode are transposed with the pitch. Keys are the sounds' paths; see
    ``Recordings`` for windows.
    """

    fields_type = JamsFields
    shorthand = "root"
    paths = ("root", "annotations")
    namespace: str | None = None

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read all files. FieldError for folders that are not there, DataError with file and annotation."""
        check_names(JamsFields, given)
        fields = JamsFields(**given)
        files: dict[str, JamsFile] = {}

        def read(path: Path) -> tuple[str | None, Recording]:
            files[str(path)] = read_jams(path)
            return files[str(path)].sound, Recording("")

        root, found = read_files(fields, base, ".jams", lambda name: without_ending(name, (".jams",)), read)
        namespace = fields.namespace or _namespace(list(files.values()))
        made = {key: _filled(one, files[one.place], namespace, fields.annotation) for key, one in found.items()}
        if namespace is None and not any(one.timed or one.values for one in made.values()):
            listing = ", ".join(sorted({name for file in files.values() for name in file.namespaces()})) or "none"
            raise DataError(
                f"no file has a namespace of events; name one: `namespace: …`. They have: {listing}.", file=str(root)
            )
        names = {name: name for one in made.values() for name in (*one.timed, *one.values)}
        source = cls(root, made, fields.windows(), names)
        source.namespace = namespace
        return source

    @property
    def fields(self) -> dict[str, Any]:
        changed = {"events": {"events": {"transpose": ["label"]}}} if self.namespace in _TRANSPOSED else {}
        return super().fields | changed


def _namespace(files: Sequence[JamsFile]) -> str | None:
    """The likeliest namespace of events that any file has."""
    there = list(dict.fromkeys(name for file in files for name in file.namespaces()))
    likely = [*EVENTS, *(name for name in there if name.startswith(("tag_", "segment_")))]
    return next((name for name in likely if name in there), None)


def _filled(recording: Recording, file: JamsFile, namespace: str | None, number: int | None) -> Recording:
    there = file.namespaces()
    timed = {name: read(file, number) for name, (known, read) in _TIMED.items() if known in there}
    keys = file.observations("key_mode", number) if "key_mode" in there and namespace != "key_mode" else ()
    values = {"key": keys[0].get("value")} if len(keys) == 1 else {}
    events = None if namespace is None else events_of(file, namespace, number).columns
    return replace(recording, events=events, timed=timed, values=values)


_TIMED = {"beats": ("beat", beats_of), "contour": ("pitch_contour", contour_of)}
_TRANSPOSED = ("chord", "key_mode")
