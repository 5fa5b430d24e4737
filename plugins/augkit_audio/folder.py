"""The source ``audio_folder``: a folder of sounds per class."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.data.folders import check_classes, class_of, files_below, folder_of
from augkit.errors import DataError, FieldError
from augkit.fields import Limits, check_names
from augkit_audio.files import EXTENSIONS
from augkit_audio.recordings import Recording, Recordings
from augkit_audio.windows import WindowFields

_LOOSE = "Labels in a table are an `audio_table`; labels in time `dcase`, `audacity`, `raven` or `jams`."


class AudioFolderFields(WindowFields):
    """What a recipe may say of a folder of sounds."""

    root: Annotated[str, Limits(doc="the folder; each folder in it is a class")]
    extensions: Annotated[tuple[str, ...], Limits(doc="endings of sound files, in any case")] = EXTENSIONS

    def validate(self) -> None:
        super().validate()
        bad = next((ending for ending in self.extensions if not ending.startswith(".")), None)
        if bad is not None:
            raise FieldError(f"extensions: {bad!r} lacks its dot; write '.{bad}'.", "extensions")


class AudioFolder(Recordings):
    """Sounds below ``root``: fields ``audio`` and ``label``, the name of the folder directly below ``root`` that holds
    it. Keys are paths relative to ``root`` with slashes, in order; see ``Recordings`` for windows. Hidden files and
    folders, and files with other endings, are passed over. A sound outside any class and a class without sounds raise
    DataError.
    """

    fields_type = AudioFolderFields
    shorthand = "root"
    paths = ("root",)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The folder as a recipe describes it; a folder that is not there raises FieldError."""
        check_names(AudioFolderFields, given)
        fields = AudioFolderFields(**given)
        root = folder_of(base, fields.root, "root")
        endings = tuple(ending.lower() for ending in fields.extensions)
        found = sorted(files_below(root, endings))
        if not found:
            raise DataError(f"there is no sound here ({', '.join(endings)}).", file=str(root))
        check_classes(root, found, "sound", endings, _LOOSE)
        recordings = {key: Recording(key, values={"label": class_of(key)}) for key in found}
        return cls(root, recordings, fields.windows(), {"label": "label"})

    @property
    def classes(self) -> list[str]:
        """The names of the folders, in order."""
        return sorted({class_of(key) for key in self.recordings})
