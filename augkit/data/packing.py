"""``augkit pack``: a data set written again with small pictures and the annotations that fit them."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

from augkit.data.divided import divide, open_data
from augkit.data.pack_sample import Packed, Packer, look_at
from augkit.data.reading import read_file, reader_of
from augkit.data.source import place
from augkit.data.whole import write_bytes
from augkit.errors import DataError, RecipeError
from augkit.recipe import Recipe, read_recipe
from augkit.recipe.located import plain
from augkit.recipe.spelling import flow

MANIFEST, STATE, ROWS = "manifest.jsonl", "pack.json", "rows.part"
_FORMAT = 1
_TIMED = 24

Say = Callable[[int, int], None]


@dataclass(frozen=True)
class Report:
    """What a pack has become. Bytes and times are of the files of pictures and masks; ``decode_ms_…`` the median of
    one picture. ``skipped``: what could not be read, where the recipe's loader says so. ``same_splits``: whether
    train, val and test are as in the original.
    """

    recipe: str
    samples: int
    scaled: int
    skipped: tuple[str, ...]
    bytes_before: int | None
    bytes_after: int
    decode_ms_before: float | None
    decode_ms_after: float | None
    same_splits: bool

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.samples} samples, {self.scaled} of them made smaller"
        if self.bytes_before:
            ratio = self.bytes_before / max(1, self.bytes_after)
            yield f"{_mb(self.bytes_before)} → {_mb(self.bytes_after)} ({ratio:.1f} × smaller)"
        if self.decode_ms_before and self.decode_ms_after:
            ratio = self.decode_ms_before / self.decode_ms_after
            yield (
                f"decoding a picture: {self.decode_ms_before:.2f} → {self.decode_ms_after:.2f} ms "
                f"({ratio:.1f} times as fast, measured here)"
            )
        for reason in self.skipped:
            yield f"left out: {reason}"
        if not self.same_splits:
            yield "train, val and test are not divided as in the original: see what was left out, and `split`."


def pack(
    recipe: Recipe, folder: Path, long_side: int, quality: int = 90, workers: int = 1, say: Say = lambda done, all: None
) -> Report:
    """Write all samples of the recipe's source below ``folder``, and a recipe of the same name that reads them.

    Pictures whose long side is above ``long_side`` are scaled down (averaging) and written as JPEG; masks as PNG,
    nearest; boxes, keypoints and the like follow by the same map. Smaller pictures are copied byte for byte. Keys stay,
    and with them draws and splits. What an interrupted run has left is used. Raises RecipeError where ``folder`` holds
    anything else, DataError for samples that cannot be used, unless the recipe's loader says ``on_error: skip``.
    """
    source = open_data(recipe)
    packer = Packer(source, recipe.schema, folder, long_side, quality, recipe.decoder)
    state = _claim(recipe, source.keys, packer)
    if _is_report(state.get("report")):
        return Report(**state["report"] | {"skipped": tuple(state["report"]["skipped"])})
    done, skipped = _pack_all(packer, recipe.loader.on_error == "skip", workers, say)
    if not done:
        raise DataError(f"none of {len(skipped)} samples could be packed; the first: {skipped[0]}")
    report = _finished(recipe, packer, done, skipped)
    write_bytes(folder / STATE, json.dumps(state | {"report": asdict(report)}, indent=1).encode())
    (folder / ROWS).unlink(missing_ok=True)
    return report


def _is_report(found: Any) -> bool:
    return isinstance(found, Mapping) and found.keys() == {one.name for one in fields(Report)}


def _finished(recipe: Recipe, packer: Packer, done: Sequence[Packed], skipped: Sequence[str]) -> Report:
    """The manifest and the recipe written, what has been reached measured."""
    folder = packer.folder
    lines = (_as_line(one.row) for one in done)
    write_bytes(folder / MANIFEST, "".join(f"{line}\n" for line in lines).encode())
    written = folder / f"{recipe.path.stem}.yaml"
    write_bytes(written, _recipe_text(recipe, packer, written).encode())
    before = [one.before for one in done if one.before is not None]
    return Report(
        str(written),
        len(done),
        sum(one.scaled for one in done),
        tuple(skipped),
        sum(before) if before else None,
        sum(one.after for one in done),
        *_decode_times(packer, done),
        _same_splits(recipe, written),
    )


def _claim(recipe: Recipe, keys: Sequence[str], packer: Packer) -> dict[str, Any]:
    """The state of the pack in its folder, begun if it is new; RecipeError where something else is there."""
    folder, described = packer.folder, _described(recipe, keys, packer)
    if not folder.exists() or not any(folder.iterdir()):
        write_bytes(folder / STATE, json.dumps(described, indent=1).encode())
        return described
    try:
        found = json.loads((folder / STATE).read_bytes())
    except (OSError, ValueError):
        found = None
    if not isinstance(found, Mapping):
        raise RecipeError(f"{folder} is not empty and no pack; name another folder (-o).")
    different = [name for name, value in described.items() if found.get(name) != value]
    if different:
        told = ", ".join(f"{name} {found.get(name)!r}, here {described[name]!r}" for name in different)
        raise RecipeError(f"{folder} holds another pack ({told}); name another folder (-o), or remove that one.")
    return dict(found)


def _described(recipe: Recipe, keys: Sequence[str], packer: Packer) -> dict[str, Any]:
    """What makes a pack what it is. Steps and seeds do not: they may change without packing anew."""
    data = {
        "source": plain(recipe.source) if recipe.source else None,
        "root": str(packer.source.root.resolve()),
        "sample": recipe.sample,
        "groups": recipe.groups,
        "keys": list(keys),
    }
    text = json.dumps(data, sort_keys=True, default=repr)
    return {
        "pack": _FORMAT,
        "recipe": recipe.path.name,
        "long_side": packer.long_side,
        "quality": packer.quality,
        "decoder": packer.decoder,
        "data_and_sample": hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest(),
    }


def _pack_all(packer: Packer, skip: bool, workers: int, say: Say) -> tuple[list[Packed], list[str]]:
    """All samples in the order of the source, those of an earlier run as they are; each is noted once it is written."""
    keys = packer.source.keys
    kept = {one.key: one for one in _noted(packer)}
    skipped: list[str] = []
    with open(packer.folder / ROWS, "a", encoding="utf-8") as notes:
        left = [key for key in keys if key not in kept]
        for number, (key, made) in enumerate(_made(packer, left, workers), len(kept) + 1):
            if isinstance(made, Packed):
                notes.write(_as_line(asdict(made)) + "\n")
                notes.flush()
                kept[key] = made
            elif skip:
                skipped.append(str(made))
            else:
                raise made
            say(number, len(keys))
    return [kept[key] for key in keys if key in kept], skipped


def _made(packer: Packer, keys: Sequence[str], workers: int) -> Iterator[tuple[str, Packed | DataError]]:
    """In order; what decodes, scales and encodes lets go of Python's lock, so threads are enough."""

    def attempt(key: str) -> Packed | DataError:
        try:
            return packer(key)
        except DataError as error:
            told = place(packer.source, key)
            message = f"{error.message} ({told})" if told and told not in error.message else error.message
            return DataError(message, error.key or key, error.file)

    threads = ThreadPoolExecutor(max(1, workers))
    try:
        yield from zip(keys, threads.map(attempt, keys), strict=True)
    finally:
        threads.shutdown(cancel_futures=True)


