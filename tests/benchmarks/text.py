"""Texts: augkit beside nlpaug and a few lines of split and join, on the same sentences of 20 words.

One process, one thread; the libraries take turns. Prints how many times faster augkit is than each of them, with five
spans carried along, and how much each of them changes.

    python tests/benchmarks/text.py [--quick] [--rounds N] [--rows 1 3] [--markdown docs/benchmarks-text.md]
"""

from __future__ import annotations

import random
import statistics
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script is given its own folder, not this project's

from tests.benchmarks.command import arguments
from tests.benchmarks.forms import Form, installed, turn
from tests.benchmarks.side_by_side import Effort, race, ratio
from tests.benchmarks.tables import Table, machine
from tests.benchmarks.text_peers import by_augkit, by_others
from tests.benchmarks.text_peers.work import SENTENCES, WORKS, Change, Work, changed

_SENTENCES = 200
_OURS = ("pipeline", "pipeline, 5 spans", "the step alone, 5 spans")


@dataclass(frozen=True)
class Result:
    """The seconds a sentence of every form in every round, and how many words of twenty each changed."""

    work: Work
    times: dict[Form, list[float]]
    words: dict[Form, float]

    def of(self, library: str, how: str | None = None) -> list[float] | None:
        """The times of one form; None where it was not run."""
        found = [t for form, t in self.times.items() if form.library == library and how in (None, form.how)]
        return found[0] if found else None


def result(work: Work, effort: Effort) -> Result:
    """The times and the changes of one work."""
    made = {"augkit": by_augkit.changes(work), "plain Python": by_others.plain_changes(work)}
    if installed("nlpaug"):
        made["nlpaug"] = by_others.nlpaug_changes(work)
    forms = [Form(library, how, _on(change)) for library, listed in made.items() for how, change in listed]
    words = {form: statistics.mean(_changed(form, n) for n in range(400)) for form in forms}
    return Result(work, race(forms, effort), words)


def _on(change: Change) -> Callable[[int], object]:
    return lambda n: change(turn(SENTENCES, n), n)


def _changed(form: Form, n: int) -> int:
    out = form.make(n)
    out = out["text"] if isinstance(out, dict) else out[0] if isinstance(out, tuple | list) else out
    return changed(out.split(), turn(SENTENCES, n))


def tables(results: Sequence[Result]) -> list[Table]:
    """How many times faster; and how much was changed."""
    head = [
        "",
        "nlpaug µs",
        *(f"{how} µs" for how in _OURS),
        *(f"÷ nlpaug: {how}" for how in _OURS),
        "÷ split and join",
    ]
    return [
        Table("How many times faster", head, [_row(each) for each in results]),
        Table(
            "Words of twenty that came out otherwise",
            ["", "augkit", "nlpaug", "split and join"],
            [
                [each.work.name, *(_words(each, library) for library in ("augkit", "nlpaug", "plain Python"))]
                for each in results
            ],
        ),
    ]


def _row(each: Result) -> list[str]:
    ours = [each.of("augkit", how) for how in _OURS]
    nlpaug, plain = each.of("nlpaug"), each.of("plain Python")
    return [
        each.work.name,
        _micro(nlpaug),
        *map(_micro, ours),
        *(f"{ratio(own, nlpaug).median:.2f}" if nlpaug and own else "" for own in ours),
        f"{ratio(ours[2], plain).median:.2f}" if plain else "",
    ]


def _micro(times: list[float] | None) -> str:
    return f"{statistics.median(times) * 1e6:.0f}" if times else ""


def _words(each: Result, library: str) -> str:
    found = [count for form, count in each.words.items() if form.library == library]
    return f"{found[0]:.2f}" if found else ""


def main() -> None:
    """Print the tables, and write them down where asked."""
    asked = arguments(__doc__, len(WORKS))
    warnings.filterwarnings("ignore")  # peers warn of what they will change; this is about times
    random.seed(1)
    results = []
    for number in asked.rows:
        print(f"{WORKS[number - 1].name} …", file=sys.stderr, flush=True)
        results.append(result(WORKS[number - 1], Effort(asked.rounds, _SENTENCES, asked.clock)))
    made = tables(results)
    about = [
        *machine(["nlpaug"]),
        f"median of {asked.rounds} rounds of {_SENTENCES}, {asked.clock} seconds, one thread",
    ]
    print("\n".join([*about, *(table.text() for table in made)]))
    if asked.markdown:
        notes = "\n".join(f"* {line}" for line in about)
        pages = "\n".join(table.markdown() for table in made)
        asked.markdown.write_text(_PAGE.format(about=notes, tables=pages), encoding="utf-8")


_PAGE = """# Benchmarks: text

Written by `python tests/benchmarks/text.py --markdown docs/benchmarks-text.md`.

{about}

One short sentence at a time, augkit is no faster than nlpaug through its door, and slower with spans; the step alone
mostly is faster, with the spans. The door costs more than most changes of a sentence: every call reads and checks the
text and its annotations, names its streams, keeps a trace and gives back what came in its form. *The step alone* draws
and lets text and spans follow, as a hand-written loop would; nlpaug and the lines of split and join do neither, and
know nothing of spans. nlpaug draws its synonyms from augkit's table here, and has no tagger: its own are a download.

{tables}"""


if __name__ == "__main__":
    main()
