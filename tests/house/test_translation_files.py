"""Each room and app keeps its own sentences; one that moves takes its translation along."""

import tomllib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po

from tools import translations

SAID = '_("%s")\n'


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two rooms and an app; nothing is translated yet."""
    package = tmp_path / "aanchal"
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "PACKAGE", package)
    monkeypatch.setattr(translations, "SHARED", package / "web" / "shell")
    for where in ("web/visits", "web/watch", "cases", "web/shell"):
        (package / where).mkdir(parents=True)
    says(package / "web/visits", "Seen", "Today")
    says(package / "web/watch", "This week", "Today")
    says(package / "cases", "Told")
    translations.extract_all()
    return package


def says(folder, *sentences):
    (folder / "said.py").write_text("".join(SAID % text for text in sentences))


def po(folder, language="hi"):
    return folder / "locale" / language / "LC_MESSAGES" / "django.po"


def kept(folder, language="hi"):
    with po(folder, language).open("rb") as file:
        return {m.id: m.string for m in read_po(file, locale=language) if m.id}


def translate(folder, **meant):
    for language in translations.COMPLETE:
        path = po(folder, language)
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
        for said, text in meant.items():
            catalog.get(said.replace("_", " ")).string = text
        with path.open("wb") as file:
            write_po(file, catalog, width=100, sort_by_file=True, include_lineno=False)


def translate_all(package):
    translate(package / "web/visits", Seen="देखा")
    translate(package / "web/watch", This_week="यह हफ़्ता")
    translate(package / "web/shell", Today="आज")
    translate(package / "cases", Told="बताया")


def test_each_keeps_what_only_it_says_and_the_shell_what_two_say(package):
    assert set(kept(package / "web/visits")) == {"Seen"}
    assert set(kept(package / "web/watch")) == {"This week"}
    assert set(kept(package / "cases")) == {"Told"}
    assert set(kept(package / "web/shell")) == {"Today"}


def test_what_is_not_translated_is_a_problem(package):
    translate(package / "web/visits", Seen="देखा")

    assert "hi, web/watch: not translated: 'This week'" in translations.problems()


def test_all_translated_is_no_problem_and_written_the_same_again(package):
    translate_all(package)
    before = {path: path.read_bytes() for path in translations.files()}

    translations.extract_all()

    assert translations.problems() == []
    assert {path: path.read_bytes() for path in translations.files()} == before


def test_a_sentence_that_moves_takes_its_translation_along(package):
    translate_all(package)
    says(package / "web/visits", "Today")
    says(package / "web/watch", "This week", "Seen")

    translations.extract_all()

    assert kept(package / "web/watch") == {"Seen": "देखा", "This week": "यह हफ़्ता"}
    assert kept(package / "web/visits") == {"Today": "आज"}
    assert not po(package / "web/shell").exists()
    assert translations.problems() == []


def test_a_sentence_that_a_second_room_says_too_goes_to_the_shell(package):
    translate_all(package)
    says(package / "web/watch", "This week", "Today", "Seen")

    translations.extract_all()

    assert kept(package / "web/shell") == {"Seen": "देखा", "Today": "आज"}
    assert not po(package / "web/visits").exists()


def test_a_file_of_all_sentences_is_shared_out(package):
    """As when a line of work that began with such a file is brought together with this one."""
    translate_all(package)
    for language in translations.COMPLETE:
        po(package, language).parent.mkdir(parents=True)
        path = po(package / "web/watch", language)
        path.rename(po(package, language))

    translations.extract_all()

    assert kept(package / "web/watch") == {"This week": "यह हफ़्ता"}
    assert not po(package).exists()


def test_two_translations_of_one_sentence_are_a_problem(package):
    translate_all(package)
    text = po(package / "web/visits").read_text("utf-8")
    po(package / "cases").write_text(text.replace("देखा", "देखी"))

    assert any(
        "translated in web/visits too" in p or "translated in cases too" in p
        for p in translations.problems()
    )


def test_a_compiled_file_without_its_source_is_removed(package):
    translate_all(package)
    translations.compile_all()
    left = po(package / "web/watch").with_suffix(".mo")
    assert left.exists()
    po(package / "web/watch").unlink()

    translations.compile_all()

    assert not left.exists()


def test_an_installed_site_has_its_compiled_files():
    """They are in no commit, and a wheel leaves out what no commit holds unless it is named."""
    root = Path(__file__).resolve().parents[2]
    build = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]

    assert build["targets"]["wheel"]["artifacts"] == ["aanchal/**/locale/**/*.mo"]


def test_each_file_of_sentences_is_one_that_the_site_reads():
    from django.conf import settings

    read = {Path(folder) for folder in settings.LOCALE_PATHS}

    assert {path.parents[2] for path in translations.files()} == read
