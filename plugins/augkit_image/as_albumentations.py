"""A recipe where an albumentations ``Compose`` is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from augkit.errors import CompileError, DataError, FieldError
from augkit.pipeline import Pipeline
from augkit.words import suggestion

_KINDS = {"image": "image", "mask": "mask", "bboxes": "boxes", "keypoints": "keypoints"}


class AsAlbumentations:
    """``aug(image=…, mask=…, bboxes=…, keypoints=…, labels=…)`` gives a dict of the same names, as a Compose does.

    ``image``, ``mask``, ``bboxes`` and ``keypoints`` are the recipe's first fields of these kinds; its other fields go
    by their own names. ``label_fields`` name lists with a value for each box, which stay with the boxes, and
    ``keypoint_fields`` those of keypoints; boxes are in the format that the recipe says, ``xyxy`` where it says none.

    Draws are a function of seed, ``epoch`` (an attribute, to be set) and ``key``. Without one calls are numbered; in a
    worker process a call without a key raises DataError, since workers would repeat one another.
    """

    def __init__(
        self, pipeline: Pipeline, label_fields: Sequence[str] = (), keypoint_fields: Sequence[str] = ()
    ) -> None:
        self.pipeline, self.epoch = pipeline, 0
        self.columns = {"bboxes": tuple(label_fields), "keypoints": tuple(keypoint_fields)}
        kinds = {name: field.kind for name, field in pipeline.schema.fields.items()}
        if "image" not in kinds.values():
            raise CompileError(f"no field of the recipe is of kind 'image'; it has {', '.join(kinds)}.")
        first = {kind: name for name, kind in reversed(kinds.items())}
        self.names = {outer: first[kind] for outer, kind in _KINDS.items() if kind in first}
        self.names |= {name: name for name in kinds if name not in self.names.values()}
        for outer, columns in self.columns.items():
            if columns and outer not in self.names:
                raise FieldError(
                    f"the recipe has no {_KINDS[outer]}, which {columns[0]!r} would go with.", "label_fields"
                )

    def __call__(self, *, key: str | None = None, **data: Any) -> dict[str, Any]:
        """All of ``data``, moved; DataError for a name that the recipe has not."""
        loose = {column: outer for outer, columns in self.columns.items() for column in columns}
        for name in data:
            if name not in self.names and name not in loose:
                known = [*self.names, *loose]
                raise DataError(f"unknown name {name!r}.{suggestion(name, known)} There are: {', '.join(known)}.")
        fields = {self.names[outer]: self._given(outer, data) for outer in data if outer in self.names}
        moved = self.pipeline(key=key, epoch=self.epoch, **fields)
        return {name: back for outer in data if outer in self.names for name, back in self._back(outer, data, moved)}

    def _given(self, outer: str, data: Mapping[str, Any]) -> Any:
        if outer not in self.columns:
            return data[outer]
        width = 4 if outer == "bboxes" else 2
        rows = np.asarray(data[outer], dtype=np.float64).reshape(len(data[outer]), -1 if len(data[outer]) else width)
        absent = next((name for name in self.columns[outer] if name not in data), None)
        if absent is not None:
            raise DataError(f"{outer} come with {absent!r}, which is missing.")
        columns = {name: list(data[name]) for name in self.columns[outer]}
        return {self._form(outer): rows[:, :width], **columns}

    def _form(self, outer: str) -> str:
        """What the rows are called at the door."""
        options = self.pipeline.schema.fields[self.names[outer]].options
        return str(options.format) if outer == "bboxes" else "xy"

    def _back(self, outer: str, data: Mapping[str, Any], moved: Mapping[str, Any]) -> list[tuple[str, Any]]:
        value = moved[self.names[outer]]
        if outer not in self.columns:
            return [(outer, value)]
        rows = value[self._form(outer)]
        if not isinstance(data[outer], np.ndarray):
            rows = [tuple(row) for row in rows.tolist()]
        return [(outer, rows), *((name, value[name]) for name in self.columns[outer])]
