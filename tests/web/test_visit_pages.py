"""The volunteer's pages: what may stand on a screen in the courtyard, and what may not."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.attendance.models import Flag, Outcome, Visit
from aanchal.kernel.permissions import Role
from tests.factories import VILLAGE, a_class, a_flag
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db

PRIVATE = ("abuse", "marriage", "contractor", "pregnant")


def in_hand(**changes):
    """A visit in a volunteer's hands, and her browser."""
    section, children = a_class(pupils=1)
    today = timezone.localdate()
    flag = a_flag(
        children[0],
        section,
        state="assigned",
        since_on=today - timedelta(days=6),
        signal_on=today - timedelta(days=2),
    )
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    now = timezone.now()
    visit = Visit.objects.create(
        district=flag.district,
        flag=flag,
        volunteer=volunteer,
        assigned_by="system:operator",
        assigned_at=now,
        due_at=now + timedelta(days=1),
        **changes,
    )
    return visit, signed_in(Client(), volunteer)


def shows_private(answer):
    text = answer.content.decode().lower()
    return any(word in text for word in PRIVATE)


def test_the_private_list_opens_for_a_press_and_only_once():
    visit, client = in_hand()

    opened = client.post(reverse("visit", args=[visit.pk]), follow=True)
    address, _status = opened.redirect_chain[-1]
    again = client.get(address, follow=True)

    assert shows_private(opened)
    assert not shows_private(again)
    assert again.redirect_chain[-1][0] == reverse("visit", args=[visit.pk])


def test_the_page_opened_later_in_the_courtyard_is_the_neutral_one():
    visit, client = in_hand(left_house_at=timezone.now())

    for name in ("visit", "visit_finding", "my_visits"):
        key = [] if name == "my_visits" else [visit.pk]
        answer = client.get(reverse(name, args=key), follow=True)
        assert answer.status_code == 200
        assert not shows_private(answer), name


def test_after_two_hours_the_next_private_page_asks_for_another_press():
    visit, client = in_hand(left_house_at=timezone.now() - timedelta(hours=2, minutes=1))

    answer = client.post(
        reverse("visit_finding", args=[visit.pk]), {"step": "kind", "kind": "works"}, follow=True
    )

    assert answer.redirect_chain[-1][0] == reverse("visit", args=[visit.pk])
    assert "Say once more that you have left the house." in answer.content.decode()


def test_what_she_has_typed_is_kept_though_two_hours_have_gone():
    visit, client = in_hand(left_house_at=timezone.now() - timedelta(hours=3))

    client.post(
        reverse("visit_finding", args=[visit.pk]),
        {
            "step": "finding",
            "kind": "fears_school",
            "whom_met": "mother",
            "child_seen": "no",
            "next_step": "comes_back",
            "visited_on": timezone.localdate().isoformat(),
            "note": "",
        },
    )

    assert Visit.objects.get().state == Visit.State.RECORDED


def test_she_who_pressed_too_early_takes_it_back_from_the_private_page():
    visit, client = in_hand()
    opened = client.post(reverse("visit", args=[visit.pk]), follow=True)
    assert "I am still at the house" in opened.content.decode()

    answer = client.post(reverse("visit_finding", args=[visit.pk]), {"step": "back"}, follow=True)

    assert not shows_private(answer)
    assert Visit.objects.get().left_house_at is None


# --- the coordinator and a child whose name was cut ---


def struck_off():
    from tests.two_districts import a_finding

    _visit, _client = in_hand()
    Visit.objects.update(state="recorded", recorded_at=timezone.now())
    Flag.objects.update(state="visited")
    a_finding(Visit.objects.get(), "visited", kind="name_cut")
    return Flag.objects.get(), signed_in(Client(), a_person(Role.COORDINATOR))


def ending(**more):
    day = timezone.localdate().isoformat()
    return {"step": "outcome", "kind": "explained", "since_on": day} | more


def test_one_press_does_not_close_the_question_about_a_struck_off_child():
    flag, client = struck_off()

    answer = client.post(reverse("flag", args=[flag.pk]), ending())

    assert answer.status_code == 400
    assert "Say how you know where the child is now." in answer.content.decode()
    assert not Outcome.objects.exists()


def test_a_struck_off_child_is_closed_after_a_second_yes_and_the_page_says_on_what():
    flag, client = struck_off()
    page = reverse("flag", args=[flag.pk])
    given = ending(kind="left", ground="enrolled_there", note="The head of the school in Bahera")

    asked = client.post(page, given)
    assert "Yes, close the question" in asked.content.decode()
    assert not Outcome.objects.exists(), "the first press only asks"
    client.post(page, given | {"confirmed": "yes"})

    assert Outcome.objects.get().note == "The head of the school in Bahera"
