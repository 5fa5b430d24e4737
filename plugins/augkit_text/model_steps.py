"""Steps that ask a language model: it is run while drawing, and what it wrote becomes edits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from augkit.fields import Limits, Range
from augkit.rng import Stream
from augkit.vocab.text.compose import Edit
from augkit_text.checkpoints import check_model
from augkit_text.differences import edits_between
from augkit_text.draws import places
from augkit_text.passage import Passage
from augkit_text.step import TextStep


class ModelStep(TextStep):
    """What steps that ask a model have in common: it may say another thing, and lose any word."""

    changes = {"meaning", "wording"}
    loses: ClassVar[bool] = True


class MaskedLm(ModelStep):
    """Replace a fraction ``rate`` of the words by others that a masked language model finds likely in their place.

    The words are masked together, and each is drawn from the ``top_k`` likeliest that are whole words, by their odds.
    Texts longer than the model reads are changed in their beginning.

    Source: Kumar, Choudhary and Cho, Data Augmentation using Pre-trained Transformer Models, 2020.
    """

    model: Annotated[str, Limits(doc="hf/<folder> of a masked language model")]
    rate: Annotated[Range, Limits(0, 1, neutral=0, strongest=0.3, unit="fraction of the words")] = Range(0.1)
    top_k: Annotated[int, Limits(1, 1000, doc="among how many words is drawn")] = 10
    loses: ClassVar[bool] = False

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """With a tiny model, made for the purpose."""
        from augkit_text.tasks.tiny import masked_lm

        return [{"model": f"hf/{masked_lm()}", "rate": 0.3}]

    def validate(self) -> None:
        super().validate()
        check_model(self.model, "model")

    def edits(self, rng: Stream, passage: Passage) -> Iterable[Edit]:
        rate = self.rate.draw(rng)
        string = passage.string
        words = [(a, b) for a, b in passage.words if string[a:b].isalpha() and passage.is_free(a, b)]
        chosen = [words[place] for place in places(rng, len(words), rate)]
        if not chosen:
            return []
        from augkit_text.tasks.models import likely_words

        found = likely_words(self.model, string, chosen, self.top_k)
        made = []
        for (start, end), ranked in zip(chosen, found, strict=True):
            others = [(word, odds) for word, odds in ranked if word.casefold() != string[start:end].casefold()]
            if others:
                word = rng.choice([word for word, _ in others], [odds for _, odds in others])
                made.append((start, end, _cased(word, string[start:end])))
        return made


class Paraphrase(ModelStep):
    """Have a sequence model write the text anew; what it left, replaced or added becomes edits, word by word."""

    model: Annotated[str, Limits(doc="hf/<folder> of a sequence-to-sequence model")]
    prefix: Annotated[str, Limits(doc="what the model is told before the text, as T5 is")] = ""
    temperature: Annotated[float, Limits(0.01, 10, doc="how freely it writes; 1 as it learnt to")] = 1.0
    max_length: Annotated[int, Limits(1, 4096, unit="subwords", doc="after which it is cut off")] = 128

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """With a tiny model, made for the purpose."""
        from augkit_text.tasks.tiny import sequence_model

        model = {"model": f"hf/{sequence_model()}", "max_length": 6}
        return [model, model | {"protect": []}]

    def validate(self) -> None:
        super().validate()
        check_model(self.model, "model")

    def edits(self, rng: Stream, passage: Passage) -> Iterable[Edit]:
        subseed = rng.subseed()
        return edits_between(passage.string, self.written(passage.string, subseed)) if passage.words else ()

    def written(self, string: str, subseed: int) -> str:
        """What the model makes of a text; chance is the subseed's."""
        from augkit_text.tasks.models import rewritten

        return rewritten(self.model, self.prefix + string, subseed, self.temperature, self.max_length)


class BackTranslate(Paraphrase):
    """Translate the text by ``model`` and back by ``back``; what became other words becomes edits.

    Source: Sennrich, Haddow and Birch, Improving Neural Machine Translation Models with Monolingual Data, 2016.
    """

    back: Annotated[str, Limits(doc="hf/<folder> of the model that translates back")]

    @classmethod
    def law_examples(cls) -> list[dict[str, Any]]:
        """With a tiny model, made for the purpose."""
        return [example | {"back": example["model"]} for example in super().law_examples()]

    def validate(self) -> None:
        super().validate()
        check_model(self.back, "back")

    def written(self, string: str, subseed: int) -> str:
        from augkit_text.tasks.models import rewritten

        there = super().written(string, subseed)
        return rewritten(self.back, there, subseed + 1, self.temperature, self.max_length)


def _cased(word: str, like: str) -> str:
    return word.capitalize() if like[:1].isupper() and word.islower() else word
