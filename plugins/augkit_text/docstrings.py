"""``demo: docstrings``: real sentences, the first ones of the docstrings of installed packages, labelled by package."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.errors import DataError, FieldError
from augkit.fields import Checked, Limits, check_names

_PACKAGES = ("matplotlib", "networkx", "numpy", "scipy", "sklearn", "torch")
_SKIPPED = frozenset({"tests", "test", "testing", "_vendor", "vendor", "externals", "extern"})
_DISTRIBUTIONS = {"sklearn": "scikit-learn", "skimage": "scikit-image", "PIL": "pillow"}
_END = re.compile(r"(?<=[.!?])\s")
_FEWEST, _MOST = 5, 60  # words


class DocstringsFields(Checked):
    """What a recipe may say of the docstrings."""

    packages: Annotated[tuple[str, ...], Limits(doc="import names of two installed packages or more")] = _PACKAGES
    count: Annotated[int, Limits(2, doc="how many sentences of each package, at most")] = 300

    def validate(self) -> None:
        if len(set(self.packages)) != len(self.packages) or len(self.packages) < 2:
            raise FieldError(f"packages: got {list(self.packages)}; expected two different ones or more.", "packages")


@dataclass(frozen=True)
class _Sentence:
    text: str
    package: str
    module: str


class Docstrings:
    """``demo: docstrings``: fields ``text`` and ``package``; nothing is imported, the files are parsed.

    A sentence has 5 to 60 words and does not name its package. Which there are depends on the installed versions, which
    the metadata ``version`` tells; for given versions they are the same everywhere. ``module`` is the file, whose
    sentences are alike: ``split: {group: module}``.
    """

    fields_type = DocstringsFields
    shorthand = "count"
    root = Path()

    def __init__(self, packages: tuple[str, ...] = _PACKAGES, count: int = 300) -> None:
        self.packages = packages
        self.count = count

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The demo as a recipe names it; FieldError for a package that is not installed."""
        check_names(DocstringsFields, given)
        fields = DocstringsFields(**given)
        for package in fields.packages:
            _folder(package)
        return cls(fields.packages, fields.count)

    @property
    def fields(self) -> dict[str, str]:
        return {"text": "text", "package": "label"}

    @property
    def keys(self) -> list[str]:
        return list(self._sentences)

    def meta(self, key: str) -> dict[str, Any]:
        """``package``, its ``version``, and the ``module``: the file."""
        one = self._sentences[key]
        return {"package": one.package, "version": _version(one.package), "module": one.module}

    def load(self, key: str) -> dict[str, Any]:
        one = self._sentences[key]
        return {"text": one.text, "package": one.package}

    @cached_property
    def _sentences(self) -> dict[str, _Sentence]:
        found: dict[str, _Sentence] = {}
        said: set[str] = set()
        for package in self.packages:
            before = len(found)
            for key, sentence in _sentences_of(package):
                if sentence.text not in said and key not in found:
                    said.add(sentence.text)
                    found[key] = sentence
                if len(found) - before == self.count:
                    break
            if len(found) == before:
                raise DataError(f"demo: docstrings: {package} has no docstrings of {_FEWEST} to {_MOST} words.")
        return dict(sorted(found.items()))

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_sentences"}


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise FieldError(f"packages: there is no installed package {package!r} (one of several files).", "packages")
    return Path(next(iter(spec.submodule_search_locations)))


def _version(package: str) -> str:
    try:
        return metadata.version(_DISTRIBUTIONS.get(package, package))
    except metadata.PackageNotFoundError:
        return "unknown"


def _sentences_of(package: str) -> Iterator[tuple[str, _Sentence]]:
    """Key and sentence, the files in the order of a hash, so that the first ones are from all over the package."""
    folder = _folder(package)
    files = [file.relative_to(folder).as_posix() for file in folder.rglob("*.py")]
    banned = re.compile("|".join({re.escape(package), re.escape(_DISTRIBUTIONS.get(package, package))}), re.IGNORECASE)
    for file in sorted(files, key=lambda name: (hashlib.blake2b(name.encode(), digest_size=8).digest(), name)):
        if _SKIPPED.isdisjoint(file.split("/")[:-1]) and not file.rpartition("/")[2].startswith("test"):
            for name, doc in _docstrings(folder / file):
                text = " ".join(_END.split(doc.partition("\n\n")[0].strip())[0].split())
                if _FEWEST <= len(text.split()) <= _MOST and not banned.search(text):
                    yield f"{package}/{file}:{name}", _Sentence(text, package, f"{package}/{file}")


def _docstrings(file: Path) -> Iterator[tuple[str, str]]:
    """Name and docstring of what a file defines, in its order; none where it cannot be parsed."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node)
            if doc:
                yield getattr(node, "name", ""), doc
