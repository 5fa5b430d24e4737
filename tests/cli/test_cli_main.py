"""The group: help, exit codes, errors without traceback, light imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from augkit.cli import HEADINGS, OF_TRAINING, main
from tests.cli.conftest import Run


def test_help_shows_the_five_first(run: Run) -> None:
    shown = run("--help").output
    order = [shown.index(f"\n  {name} ") for commands in HEADINGS.values() for name in commands]
    assert order == sorted(order)
    assert list(HEADINGS["Start here"]) == ["init", "check", "preview", "train", "compare"]


@pytest.mark.parametrize("name", [name for commands in HEADINGS.values() for name in commands])
def test_every_command_is_there_and_its_help_agrees_with_the_list(name: str, run: Run) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0, result.output
    assert f"Usage: main {name}" in result.output


def test_a_mistyped_command_is_a_wrong_usage(run: Run) -> None:
    result = run("chek", "r.yaml")
    assert result.exit_code == 2
    assert "no command 'chek'. Did you mean 'check'?" in result.stderr


def test_errors_are_one_line_on_stderr_unless_debugging(run: Run) -> None:
    Path("r.yaml").write_text("augkit: 1\nsample: {image: imge}\n", encoding="utf-8")
    result = run("show", "r.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("r.yaml:2:17: unknown kind 'imge'") and result.stderr.count("\n") == 1
    assert run("--debug", "show", "r.yaml").exception is not None
    missing = run("show", "nothing.yaml")
    assert (missing.exit_code, missing.stderr) == (2, "Error: nothing.yaml: does not exist.\n")


@pytest.mark.parametrize("module", OF_TRAINING)
def test_a_missing_library_of_training_says_what_to_install(
    module: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    import augkit.cli.show

    def fail(*_: object) -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(augkit.cli.show, "read_recipe", fail)
    result = run("show", "r.yaml")
    assert (result.exit_code, result.stderr) == (
        2,
        f"Error: this needs {module}. Install it: pip install 'augkit[train]'\n",
    )


def test_an_unforeseen_error_is_not_hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import augkit.cli.show

    monkeypatch.setattr(augkit.cli.show, "read_recipe", lambda *_: 1 / 0)
    assert isinstance(run("show", "r.yaml").exception, ZeroDivisionError)


def test_the_module_is_the_command_line_too() -> None:
    found = subprocess.run([sys.executable, "-m", "augkit", "--version"], capture_output=True, text=True, check=True)
    assert found.stdout.startswith("augkit, version ")
    assert main.name == "main"
