"""What the bridge knows about single augmenters of nlpaug 1.1.11: measured, not believed."""

from __future__ import annotations

_SOUND = (
    "CropAug FrequencyMaskingAug LoudnessAug MaskAug NoiseAug NormalizeAug PitchAug PolarityInverseAug ShiftAug "
    "SpeedAug TimeMaskingAug VtlpAug"
)

REFUSED = {
    "AbstSummAug": "it writes a shorter text, in which what was annotated has no place; use `paraphrase`",
    "AntonymAug": "it downloads WordNet while it runs; use `antonym`, which has its table with it",
    "BackTranslationAug": "it starts another process for every text, which a DataLoader's worker may not; use "
    "`back_translate`",
    "ContextualWordEmbsAug": "it calls what transformers 5 no longer has (BertTokenizer._convert_token_to_id); use "
    "`masked_lm`",
    "ContextualWordEmbsForSentenceAug": "it goes on writing behind the text, and what it adds nobody has annotated",
    "LambadaAug": "it makes new texts with labels of its own out of none, and gives back a table; generate them "
    "beforehand and train on the table",
    "SynonymAug": "it downloads WordNet and a tagger while it runs; use `synonym`, which has its table with it",
    **dict.fromkeys(_SOUND.split(), "it changes sound; the steps for sound are in `augkit steps --modality audio`"),
}
"""Augmenters that cannot be reached, and why."""

COMPOSITIONS = {"Sequential": "seq", "Sometimes": "some_of"}
"""Its combiners, and ours."""

NEEDS = {"WordEmbsAug": ("gensim", "pip install gensim")}
"""What an augmenter needs beside nlpaug."""

UNREACHABLE = frozenset("name verbose device include_detail tokenizer reverse_tokenizer silence n num_thread".split())
"""Arguments that are the bridge's: it cuts texts into words itself, so that nothing else of them changes."""

_CHANGES = {
    "spelling": "KeyboardAug OcrAug RandomCharAug SplitAug SpellingAug",
    "meaning": "RandomWordAug TfIdfAug WordEmbsAug",
    "wording": "ReservedAug",
    "order": "RandomSentAug",
}
CHANGES = {name: frozenset({quality}) for quality, names in _CHANGES.items() for name in names.split()}
"""The qualities that an augmenter changes; one not listed may change everything."""

MISTAKEN = frozenset({"SpellingAug"})
"""It takes the words of its list for each other, and some are words of their own (twice, thrice)."""


def changes_of(name: str, action: str | None) -> frozenset[str] | None:
    """The qualities that an augmenter, told to take an ``action``, changes; None: maybe everything."""
    found = CHANGES.get(name)
    if found is None:
        return None
    more = {"order"} if (name, action) == ("RandomWordAug", "swap") else {"meaning"} if name in MISTAKEN else set()
    return found | more


def reorders(name: str, action: str | None) -> bool:
    """Whether words or sentences change places."""
    return name == "RandomSentAug" or (name == "RandomWordAug" and action == "swap")


def may_lose(name: str, action: str | None) -> bool:
    """Whether all that an annotation covers may be gone."""
    return (name == "RandomWordAug" and action in (None, "delete", "crop")) or (name, action) == (
        "RandomCharAug",
        "delete",
    )
