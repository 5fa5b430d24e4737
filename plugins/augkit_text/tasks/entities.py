"""Entities out of tags that a network gave, and how many of them are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Entity = tuple[int, int, Any]
"""First token, the one after the last, label."""


def entities(tags: Sequence[Any], scheme: str, outside: Any) -> Iterator[Entity]:
    """What tags say, also where they are not well-formed: an I- or E- that nothing opened begins an entity, as CoNLL's
    own script has it. Plain tags: every token that is not outside.
    """
    if scheme == "plain":
        yield from ((number, number + 1, tag) for number, tag in enumerate(tags) if tag != outside)
        return
    start, label = None, None
    for number, tag in enumerate([*tags, outside]):
        prefix, own = ("", None) if tag == outside else (str(tag)[:1], str(tag)[2:])
        if start is not None and (prefix in ("", "B", "S") or own != label):
            yield start, number, label
            start = None
        if prefix and start is None:
            start, label = number, own
        if start is not None and prefix in ("E", "S"):
            yield start, number + 1, label
            start = None


@dataclass
class EntityTally:
    """Sums over the sentences of an epoch: tokens, and entities that are there, were found, or both."""

    scheme: str
    outside: Any
    loss: float = 0.0
    count: int = 0
    tokens: int = 0
    right: int = 0
    there: Counter[Any] = field(default_factory=Counter)
    found: Counter[Any] = field(default_factory=Counter)
    both: Counter[Any] = field(default_factory=Counter)

    def add_loss(self, loss: float, count: int) -> None:
        """The mean loss of a batch of so many sentences."""
        self.loss += loss * count
        self.count += count

    def add(self, tags: Sequence[Any], given: Sequence[Any]) -> None:
        """A sentence: its tags, and those that the network gave."""
        self.tokens += len(tags)
        self.right += sum(a == b for a, b in zip(tags, given, strict=True))
        wanted = set(entities(tags, self.scheme, self.outside))
        told = set(entities(given, self.scheme, self.outside))
        self.there.update(label for _, _, label in wanted)
        self.found.update(label for _, _, label in told)
        self.both.update(label for _, _, label in wanted & told)

    def metrics(self, split: str) -> dict[str, Any]:
        """Loss, F1 of entities and accuracy of tokens; of a validation also the F1 of each label."""
        made: dict[str, Any] = {
            f"{split}_loss": self.loss / max(1, self.count),
            f"{split}_f1": f1(self.both.total(), self.there.total(), self.found.total()),
            f"{split}_token_accuracy": self.right / max(1, self.tokens),
        }
        if split == "val":
            labels = sorted(self.there, key=str)
            made["per_class"] = {
                str(label): f1(self.both[label], self.there[label], self.found[label]) for label in labels
            }
        return made


def f1(both: int, there: int, found: int) -> float:
    """The harmonic mean of precision and recall; 1 where there is nothing and nothing was found."""
    return 2 * both / (there + found) if there + found else 1.0
