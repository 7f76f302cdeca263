"""Many tries at once are not more tries; one link accepted twice at once lets one person in."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import accept_invitation
from aanchal.access.links import nobody
from aanchal.access.models import User
from aanchal.access.roles import Role
from aanchal.kernel.errors import NotFound
from tests.at_once import at_once
from tests.signing_in import PASSPHRASE, a_person, a_phone, an_invitation

pytestmark = pytest.mark.django_db(transaction=True)
VILLAGE = "IN/S10/D206/B1851/P1/V1"


def test_a_dozen_tries_at_once_look_at_the_passphrase_five_times(monkeypatch):
    from django.contrib.auth.base_user import AbstractBaseUser

    cache.clear()
    looked = []
    check = AbstractBaseUser.check_password

    def counted(self, raw):
        looked.append(1)
        return check(self, raw)

    monkeypatch.setattr(AbstractBaseUser, "check_password", counted)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    given = {"username": volunteer.username, "passphrase": "a wrong passphrase"}

    answers = at_once(lambda: Client().post(reverse("sign_in"), given).status_code, 12)

    assert answers == [400] * 12
    assert len(looked) == 5
    client = Client()
    client.cookies["aanchal_device"] = a_phone(volunteer)[1]  # her own phone counts by itself
    given["passphrase"] = PASSPHRASE
    assert client.post(reverse("sign_in"), given).status_code == 302


def test_a_link_accepted_by_two_at_once_lets_one_in():
    administrators = [a_person(Role.ADMINISTRATOR, "IN/S10/D206") for _n in range(2)]
    made = an_invitation(*administrators, Role.VOLUNTEER, VILLAGE)

    def accept():
        try:
            return accept_invitation(
                nobody(),
                token=made.token,
                code=made.code,
                display_name="X",
                passphrase="hari ghaas kaali gaay",
                at=timezone.now(),
            ).user.pk
        except NotFound:
            return None

    came = [pk for pk in at_once(accept, 4) if pk]

    assert len(came) == 1
    assert User.objects.count() == 3
