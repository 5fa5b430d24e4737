"""How long commands take to start beside a Python that does nothing, with ten plugins installed.

Fresh processes in turns; each is compared with the ``python -c pass`` of its own round. Says too which heavy libraries
a command has imported.

    python tests/benchmarks/start.py [--rounds N] [--markdown docs/benchmarks-start.md]
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

from tests.benchmarks.command import arguments
from tests.benchmarks.side_by_side import ratio
from tests.benchmarks.tables import Table, machine
from tests.core.test_light_imports import HEAVY, PLUGIN
from tests.distributions import plugin_of_one_file

NOTHING = "python -c pass"
COMMANDS = {
    NOTHING: ("-c", "pass"),
    "import click, pluggy": ("-c", "import click, pluggy"),
    "import augkit": ("-c", "import augkit"),
    "augkit --help": ("-m", "augkit", "--help"),
    "augkit plugins": ("-m", "augkit", "plugins"),
    "augkit steps rotate": ("-m", "augkit", "steps", "rotate"),
}
_OURS = 3
_ABOUT = """
Commands are fresh processes, in turns; a round's times are divided by the time of `python -c pass` in the same round.
Ten plugins are installed: images, sounds, texts and seven others. `import click, pluggy` is what a command line with
plugins costs without anything of augkit. Names are registered as texts and what they stand for is imported on use, so
the number of steps does not matter; `steps rotate` imports one step, with numpy."""


def environment(folder: Path) -> dict[str, str]:
    """That of a machine which has seven plugins beside ours."""
    for number in range(10 - _OURS):
        plugin_of_one_file(folder, f"light{number}", PLUGIN.format(name=f"light{number}"))
    path = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


def seconds(words: tuple[str, ...], env: dict[str, str]) -> float:
    """Processor time of one fresh process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], env=env, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def heavy(words: tuple[str, ...], env: dict[str, str]) -> list[str]:
    """Which of the heavy libraries are imported meanwhile."""
    done = subprocess.run([sys.executable, "-X", "importtime", *words], env=env, capture_output=True, text=True)
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    return sorted(names & (HEAVY | {"numpy"}))


def table(rounds: int) -> Table:
    """A row a command."""
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        for words in COMMANDS.values():
            seconds(words, env)  # writes bytecode
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for _ in range(rounds):
            for name, words in COMMANDS.items():
                times[name].append(seconds(words, env))
        rows = []
        for name, words in COMMANDS.items():
            found = ratio(times[NOTHING], times[name])
            quartiles = f"{found.median:.1f} ({found.low:.1f} to {found.high:.1f})"
            ms = f"{statistics.median(times[name]) * 1000:.0f}"
            rows.append((f"`{name}`", ms, quartiles, ", ".join(heavy(words, env)) or "none"))
    return Table("Times nothing", ("", "ms", "÷ nothing", "heavy imports"), rows)


def main() -> None:
    """Print the table, and write it as a page where asked."""
    asked = arguments(__doc__ or "", len(COMMANDS))
    found, about = table(asked.rounds), machine(["click", "pluggy"])
    print("\n".join(about), found.text(), sep="\n")
    if asked.markdown:
        how = [f"* {line}" for line in (*about, f"medians of {asked.rounds} rounds, cpu time of the process")]
        written = "Written by `python tests/benchmarks/start.py --markdown docs/benchmarks-start.md`."
        page = ["# Benchmarks: starting", "", written, "", *how, _ABOUT, "", found.markdown()]
        asked.markdown.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
