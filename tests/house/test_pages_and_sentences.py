"""Generated pages are what the code says; every sentence is there in Hindi and Bengali."""

import pytest
from django.utils import translation

from tools import generate_docs, translations


@pytest.mark.parametrize("name", generate_docs.PAGES)
def test_the_reference_page_is_what_the_code_says(name):
    with translation.override("en"):
        text = generate_docs.PAGES[name]()

    assert (generate_docs.FOLDER / name).read_text(encoding="utf-8") == text, "run: make docs"


def test_every_sentence_is_translated_with_the_same_placeholders():
    assert translations.problems() == []


def test_sentences_are_found_in_code_and_templates():
    said = {m.id: [where for where, _ in m.locations] for m in translations.collect() if m.id}

    assert any(w.endswith("errors.py") for where in said.values() for w in where)
    assert any(w.endswith(".html") for where in said.values() for w in where)
