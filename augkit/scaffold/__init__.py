"""A package to begin a plugin from: one step, one kind of target with its kernel, tests, and a workflow that runs them.

The templates lie beside this file by modality; ``common`` is for all. In them ``$name`` stands for what is filled in, a
folder ``dot-x`` is ``.x``, and every file ends in ``.txt``.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from string import Template
from typing import Any

from augkit.errors import FieldError

_PLACES = {"plugin.py": "{module}.py", "world.py": "{module}_world.py", "test_plugin.py": "tests/test_{module}.py"}
_NEW = "new"

MODALITIES: Mapping[str, Mapping[str, str]] = {
    "image": {
        "carrier": "image",
        "marks": "landmarks",
        "step": "squeeze",
        "summary": "Landmarks of pictures, and a step that squeezes a picture.",
    },
    "audio": {
        "carrier": "audio",
        "marks": "ticks",
        "step": "lead_in",
        "summary": "Ticks in sounds, and a step that puts silence before a clip.",
    },
    "text": {
        "carrier": "text",
        "marks": "bookmarks",
        "step": "drawl",
        "summary": "Bookmarks in texts, and a step that draws out vowels.",
    },
    _NEW: {
        "carrier": "signal",
        "marks": "ticks",
        "step": "hurry",
        "summary": "A modality of its own: signals of several channels, ticks in them, and a step that hurries both.",
    },
}
"""What a plugin can begin from, and what its templates call it."""


def package_files(name: str, modality: str) -> dict[str, str]:
    """The files of a new plugin ``name``, by their place in its folder. FieldError for a name that cannot be one."""
    prefix = name.replace("-", "_")
    if not re.fullmatch("[a-z][a-z0-9_]*", prefix) or keyword.iskeyword(prefix):
        raise FieldError(f"name: got {name!r}; expected small letters, digits and dashes, as in acme-rain.", "name")
    if prefix in MODALITIES.keys() - {_NEW}:
        raise FieldError(f"name: {name!r} is the plugin that comes with augkit; name yours otherwise.", "name")
    about = MODALITIES[modality]
    alone = modality == _NEW
    files = [f"augkit_{prefix}.py", *[f"augkit_{prefix}_world.py"] * alone]
    filled = {
        **about,
        "carrier": f"{prefix}_{about['carrier']}" if alone else about["carrier"],
        "requires": "augkit" if alone else f"augkit[{modality}]",
        "files": ", ".join(f'"{file}"' for file in files),
        "prefix": prefix,
        "package": f"augkit-{name.replace('_', '-')}",
        "module": f"augkit_{prefix}",
        "kind": f"{prefix}_{about['marks']}",
    }
    found = {**dict(_templates("common")), **dict(_templates(modality))}
    return {place.format(**filled): Template(text).substitute(filled) for place, text in found.items()}


def write_package(name: str, modality: str, folder: Path) -> list[Path]:
    """Write a new plugin into ``folder``, which must not be there yet or be empty; the files written."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FieldError(f"{folder} is there already, and not empty; name another folder with -o.", "folder")
    written = []
    for place, text in package_files(name, modality).items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return written


def _templates(group: str) -> Iterator[tuple[str, str]]:
    def within(folder: Any, before: str) -> Iterator[tuple[str, str]]:
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            place = before + entry.name.replace("dot-", ".").removesuffix(".txt")
            if entry.is_dir():
                yield from within(entry, f"{place}/")
            else:
                yield _PLACES.get(place, place), entry.read_text(encoding="utf-8")

    return within(resources.files(__name__) / "templates" / group, "")