def _noted(packer: Packer) -> Iterator[Packed]:
    """What an earlier run has noted, as far as its files are there; a line that was cut off or damaged is none."""
    file = packer.folder / ROWS
    text = file.read_bytes() if file.is_file() else b""
    whole = text[: text.rfind(b"\n") + 1]
    if whole != text:
        write_bytes(file, whole)
    for line in whole.split(b"\n")[:-1]:
        made = _packed(line)
        wanted = {*packer.schema.fields, packer.key_column}
        if (
            made is not None
            and wanted <= made.row.keys()
            and all((packer.folder / name).is_file() for name in made.files)
        ):
            yield made


def _packed(line: bytes) -> Packed | None:
    try:
        one = json.loads(line)
        return Packed(**one | {"files": tuple(one["files"])})
    except (ValueError, TypeError, KeyError):
        return None


def _as_line(row: Mapping[str, Any]) -> str:
    """JSON to be read by people, too; escaped where a file's name is no UTF-8."""
    line = json.dumps(row, ensure_ascii=False)
    return line if line.isascii() or _is_utf8(line) else json.dumps(row)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _recipe_text(recipe: Recipe, packer: Packer, written: Path) -> str:
    original = Path(os.path.relpath(recipe.path.resolve(), packer.folder.resolve())).as_posix()
    columns = {name: name for name in recipe.schema.fields}
    source = {"manifest": {"file": MANIFEST, "key": packer.key_column, "columns": columns}}
    command = "train" if recipe.train is not None else "preview"
    return (
        f"# augkit {command} {written.as_posix()}\n"
        f"# As the recipe that it extends, on pictures of at most {packer.long_side} px.\n"
        f"augkit: 1\nextends: {flow(original)}\nsource: {flow(source)}\n"
    )


def _same_splits(recipe: Recipe, written: Path) -> bool:
    again = read_recipe(written)
    return divide(recipe, open_data(recipe)) == divide(again, open_data(again))


def _decode_times(packer: Packer, done: Sequence[Packed]) -> tuple[float | None, float | None]:
    """Milliseconds for one picture before and now, measured in turns on some of them."""
    field = next(name for name, field in packer.schema.fields.items() if packer.writes(field))
    read = reader_of(packer.schema.fields[field].kind, packer.decoder)
    some = done[:: -(-len(done) // _TIMED)]
    pairs = [(packer.original(one.key, field), packer.folder / one.row[field]) for one in some]
    times: Mapping[bool, list[float]] = {True: [], False: []}
    for before, after in pairs if read is not None else ():
        for path, was in ((before, True), (after, False)):
            if path is None:
                return None, None
            start = time.perf_counter()
            look_at(read_file(read, path))  # type: ignore[arg-type]  # not None here
            times[was].append((time.perf_counter() - start) * 1e3)
    return (median(times[True]), median(times[False])) if times[True] else (None, None)


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"
