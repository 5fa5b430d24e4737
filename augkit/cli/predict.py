"""``augkit predict``: answers of a trained network."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from augkit.data.whole import write_whole
from augkit.errors import AugkitError, DataError
from augkit.train.threads import wait_patiently

if TYPE_CHECKING:
    from augkit.train.given import Given
    from augkit.train.trained import Answer

_ENDINGS = (".csv", ".jsonl", ".json")


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("files", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write all of it to a .csv, .jsonl or .json file.")
@click.option("--tta", type=click.IntRange(0), default=0, help="Agree with so many augmented views of each sample.")
@click.option("--column", help="Of a table: the column with file names or texts.")
@click.option("--checkpoint", type=click.Choice(["best", "last"]), default="best", show_default=True)
@click.option("--batch-size", type=click.IntRange(1), help="Samples at once; else as the recipe's loader has it.")
def command(
    run: Path,
    files: tuple[str, ...],
    out: Path | None,
    tta: int,
    column: str | None,
    checkpoint: Literal["best", "last"],
    batch_size: int | None,
) -> None:
    """Let the network of RUN, a folder that `augkit train` wrote, answer for FILES.

    FILES are samples, folders of them, tables (see --column), or - for lines of standard input; of texts, each line
    of a file is one. They go through the recipe's eval_steps. What cannot be read is named, and the exit code is 1;
    files of a folder that are something else are passed over and counted.
    """
    _check_out(out)
    wait_patiently()
    from augkit.train.trained import open_run

    trained = open_run(run, checkpoint)
    given = trained.given_in(files, column)
    answers = trained.answers(given, tta, batch_size)
    told = []
    for answer in _readable(answers, given):
        told.append(answer)
        if out is None:
            click.echo(_line(answer))
    if out is not None:
        write_whole(out, partial(_write, told, out.suffix.lower()))
        click.echo(f"wrote {out}, {len(told)} answers")
    if len(told) + len(given.passed_over) < len(given.keys):
        raise SystemExit(1)


def _check_out(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in _ENDINGS:
        raise AugkitError(f"--out {out}: expected a name that ends in {', '.join(_ENDINGS)}.")


def _readable(answers: Iterable[Answer], given: Given) -> Iterator[Answer]:
    """Those that there are; what could not be read is said at once, but for strangers in a folder: at the end."""
    for answer in answers:
        if answer.error is None:
            yield answer
        elif answer.key in given.loose:
            given.passed_over.append(answer.key)
        else:
            click.echo(str(answer.error), err=True)
    if given.passed_over:
        listing = ", ".join(given.passed_over[:3]) + (" …" if len(given.passed_over) > 3 else "")
        click.echo(f"passed over {len(given.passed_over)} files that cannot be read: {listing}", err=True)
    if len(given.passed_over) == len(given.keys):
        raise DataError(f"none of {len(given.keys)} files can be read.")


def _line(answer: Answer) -> str:
    """What one reads: the name, and what is told of it in a few words."""
    return f"{answer.key}\t{_words(answer.told)}"


def _words(told: Mapping[str, Any]) -> str:
    if "probability" in told:
        return f"{told['label']}\t{told['probability']:.3f}"
    return json.dumps(next(iter(told.values())) if len(told) == 1 else told, ensure_ascii=False, default=str)


def _write(answers: list[Answer], ending: str, path: Path) -> None:
    rows = [{"key": answer.key, **answer.told} for answer in answers]
    with open(path, "w", encoding="utf-8", newline="") as file:
        if ending == ".csv":
            table = csv.DictWriter(file, list(rows[0]) if rows else ["key"])
            table.writeheader()
            table.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        elif ending == ".jsonl":
            file.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
        else:
            json.dump(rows, file, ensure_ascii=False, indent=1, default=str)


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False, default=str)
