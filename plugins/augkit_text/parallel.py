"""The source ``parallel``: files whose lines say the same in several languages, as Moses has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names
from augkit_text.lines import file_of, lines_of


class ParallelFields(Checked):
    """What a recipe may say of parallel files."""

    files: Annotated[Mapping[str, Any], Limits(doc="field: file, as in {en: train.en, de: train.de}")]
    empty: Annotated[Literal["refuse", "skip"], Limits(doc="what happens to a line that is empty on one side")] = (
        "refuse"
    )

    def validate(self) -> None:
        odd = next((name for name, file in self.files.items() if not isinstance(file, str)), None)
        if len(self.files) < 2 or odd is not None:
            raise FieldError("files: expected two or more, as in {en: train.en, de: train.de}.", "files")


class Parallel:
    """Line by line: ``parallel: {files: {en: train.en, de: train.de}}``; a field of the name of each language.

    The first is the text, the others are its translations. Keys are the numbers of the lines. Files of unequal length
    and lines that are empty on one side only raise DataError with file and line; lines empty on all sides are passed
    over.
    """

    fields_type = ParallelFields
    shorthand = "files"
    paths = ("files",)
    root = Path()

    def __init__(self, files: Mapping[str, Path], lines: Mapping[str, tuple[str, ...]]) -> None:
        self.files = dict(files)
        self.lines = dict(lines)

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """Read the whole files; FieldError for a file that is not there."""
        check_names(ParallelFields, given)
        fields = ParallelFields(**given)
        files = {name: file_of(base, file, "files") for name, file in fields.files.items()}
        sides = [[line for _, line in lines_of(path)] for path in files.values()]
        _check_lengths(list(files.values()), [len(side) for side in sides])
        kept = {}
        for number, pair in enumerate(zip(*sides, strict=True), 1):
            full = [bool(line.strip()) for line in pair]
            if any(full) and not all(full) and fields.empty == "refuse":
                path = list(files.values())[full.index(False)]
                other = list(files.values())[full.index(True)]
                raise DataError(
                    f"{path}:{number}: is empty, but line {number} of {other} is not; for `empty: skip` such lines are "
                    "left out.",
                    file=str(path),
                )
            if all(full):
                kept[str(number)] = pair
        return cls(files, kept)

    @property
    def fields(self) -> dict[str, Any]:
        source, *others = self.files
        return {source: "text", **{name: {"translation_of": {"of": source}} for name in others}}

    @property
    def keys(self) -> list[str]:
        return list(self.lines)

    def place(self, key: str) -> str:
        """The first file, and the line."""
        return f"{next(iter(self.files.values()))}:{key}"

    def meta(self, key: str) -> dict[str, Any]:
        """Nothing."""
        return {}

    def load(self, key: str) -> dict[str, Any]:
        return dict(zip(self.files, self.lines[key], strict=True))


def _check_lengths(paths: list[Path], lengths: list[int]) -> None:
    for path, length in zip(paths[1:], lengths[1:], strict=True):
        if length != lengths[0]:
            shorter, least = min((paths[0], lengths[0]), (path, length), key=lambda each: each[1])
            raise DataError(
                f"{shorter}:{least}: ends here, but {paths[0] if shorter == path else path} has "
                f"{max(length, lengths[0])} lines; line n of one must be the translation of line n of the other.",
                file=str(shorter),
            )
