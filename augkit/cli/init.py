"""``augkit init``: a recipe for a folder of data."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from augkit.errors import DataError, RecipeError
from augkit.recipe.starting import draft


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path), help="The recipe to write; else DATA's name with .yaml.")
@click.option("--force", is_flag=True, help="Write over a recipe that is there.")
@click.option("--yes", is_flag=True, help="Do not ask; say what is assumed.")
def command(data: Path, out: Path | None, force: bool, yes: bool) -> None:
    """Look at DATA and write a short recipe for it.

    DATA is a folder with a folder of pictures or sounds per class, or with images/ beside masks/, a COCO, VOC or YOLO
    data set, a table of boxes or of classes, sounds with DCASE, Raven, Audacity or JAMS files, or a file of texts: a
    table, CoNLL, CoNLL-U, SQuAD.

    Counts the classes, names files that cannot be read, chooses task, size and backbone, and asks what it cannot know.
    """
    written = write_recipe(data, out, ask=not yes and _interactive(), force=force)
    page = written.with_name(f"{written.stem}-preview.html")
    click.echo(f"wrote {written}; see what it does: augkit preview {shlex.join([str(written), '-o', str(page)])}")


def write_recipe(data: Path, out: Path | None = None, ask: bool = False, force: bool = False) -> Path:
    """Write a recipe for ``data`` to ``out`` (else its name with .yaml, here), talking on stderr; the path written.

    Without ``ask`` every question is answered by an assumption, said aloud. Raises DataError for data that no plugin
    knows, and RecipeError where ``out`` exists, unless ``force``.
    """
    if not data.exists():
        raise DataError("there is no such folder or file.", file=str(data))
    out = Path(f"{named_after(data)}.yaml") if out is None else out
    if out.exists() and not force:
        raise RecipeError(f"{out} is there already; name another (-o), or write over it with --force.")
    text = draft(data, _spelled(data, out), shlex.quote(str(out)), _Terminal(ask))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    return out


def named_after(data: Path) -> str:
    """What a recipe for a folder or a file is called, without .yaml."""
    return (data.resolve().name if data.is_dir() else data.stem) or "recipe"


def _interactive() -> bool:
    return sys.stdin.isatty()


def _spelled(data: Path, out: Path) -> str:
    """Relative to the recipe where both can move together, else absolute."""
    folder = out.resolve().parent
    if folder in data.resolve().parents or folder == data.resolve():
        return Path(os.path.relpath(data.resolve(), folder)).as_posix()
    return data.resolve().as_posix()


@dataclass(frozen=True)
class _Terminal:
    ask_aloud: bool

    def say(self, line: str) -> None:
        click.echo(line, err=True)

    def ask(self, question: str, default: bool, assumption: str) -> bool:
        if self.ask_aloud:
            return click.confirm(question, default=default, err=True)
        click.echo(f"assumed: {assumption}", err=True)
        return default
