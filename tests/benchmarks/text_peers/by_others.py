"""How nlpaug does it, and what a few lines of split and join cost. Neither knows where a span has gone."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.benchmarks.text_peers.work import RATE, Change, Work


def nlpaug_changes(work: Work) -> list[tuple[str, Change]]:
    """nlpaug's augmenter for a work, set to change as many letters or words; none where it has none."""
    make = _nlpaug().get(work.step)
    if make is None:
        return []
    augmenter = make()
    return [("augment", lambda sentence, n: augmenter.augment(sentence))]


def _nlpaug() -> dict[str, Callable[[], object]]:
    import nlpaug.augmenter.char as nac
    import nlpaug.augmenter.word as naw

    # Of all letters a tenth: a third of the letters of a third of the words.
    letters = {"aug_char_p": 0.32, "aug_word_p": 0.32, "aug_char_max": None, "aug_word_max": None, "min_char": 1}
    return {
        "typo": lambda: nac.KeyboardAug(include_special_char=False, include_numeric=False, **letters),
        "char_insert": lambda: nac.RandomCharAug(action="insert", **letters),
        "char_delete": lambda: nac.RandomCharAug(action="delete", **letters),
        "char_swap": lambda: nac.RandomCharAug(action="swap", **{**letters, "min_char": 2}),
        "char_replace": lambda: nac.RandomCharAug(action="substitute", **letters),
        "ocr": lambda: nac.OcrAug(**letters),
        "word_delete": lambda: naw.RandomWordAug(action="delete", aug_p=RATE),
        "word_swap": lambda: naw.RandomWordAug(action="swap", aug_p=RATE),
        "word_split": lambda: naw.SplitAug(aug_p=RATE),
        "spelling": lambda: naw.SpellingAug(aug_p=RATE),
        "synonym": _synonyms,
    }


def _synonyms() -> object:
    """nlpaug's augmenter over our table, since its own needs nltk with corpora to download: what is timed is nlpaug
    itself, without its tagger and without looking anything up in WordNet, both in its favour.
    """
    import nlpaug.augmenter.word as naw

    from augkit_text.lexicon import wordnet

    class Table:
        def predict(self, word: str, pos: str | None = None) -> list[str]:
            return list(wordnet().others(word.lower(), antonyms=False))

        def pos_tag(self, tokens: list[str]) -> list[tuple[str, str]]:
            return [(token, "NN") for token in tokens]

    class OverTable(naw.SynonymAug):
        @classmethod
        def get_model(cls, *_: object) -> Table:
            return Table()

    return OverTable(aug_p=RATE)


def plain_changes(work: Work) -> list[tuple[str, Change]]:
    """Split at spaces, change, join: no span, no guard, no whitespace kept, global randomness."""
    plain = {"word_delete": _delete, "word_swap": _swap}.get(work.step)
    return [("split and join", lambda sentence, n: plain(sentence))] if plain else []


def _delete(sentence: str) -> str:
    words = sentence.split()
    return " ".join([word for word in words if random.random() >= RATE] or words[:1])


def _swap(sentence: str) -> str:
    words = sentence.split()
    for _ in range(round(RATE * len(words))):
        a = random.randrange(len(words) - 1)
        words[a], words[a + 1] = words[a + 1], words[a]
    return " ".join(words)
