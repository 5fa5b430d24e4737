"""Language models at work for steps: words in a gap, texts written anew, how alike two texts are. Once a process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, TypeVar

import torch
from torch.nn import functional

from augkit_text.subwords import first_subwords
from augkit_text.tasks.encoder import Encoder, load, readable

T = TypeVar("T")
Range = tuple[int, int]

_turn = threading.RLock()
_worker: ThreadPoolExecutor | None = None


def _renew() -> None:
    global _turn, _worker
    _turn, _worker = threading.RLock(), None


# A fork waits until no model is at work, and starts a thread of its own.
os.register_at_fork(before=lambda: _turn.acquire(), after_in_parent=lambda: _turn.release(), after_in_child=_renew)


def _alone(work: Callable[..., T], *given: Any) -> T:
    """``work(*given)`` on the one thread of this process that models run on, with torch's generators restored.

    One at a time, since the generator is shared; with one thread of torch's, since sums depend on their number. And
    always on the same: where a thread that has multiplied comes to its end, MKL holds a lock, and a process that is
    forked just then would wait for it for ever.
    """
    global _worker
    with _turn:
        before = torch.get_num_threads()
        _worker = _worker or ThreadPoolExecutor(1, "augkit-models")
        try:
            return _worker.submit(_lent, work, *given).result()
        finally:
            torch.set_num_threads(before)  # a thread's own number is also that of threads to come


def _lent(work: Callable[..., T], *given: Any) -> T:
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        return work(*given)


@cache
def _model(name: str, kind: str) -> tuple[Any, Any]:
    model, tokenizer = load(name, kind)
    return model.eval().requires_grad_(False), tokenizer


def likely_words(name: str, string: str, words: Sequence[Range], top_k: int) -> list[list[tuple[str, float]]]:
    """For each of the words at ``words``, all masked at once, the likeliest whole words with their odds."""
    return _alone(_likely_words, name, string, words, top_k)


def _likely_words(name: str, string: str, words: Sequence[Range], top_k: int) -> list[list[tuple[str, float]]]:
    model, tokenizer = _model(name, "AutoModelForMaskedLM")
    most = min(int(getattr(model.config, "max_position_embeddings", 512)), 512)
    masked, gaps, at = "", [], 0
    for start, end in words:
        masked += string[at:start]
        gaps.append((len(masked), len(masked) + len(tokenizer.mask_token)))
        masked, at = masked + tokenizer.mask_token, end
    encoded = tokenizer(
        readable(masked + string[at:]),
        truncation=True,
        max_length=most,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets = [(int(a), int(b)) for a, b in encoded.pop("offset_mapping")[0].tolist()]
    odds = functional.softmax(model(**encoded).logits[0].double(), -1)
    places = first_subwords(offsets, gaps)
    return [[] if place is None else _whole(tokenizer, odds[place], top_k) for place in places]


def _whole(tokenizer: Any, odds: torch.Tensor, top_k: int) -> list[tuple[str, float]]:
    """The likeliest pieces of the vocabulary that are words of letters by themselves."""
    found: list[tuple[str, float]] = []
    for number in torch.argsort(odds, descending=True, stable=True)[: 20 * top_k].tolist():
        word = tokenizer.convert_ids_to_tokens(number).lstrip("Ġ▁")
        if word.isalpha() and number not in tokenizer.all_special_ids:
            found.append((word, float(odds[number])))
        if len(found) == top_k:
            break
    return found


def rewritten(name: str, string: str, subseed: int, temperature: float, max_length: int) -> str:
    """What a sequence model writes for a text, sampled; torch's generators are lent and restored."""
    return _alone(_rewritten, name, string, subseed, temperature, max_length)


def _rewritten(name: str, string: str, subseed: int, temperature: float, max_length: int) -> str:
    model, tokenizer = _model(name, "AutoModelForSeq2SeqLM")
    encoded = tokenizer(readable(string), truncation=True, max_length=512, return_tensors="pt")
    encoded.pop("token_type_ids", None)
    torch.manual_seed(subseed)
    made = model.generate(
        **encoded, do_sample=True, num_beams=1, top_k=0, temperature=temperature, max_new_tokens=max_length
    )
    return str(tokenizer.decode(made[0], skip_special_tokens=True))


@cache
def _encoder(name: str) -> Encoder:
    model, tokenizer = load(name, "AutoModel")
    return Encoder(model, tokenizer, 256).eval().requires_grad_(False)


def similarity(name: str, string: str, other: str) -> float:
    """The cosine of two texts' vectors, each the mean of its subwords'."""
    return _alone(_similarity, name, string, other)


def _similarity(name: str, string: str, other: str) -> float:
    encoder = _encoder(name)
    inputs, _ = encoder.tokens([string, other])
    vectors, mask = encoder(inputs), inputs["attention_mask"][:, :, None]
    a, b = (vectors * mask).sum(1) / mask.sum(1).clamp(min=1)
    return float(functional.cosine_similarity(a, b, dim=0))
