"""The guides inside the site: the reader's own, in her language, from our own files only."""

import re
import tomllib
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.web.help import guides
from tests.signing_in import a_person, a_school, signed_in

ROOT = Path(__file__).resolve().parents[3]
TRANSLATED = [
    (language, path.stem)
    for language in ("hi", "bn")
    for path in sorted((guides.FOLDER / language).glob("*.md"))
]


def reader(role, language="en"):
    where = a_school() if role is Role.TEACHER else "IN/S10/D206"
    client = signed_in(Client(), a_person(role, where))
    client.cookies["aanchal_language"] = language
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("role, name", guides.OF_ROLE.items())
def test_each_role_is_led_to_its_own_guide_from_the_foot_of_a_page(role, name):
    client = reader(role)

    assert reverse("help").encode() in client.get(reverse("my_account")).content
    page = client.get(reverse("help"), follow=True)

    assert page.redirect_chain == [(reverse("guide", args=[name]), 302)]
    assert guides.guide(name, "en").title.encode() in page.content


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.CASE_WORKER])
def test_whoever_sends_no_registers_is_offered_no_guide_to_them(role):
    page = reader(role).get(reverse("help"), follow=True)

    assert reverse("guide", args=["register-file"]).encode() not in page.content


@pytest.mark.django_db
def test_pictures_and_links_of_a_guide_stay_in_the_site():
    client = reader(Role.TEACHER)
    said = client.get(reverse("guide", args=["teacher"])).content.decode()
    main = said[said.index("<main") : said.index("</main")]
    addresses = re.findall(r'(?:href|src)="([^"]*)"', main)

    assert reverse("guide", args=["register-file"]) in addresses
    pictures = [a for a in addresses if a.startswith("/help/pictures/")]
    assert pictures
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code in (200, 302), address
    assert client.get(pictures[0]).headers["Content-Type"] in guides.PICTURES.values()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["scale", "nothing", "early-warning", "..", "images"])
def test_what_is_no_guide_of_the_site_is_not_there(name):
    client = reader(Role.TEACHER)

    assert client.get(f"/help/{name}/").status_code == 404
    assert client.get("/help/pictures/teacher.md").status_code == 404
    assert client.get("/help/pictures/..%2Fteacher.md").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["hi", "bn"])
def test_a_guide_that_is_not_translated_says_so_and_is_read_as_english(
    language, monkeypatch, tmp_path
):
    (tmp_path / "teacher.md").write_text("# Teaching\n\nWords.\n", encoding="utf-8")
    (tmp_path / "register-file.md").write_text("# A file\n", encoding="utf-8")
    monkeypatch.setattr(guides, "FOLDER", tmp_path)
    guides.guide.cache_clear()
    page = reader(Role.TEACHER, language).get(reverse("guide", args=["teacher"]))
    guides.guide.cache_clear()

    assert b'<div class="guide" lang="en">' in page.content


def test_no_html_of_a_file_is_passed_on(monkeypatch, tmp_path):
    (tmp_path / "teacher.md").write_text(
        "# T\n\n<script>alert(1)</script> <b onclick=x>y</b>\n\n[a](javascript:alert(1)) [b](../x.md)",
        encoding="utf-8",
    )
    monkeypatch.setattr(guides, "FOLDER", tmp_path)
    guides.guide.cache_clear()
    body = guides.guide("teacher", "en").body
    guides.guide.cache_clear()

    assert "<script" not in body
    assert "<b " not in body
    assert "href" not in body


@pytest.mark.parametrize("language, name", TRANSLATED)
def test_a_translation_has_what_the_english_guide_has(language, name):
    """The same paragraphs, leads and pictures in the same order: nothing was left out."""
    english, other = (
        (guides.FOLDER / folder / f"{name}.md").read_text(encoding="utf-8")
        for folder in ("", language)
    )

    def shape(text, own):
        # A picture of a page that asks something is there in each language, named after it.
        text = text.replace(f"-{own}.png)", "-in-its-language.png)")
        paragraphs = [p for p in text.split("\n\n") if p.strip()]
        return (
            [
                (
                    "#"
                    if p.startswith("#")
                    else "!"
                    if p.startswith("!")
                    else "b"
                    if p.startswith("**")
                    else "p"
                )
                for p in paragraphs
            ],
            re.findall(r"`([^`]+)`", text),
            [m.rpartition("/")[2] for m in re.findall(r"\]\(([^)]+)\)", text)],
        )

    assert shape(other, language) == shape(english, "en")


def test_the_package_holds_the_guides_it_serves():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]

    assert build["targets"]["wheel"]["force-include"] == {
        "docs/guides": "aanchal/web/help/guide_texts"
    }
    assert {f"{name}.md" for name in guides.NAMES} <= {p.name for p in guides.FOLDER.iterdir()}
