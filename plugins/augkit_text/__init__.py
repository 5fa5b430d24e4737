"""The text plugin: steps and kernels for strings, spans of characters and tags of tokens."""

from augkit import hookimpl

AUGKIT_API = 1
_INSTALL = "pip install 'augkit[text]'"
_KINDS = {"text": "Text", "spans": "Spans", "tags": "Tags", "answer": "Answer", "translation_of": "Translation"}
_STEPS = {
    "characters": {
        "typo": "Typo",
        "char_insert": "CharInsert",
        "char_delete": "CharDelete",
        "char_swap": "CharSwap",
        "char_replace": "CharReplace",
    },
    "surface": {
        "ocr": "Ocr",
        "case": "Case",
        "diacritics": "Diacritics",
        "homoglyph": "Homoglyph",
        "whitespace": "Whitespace",
        "punctuation": "Punctuation",
    },
    "words": {
        "word_delete": "WordDelete",
        "word_swap": "WordSwap",
        "word_split": "WordSplit",
        "word_merge": "WordMerge",
        "random_word": "RandomWord",
    },
    "nlpaug_bridge": {"nlpaug": "Nlpaug"},
    "model_steps": {"masked_lm": "MaskedLm", "paraphrase": "Paraphrase", "back_translate": "BackTranslate"},
    "synonyms": {"synonym": "Synonym", "antonym": "Antonym"},
    "spelling": {"spelling": "Spelling"},
    "contractions": {"contractions": "Contractions"},
    "numbers": {"numbers": "Numbers"},
    "entities": {"entity_swap": "EntitySwap"},
    "tfidf": {"tfidf_replace": "TfidfReplace"},
    "sentences": {"shuffle_sentences": "ShuffleSentences", "crop_sentences": "CropSentences"},
}
_SOURCES = {
    "conll": "conll:Conll",
    "conllu": "conllu:Conllu",
    "parallel": "parallel:Parallel",
    "squad": "squad:Squad",
    "text_table": "text_table:TextTable",
}
_DEMOS = {"docstrings": "docstrings:Docstrings", "names": "templates:Names", "numbers": "spelled:Numbers"}
_TASKS = {
    "question_answering": "QuestionAnswering",
    "text_classification": "TextClassification",
    "text_multilabel_classification": "TextMultilabelClassification",
    "text_regression": "TextRegression",
    "token_classification": "TokenClassification",
    "translation": "Translation",
}


@hookimpl
def augkit_register(registry):
    registry.install = _INSTALL
    for kind, cls in _KINDS.items():
        registry.target(kind, f"augkit.vocab.text:{cls}", modality="text")
    for module, steps in _STEPS.items():
        for name, cls in steps.items():
            registry.transform(f"text/{name}", f"augkit_text.{module}:{cls}")
    for name, path in _SOURCES.items():
        registry.source(name, f"augkit_text.{path}")
    registry.source("spacy", "augkit_text.spacy_source:SpacyDocs", install="pip install 'augkit[spacy]'")
    for name, path in _DEMOS.items():
        registry.demo(name, f"augkit_text.{path}")
    for name, cls in _TASKS.items():
        registry.task(name, f"augkit_text.tasks:{cls}", install="pip install 'augkit[text-models,train]'")
    registry.starter("texts", "augkit_text.starter:texts")
    registry.policy("text", "augkit_text.policy:STEPS")
    registry.corruptions("text", "augkit_text.corruptions:CORRUPTIONS")
