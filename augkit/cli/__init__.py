"""The command line. A command's module is imported when it is called: ``augkit --help`` loads nothing but click."""

from __future__ import annotations

import importlib
import keyword
import os
from collections.abc import Mapping, Sequence
from typing import Any

import click

from augkit import __version__
from augkit.errors import AugkitError

HEADINGS: Mapping[str, Mapping[str, str]] = {
    "Start here": {
        "init": "Look at a folder or table of data and write a recipe for it.",
        "check": "Read a recipe and say everything that is wrong with it.",
        "preview": "Show what a recipe does to some samples, as one HTML page.",
        "train": "Train by a recipe, or on a folder or table of data.",
        "compare": "Train with and without augmentation, or by several recipes, over seeds.",
    },
    "Improve": {
        "lr": "Suggest a learning rate: some steps at growing rates.",
        "ablate": "Leave each step out in turn, and say what it was worth.",
        "tune": "Search for better values of a recipe.",
    },
    "Look": {
        "predict": "Let a trained network answer for files, folders or tables.",
        "diagnose": "Say what learning curves mean, and what to change.",
        "replay": "Draw one sample again, as training or validation saw it.",
        "show": "Print a recipe with everything filled in.",
        "steps": "List the steps there are, or all about one.",
        "plugins": "List the plugins, and why one does not load.",
        "schema": "Print the recipe's format as JSON Schema, for editors.",
    },
    "Data": {
        "pack": "Write a compact copy of a recipe's data: smaller pictures, annotations to fit.",
        "export": "Write a trained network as one ONNX or PyTorch file.",
        "bench": "Time a recipe's samples step by step; choose the fastest plan for this machine.",
    },
    "Extend": {
        "import": "Make a recipe out of another library's pipeline.",
        "new-plugin": "Write a package with a step, a kind of target and tests, to begin a plugin from.",
        "test-plugin": "Prove the laws over everything that a plugin registers.",
    },
}
"""The commands by heading: each is a module of this package with a ``command``; a dash is an underscore there, and
a word of Python's has one behind it."""


OF_TRAINING = ("torch", "torchvision", "torchmetrics", "lightning", "timm", "matplotlib")
"""What the extra ``train`` installs; a command that needs one of them says so."""


class Commands(click.Group):
    """Commands by name, imported on use; errors of augkit's own become one line and exit code 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for commands in HEADINGS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = cmd_name.replace("-", "_") + "_" * keyword.iskeyword(cmd_name)
        command: click.Command = importlib.import_module(f"augkit.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for heading, commands in HEADINGS.items():
            with formatter.section(heading):
                formatter.write_dl(list(commands.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            from augkit.words import suggestion

            ctx.fail(f"no command {args[0]!r}.{suggestion(args[0], self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AugkitError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"Error: {error}" if getattr(error, "where", None) is None else str(error), err=True)
            ctx.exit(2)
        except OSError as error:  # a place that cannot be written, a disk that is full
            if ctx.params.get("debug") or error.filename is None:
                raise
            click.echo(f"Error: {error.filename}: {error.strerror}.", err=True)
            ctx.exit(2)
        except ModuleNotFoundError as error:
            if ctx.params.get("debug") or error.name not in OF_TRAINING:
                raise
            click.echo(f"Error: this needs {error.name}. Install it: pip install 'augkit[train]'", err=True)
            ctx.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="augkit")
@click.option("--debug", is_flag=True, help="Show where in augkit an error was raised.")
@click.option("--no-plugin", "without", multiple=True, metavar="NAME", help="Leave a plugin out; may be repeated.")
def main(debug: bool, without: tuple[str, ...]) -> None:
    """Augment images, sounds and text by a recipe, annotations and all, and train with it.

    Exit codes: 0 fine, 1 problems were found, 2 a wrong recipe or a wrong command.
    """
    if without:
        from augkit.plugins import WITHOUT

        # In the environment, since workers find the plugins anew.
        os.environ[WITHOUT] = ",".join(filter(None, [os.environ.get(WITHOUT), *without]))


def with_settings(command: Any) -> Any:
    """The option ``--set a.b=value``, which may be repeated."""
    return click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="PATH=VALUE",
        help="Replace a value of the recipe, as in train.lr=1e-4 or steps.hflip.p=0; may be repeated.",
    )(command)


def print_all(complaints: Sequence[object]) -> None:
    """One error or warning a line, on stderr."""
    for complaint in complaints:
        click.echo(str(complaint), err=True)
