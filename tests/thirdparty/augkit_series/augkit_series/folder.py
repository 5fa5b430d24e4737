"""The source ``series_folder``: a folder of series for each class, and intervals beside them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated

import augkit
from augkit.data.folders import check_classes, class_of, files_below, folder_of
from augkit.errors import DataError
from augkit.fields import Checked, check_names
from augkit_series.files import EXTENSIONS

_INTERVALS = ".intervals.csv"


class SeriesFolderFields(Checked):
    """What a recipe may say of it."""

    root: Annotated[str, augkit.Limits(doc="the folder; each folder in it is a class")]


class SeriesFolder:
    """Fields ``series``, ``label`` (the folder's name) and ``events``: the lines of ``walk/3.intervals.csv``, with the
    columns onset, offset and label, beside ``walk/3.csv``; none where there is no such file.
    """

    fields_type, shorthand, paths = SeriesFolderFields, "root", ("root",)
    fields = {"series": "series", "label": "label", "events": "events"}

    def __init__(self, root):
        self.root = Path(root)
        self.keys = sorted(name for name in files_below(self.root, EXTENSIONS) if not name.endswith(_INTERVALS))
        if not self.keys:
            raise DataError(f"there is no series here ({', '.join(EXTENSIONS)}).", file=str(root))
        check_classes(self.root, self.keys, "series", EXTENSIONS, "A table of files is a `manifest`.")

    @classmethod
    def from_fields(cls, given, base):
        check_names(SeriesFolderFields, given)
        return cls(folder_of(base, SeriesFolderFields(**given).root, "root"))

    def meta(self, key):
        return {"label": class_of(key)}

    def load(self, key):
        return {"series": key, "events": self._intervals(self.root / key), **self.meta(key)}

    def _intervals(self, path):
        file = path.with_name(path.stem + _INTERVALS)
        if not file.exists():
            return []
        try:
            with file.open(newline="", encoding="utf-8") as lines:
                rows = list(csv.DictReader(lines))
            return [{**row, "onset": float(row["onset"]), "offset": float(row["offset"])} for row in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"expected lines of onset,offset,label: {error}", file=str(file)) from None
