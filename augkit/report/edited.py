"""What became of the words of a text: what each step changed, and what differs in the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from augkit.plan import Plan
from augkit.sample import Axis, Target
from augkit.trace import Trace, TraceEntry
from augkit.vocab.text import Edits, Pieces, Text

_TOKEN = re.compile(r"\w+(?:['’]\w+)*|\s+|[^\w\s]")
_MOST_TOKENS = 4000
_SHOWN = 4

Edit = tuple[int, int, str]


class Change(NamedTuple):
    """``start`` to ``end`` of a text is new, in the place of what was ``removed``."""

    start: int
    end: int
    removed: str


def changes(before: str, after: str) -> list[Change]:
    """Where a text differs from what it was, by words; nothing for texts too long to compare at once."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if before == after or max(len(old), len(new)) > _MOST_TOKENS:
        return []
    starts = [0]
    for token in new:
        starts.append(starts[-1] + len(token))
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [Change(starts[c], starts[d], "".join(old[a:b])) for code, a, b, c, d in codes if code != "equal"]


def told(plan: Plan, original: Mapping[str, Target], trace: Trace) -> Iterator[tuple[TraceEntry, str | None]]:
    """Every entry of a trace with what it did to the words; None where it moves no text, or the text is not known."""
    strings = {name: target.string for name, target in original.items() if type(target) is Text}
    for entry in trace.entries:
        drawn, said = entry.drawn, None
        for name in _moved(plan, entry) if drawn is not None else ():
            before = strings.pop(name, None)
            if before is None or not isinstance(drawn, Edits | Pieces) or drawn.length != len(before) or entry.dropped:
                continue  # from here on it is not known what stands there
            strings[name] = drawn.apply(before)
            said = said or _in_words(before, strings[name], drawn)
        yield entry, said


def _moved(plan: Plan, entry: TraceEntry) -> Sequence[str]:
    """The texts that a step moved: those on the axis of its Params."""
    action = plan.actions.get(entry.id)
    axes = action.step.transform.moved_axes() if action else frozenset()
    parts = [part for part in (action.groups if action else ()) if part.group.suffix == (entry.group or "")]
    return [name for part in parts for name in part.kernels if Axis.TEXT in axes]


def _in_words(before: str, after: str, drawn: Edits | Pieces) -> str:
    if isinstance(drawn, Edits):
        return in_words(before, drawn.edits)
    return _listed([(change.removed, after[change.start : change.end]) for change in changes(before, after)])


def in_words(string: str, edits: Sequence[Edit]) -> str:
    """``brown → borwn, − very, + indeed``: the words that were changed, removed and added."""
    return _listed([pair for pair in _by_word(string, edits) if pair[0].strip() != pair[1].strip()])


def _listed(pairs: Sequence[tuple[str, str]]) -> str:
    said = [_said(before.strip(), after.strip()) for before, after in pairs[:_SHOWN]]
    return ", ".join(said + ["…"] * (len(pairs) > _SHOWN)) or "no edits"


def _said(before: str, after: str) -> str:
    if not after:
        return f"− {before}"
    return f"{before} → {after}" if before else f"+ {after}"


def _by_word(string: str, edits: Sequence[Edit]) -> Iterator[tuple[str, str]]:
    """Each run of whole words that edits touch, before and after."""
    run: list[Edit] = []
    first = last = 0
    for edit in edits:
        start, end = _whole(string, edit)
        if run and start > last:
            yield string[first:last], _applied(string[first:last], run, first)
            run = []
        first, last = (min(first, start), max(last, end)) if run else (start, end)
        run.append(edit)
    if run:
        yield string[first:last], _applied(string[first:last], run, first)


def _whole(string: str, edit: Edit) -> tuple[int, int]:
    """The words that an edit cuts, joins or writes into, from where the first begins to where the last ends."""
    start, end, put = edit
    touched = put if start == end else string[start:end]
    joins = not put and string[max(start - 1, 0) : start].isalnum() and string[end : end + 1].isalnum()
    if joins or touched[:1].isalnum():
        while start and string[start - 1].isalnum():
            start -= 1
    if joins or touched[-1:].isalnum():
        while end < len(string) and string[end].isalnum():
            end += 1
    return start, end


def _applied(part: str, edits: Sequence[Edit], offset: int) -> str:
    moved = tuple((start - offset, end - offset, put) for start, end, put in edits)
    return Edits(len(part), moved).apply(part)
