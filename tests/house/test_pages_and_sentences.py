"""Generated pages are what the code says; every sentence is there in Hindi and Bengali."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from tools import generate_docs, translations

ROOT = Path(__file__).resolve().parents[2]
# Codes of children and concerns, such as K-0412; those of places and of sign-in have no hyphen.
CODE = re.compile(r"\{\{\s*[\w.]+\.(?:child_)?code\s*\}\}")
CODES_WITHOUT = ("access", "places")
KEPT_WHOLE = re.compile(r'class="[^"]*\b(?:code|visually-hidden)\b[^"]*"[^<]*$')


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


@pytest.mark.parametrize(
    "template",
    [
        path
        for path in sorted((ROOT / "aanchal/web").glob("*/templates/**/*.html"))
        if path.parent.name not in CODES_WITHOUT
    ],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_a_code_never_breaks_at_its_hyphen(template):
    text = template.read_text(encoding="utf-8")
    for found in CODE.finditer(text):
        before = text[: found.start()]
        assert KEPT_WHOLE.search(before), f'put it in <span class="code">: {found[0]}'
