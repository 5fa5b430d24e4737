"""Tiny models with random weights, made in a moment: to prove the laws of steps that ask a model."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

_WORDS = (
    "the a one two old new red blue cat dog tree house city river runs sleeps sings said goes in on near and is".split()
)
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@cache
def masked_lm() -> Path:
    """The folder of a BERT of one layer; it is gone when the process ends."""
    import transformers

    settings = transformers.BertConfig(
        vocab_size=len(_pieces()), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    return _saved(transformers.BertForMaskedLM, settings)


@cache
def sequence_model() -> Path:
    """The folder of a T5 of one layer; it is gone when the process ends."""
    import transformers

    settings = transformers.T5Config(
        vocab_size=len(_pieces()),
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=1,
        num_heads=2,
        decoder_start_token_id=0,
        pad_token_id=0,
        eos_token_id=3,
    )
    return _saved(transformers.T5ForConditionalGeneration, settings)


def _saved(made_by: Any, settings: Any) -> Path:
    import torch
    import transformers

    folder = Path(tempfile.mkdtemp(prefix="augkit-tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    bars = transformers.logging.is_progress_bar_enabled()
    transformers.logging.disable_progress_bar()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        made_by(settings).save_pretrained(folder)
    if bars:
        transformers.logging.enable_progress_bar()
    (folder / "vocab.txt").write_text("\n".join(_pieces()), encoding="utf-8")
    transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def _pieces() -> list[str]:
    letters = [chr(97 + number) for number in range(26)]
    return list(dict.fromkeys([*_SPECIAL, *_WORDS, *letters, *(f"##{letter}" for letter in letters), ".", ",", "?"]))
