"""``augkit check``: is this recipe fine?"""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import click

from augkit.batch import soft_fields
from augkit.cli import print_all, with_settings
from augkit.errors import AugkitError, FieldError, RecipeError
from augkit.recipe import Recipe, find_errors
from augkit.recipe.grammar import Complaints
from augkit.recipe.located import Map
from augkit.recipe.recipe import Split

if TYPE_CHECKING:
    from augkit.data.first import First
    from augkit.data.remarks import Remark
    from augkit.data.source import Source
    from augkit.train.config import RunConfig


@click.command()
@click.argument("recipe", type=click.Path())
@with_settings
@click.option("--no-data", is_flag=True, help="Leave the source alone: check what is written.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {file, line, column, message, kind}.")
def command(recipe: str, settings: tuple[str, ...], no_data: bool, as_json: bool) -> None:
    """Read RECIPE and say everything that is wrong with it, each with file:line:column.

    First names, fields and values; then whether every annotation can follow every step, and whether a label would
    become false; then whether the source has the fields, and whether the first samples of each split can be read.
    Exit code 2 if anything is wrong; what is only odd is a warning.
    """
    read, errors = find_errors(recipe, settings)
    odd: list[Remark] = []
    if read is not None and not errors:
        errors, odd = beyond_the_grammar(read, with_data=not no_data)
    found: list[AugkitError | Remark] = [*errors, *odd]
    if as_json:
        click.echo(json.dumps([_described(each) for each in found], ensure_ascii=False, indent=1))
    else:
        print_all(found)
    if errors or read is None:
        raise SystemExit(2)
    if not as_json:
        click.echo(f"{recipe} is fine: {_summary(read)}.")


def beyond_the_grammar(recipe: Recipe, with_data: bool = True) -> tuple[list[AugkitError], list[Remark]]:
    """What the trainer and the source have to say about a recipe that reads well: what is wrong, what is odd."""
    complaints, source, first = Complaints(), None, None
    if recipe.train is not None:
        with complaints:
            _check_train(recipe, recipe.train)
    if with_data and recipe.source is not None:
        with complaints:
            source, first = _checked_source(recipe, complaints)
    if complaints.found:
        return complaints.sorted(), []
    from augkit.data.remarks import remarks

    return [], remarks(recipe, source, first)


def _check_train(recipe: Recipe, section: Map) -> None:
    from augkit.train.task import kinds_after, task_of

    task = task_of(section)
    config = task.config_type.from_recipe(section)
    task.fields(config, kinds_after(recipe), recipe.tree.keys["train"])
    _check_optimizer(config, section)


def _check_optimizer(config: RunConfig, section: Map) -> None:
    """Optimizer and schedule, as torch knows their names and arguments; without torch nothing can be said of them."""
    from augkit.train.config import located_in

    if find_spec("torch") is None:
        return
    import torch

    from augkit.train.optimizers import build_optimizer
    from augkit.train.schedules import build_schedule

    with located_in(section, type(config)):
        optimizer = build_optimizer(config, [{"params": [torch.zeros(1, 1, requires_grad=True)], "lr": config.lr}])
        build_schedule(config, optimizer, steps=100)
        if find_spec("lightning") is not None:
            _check_machine(config)


def _check_machine(config: RunConfig) -> None:
    """Precision and loggers, of which those say something that would have to do it."""
    from augkit.train.loggers import check_loggers
    from augkit.train.precision import lightning_name

    lightning_name(config)
    if config.loggers:
        check_loggers(config)


def _checked_source(recipe: Recipe, complaints: Complaints) -> tuple[Source, First | None]:
    from augkit.data.classes import soft_classes
    from augkit.data.divided import check_buckets, check_values, divide, opened_source
    from augkit.data.first import first_samples

    source = opened_source(recipe)
    _check_fields(recipe, source, complaints)
    if not complaints.found:
        with complaints:
            check_values(recipe, source)
        with complaints:
            check_buckets(recipe, source)
        with complaints:
            splits = divide(recipe, source)
            soft_classes(recipe, source, splits["train"])
            first = first_samples(recipe, source, splits)
            _check_first(recipe, first, complaints)
            return source, first
    return source, None


def _check_first(recipe: Recipe, first: First, complaints: Complaints) -> None:
    from augkit.data.first import refuse_giants, refuse_unreadable
    from augkit.data.rehearsal import refuse_unfollowable

    for refuse in (refuse_unreadable, refuse_giants, refuse_unfollowable):
        with complaints:
            refuse(recipe, first)


def _check_fields(recipe: Recipe, source: Source, complaints: Complaints) -> None:
    from augkit.data.source import check_fields

    sample = recipe.tree.items["sample"]
    for field in recipe.schema.fields:
        with complaints:
            try:
                check_fields(source, [field])
            except FieldError as error:
                where = sample.keys[field] if isinstance(sample, Map) else sample.where
                raise RecipeError(str(error), where) from None


def _described(error: AugkitError | Remark) -> dict[str, Any]:
    """``kind`` is ``Remark`` for a warning, else the class of the error."""
    where = getattr(error, "where", None)
    return {
        "file": where and where.file,
        "line": where and where.line,
        "column": where and where.column,
        "message": getattr(error, "message", str(error)),
        "kind": type(error).__name__,
    }


def _summary(recipe: Recipe) -> str:
    leaves = [leaf for node in recipe.steps for leaf in node.leaves()]
    steps = f"{len(leaves)} steps" if len(leaves) != 1 else "1 step"
    steps += f", {' and '.join(node.id for node in recipe.batch)} over each batch" if recipe.batch else ""
    return f"{steps}; {leaving(recipe)}; hash {recipe.hash}"


def leaving(recipe: Recipe, split: Split = "train") -> str:
    """The fields with their kinds, and what they have become: ``image: image → image_tensor, digit: label``."""
    plan = recipe.pipeline(split).plan
    before, after = recipe.schema, plan.out_schema
    soft = soft_fields(plan, recipe.mixing().plan) if split == "train" else ()
    parts = []
    for name, field in before.fields.items():
        left = after.fields[name].kind
        left = "weights of its classes" if name in soft else left
        parts.append(f"{name}: {field.kind}" + (f" → {left}" if left != field.kind else ""))
    return ", ".join(parts)
