"""`aanchal people`: the beginning, from the machine."""

import json

import pytest
from django.test import Client
from typer.testing import CliRunner

from aanchal.access.models import Invitation, User
from aanchal.access.roles import Role
from aanchal.kernel.authz import ROOT
from aanchal.kernel.errors import WrongState
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db
GOOD = "hari ghaas kaali gaay"


def aanchal(*args):
    from aanchal.cli.people import app

    return CliRunner().invoke(app, args)


def test_the_first_two_links_bring_two_administrators_in():
    said = aanchal("first-administrator", "--site", "https://aanchal.example/", "--json")

    links = json.loads(said.output)["links"]
    assert len(links) == 2
    for number, link in enumerate(links):
        path = link.removeprefix("https://aanchal.example")
        done = Client().post(
            path, {"display_name": f"First {number}", "passphrase": GOOD, "again": GOOD}
        )
        assert done.status_code == 302
    assert User.objects.count() == 2


def test_the_links_are_told_apart_for_a_reader():
    said = aanchal("first-administrator")

    assert said.output.count("http://localhost:8000/invitation/") == 2
    assert "different person" in said.output


def test_it_is_refused_once_two_administrators_are_there():
    for _n in range(2):
        a_person(Role.ADMINISTRATOR, ROOT)

    said = aanchal("first-administrator")

    assert isinstance(said.exception, WrongState)
    assert not Invitation.objects.exists()


def test_people_are_counted_and_not_named():
    a_person(Role.COORDINATOR, "IN/S10/D206", name="Sunita")

    said = aanchal("roles")
    counted = json.loads(aanchal("roles", "--json").output)

    assert "Sunita" not in said.output
    assert counted["coordinator"] == 1
    assert counted["teacher"] == 0
