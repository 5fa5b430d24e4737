"""The source ``jams``: JAMS files, one a sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.fields import Limits, check_names
from augkit_audio.jams_file import JamsFile, events_of, read_jams
from augkit_audio.per_file import PerFileFields, read_files, without_ending
from augkit_audio.recordings import Recording, Recordings

EVENTS = ("scaper", "segment_open", "tag_open")
"""Namespaces that are taken for events when a recipe names none; the first that the first file has."""


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
    ``confidence`` is a column (of Scaper's, ``label``, ``snr`` and ``source_file`` of the foreground); ``labels``. Keys
    are the sounds' paths; see ``Recordings`` for windows.
    """

    fields_type = JamsFields
    shorthand = "root"
    paths = ("root", "annotations")

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read all files. FieldError for folders that are not there, DataError with file and annotation."""
        check_names(JamsFields, given)
        fields = JamsFields(**given)
        chosen = [] if fields.namespace is None else [fields.namespace]
        read = partial(_read, chosen=chosen, number=fields.annotation)
        root, found = read_files(fields, base, ".jams", lambda name: without_ending(name, (".jams",)), read)
        return cls(root, found, fields.windows())


def _read(path: Path, chosen: list[str], number: int | None) -> tuple[str | None, Recording]:
    """``chosen``: the namespace, once there is one: it is the same for all files."""
    file = read_jams(path)
    if not chosen:
        chosen.append(_namespace(file))
    return file.sound, Recording("", events_of(file, chosen[0], number).columns)


def _namespace(file: JamsFile) -> str:
    there: Sequence[str] = file.namespaces()
    likely = [*EVENTS, *(name for name in there if name.startswith(("tag_", "segment_")))]
    found = next((name for name in likely if name in there), None)
    if found is None:
        listing = ", ".join(there) or "none"
        raise file.wrong(f"has no namespace of events; name one: `namespace: …`. It has: {listing}.")
    return found
