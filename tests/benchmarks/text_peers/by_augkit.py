"""How augkit does it: through the door, with and without spans; and the step alone, without trace."""

from __future__ import annotations

import augkit
from augkit.build import step_from
from augkit.rng import stream
from augkit.vocab.text import Spans, Text
from augkit.vocab.text.spans import spans_follow_edits, spans_follow_pieces
from tests.benchmarks.text_peers.work import Change, Work, spans

_SPANS = {"text": "text", "spans": {"spans": "text"}}


def changes(work: Work) -> list[tuple[str, Change]]:
    """The forms of one work."""
    step = step_from(f"text/{work.step}", work.fields)
    alone = augkit.Pipeline([step], sample={"text": "text"}, seed=1)
    beside = augkit.Pipeline([step], sample=_SPANS, seed=1)
    given = {}

    def with_spans(sentence: str, n: int) -> object:
        rows = given.get(sentence) or given.setdefault(sentence, spans(sentence))
        return beside(text=sentence, spans=rows, key=str(n))

    return [
        ("pipeline", lambda sentence, n: alone(text=sentence, key=str(n))),
        ("pipeline, 5 spans", with_spans),
        ("the step alone, 5 spans", _bare(step.transform)),
    ]


def _bare(transform) -> Change:
    """Draw and follow: what a hand-written loop over a list of sentences would do."""
    rng, known = stream(1, 0, "bench"), {}

    def change(sentence: str, n: int) -> object:
        if sentence not in known:
            text = Text(sentence)
            rows = Spans.read(spans(sentence), Spans.options_type(), text.frame())[0]
            known[sentence] = {"text": text, "spans": rows}
        drawn = transform.draw(rng, {}, known[sentence])
        follow = spans_follow_edits if hasattr(drawn, "edits") else spans_follow_pieces
        return drawn.apply(sentence), follow(known[sentence]["spans"], drawn)

    return change
