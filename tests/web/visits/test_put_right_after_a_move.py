"""What a volunteer wrote just before the family moved, or her role ended, is put right that day too."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from aanchal.cases.queries import visible_concerns
from aanchal.watch.actions import move_family
from aanchal.watch.models import Finding, Flag, Reopening
from aanchal.watch.queries.hands import visit_of_ended_role
from tests.audited import audited
from tests.factories import OTHER_BLOCK, OTHER_VILLAGE, an_actor, kin_of
from tests.signing_in import a_grant, a_person, a_school, acting, an_area, signed_in
from tests.web.visits.test_visit_pages import in_hand, told

pytestmark = pytest.mark.django_db

SAVED = {"step": "save", "kind": "missing", "whom_met": "neighbour", "child_seen": "no"}
SAVED |= {"note": "The neighbour says she is gone since Monday.", "part": "no", "asked_part": "yes"}
HOUR = timedelta(hours=1)


def family_moves(visit):
    move_family(
        an_actor(Role.COORDINATOR, "IN/S10/D206"),
        child=visit.flag.child,
        to=an_area(OTHER_BLOCK),
        at=timezone.now(),
    )


def volunteer_elsewhere(visit):
    Grant.objects.filter(user=visit.volunteer).update(ends_at=timezone.now())
    a_grant(visit.volunteer, Role.VOLUNTEER, OTHER_VILLAGE)


def teacher_only(visit):
    Grant.objects.filter(user=visit.volunteer).update(ends_at=timezone.now())
    a_grant(visit.volunteer, Role.TEACHER, a_school(OTHER_VILLAGE))


def wrote(happens):
    """A visit at which all seemed well, and then something happens; its finding's page and her browser."""
    visit, client = in_hand()
    told(visit, kind="sick", note="She has fever.")
    happens(visit)
    return visit, reverse("visit_written", args=[visit.pk]), client


@pytest.mark.parametrize("happens", [family_moves, volunteer_elsewhere, teacher_only])
def test_it_is_shown_for_a_press_and_put_right_into_a_danger(happens):
    visit, page, client = wrote(happens)
    # Signed in anew, so that her roles are those of now.
    client = signed_in(Client(), visit.volunteer)

    neutral = client.get(page)
    shown = client.post(page, {"step": "show"}, follow=True).content.decode()
    form = client.post(page, {"step": "correct"}, follow=True).content.decode()
    done = client.post(page, SAVED, follow=True)

    assert neutral.status_code == 200 and "fever" not in neutral.content.decode()
    assert "She has fever." in shown and "She has fever." in form
    assert done.status_code == 200
    assert done.redirect_chain[-1][0] == reverse("visit_done", args=[visit.pk])
    assert "1098" in done.content.decode()
    finding = Finding.objects.get()
    assert (finding.kind, finding.earlier[0]["kind"]) == ("missing", "sick")
    concern = Concern.objects.get()
    flag = Flag.objects.select_related("area").get()
    assert (concern.child, concern.area) == (flag.child, flag.area)
    assert concern.raised_by == str(visit.volunteer_id)
    for verb in ("finding.opened", "finding.corrected", "concern.raised"):
        assert audited().filter(verb=verb, actor_id=str(visit.volunteer_id)).exists(), verb


def test_its_concern_is_of_those_where_she_lives_when_the_question_had_ended_before_the_move():
    def ended_and_moved(visit):
        from tests.watch.use_cases.test_visits import ending

        ending(visit.flag, "left")
        family_moves(visit)

    there = a_person(Role.CASE_WORKER, "IN/S10/D206/B1852")
    visit, page, _client = wrote(ended_and_moved)
    client = signed_in(Client(), visit.volunteer)

    client.post(page, SAVED)

    concern = Concern.objects.get()
    assert (concern.area.path, concern.left_area) == (OTHER_BLOCK, None)
    assert concern in visible_concerns(acting(there))


def test_her_list_leads_there_until_the_time_to_put_it_right_is_over():
    _visit, page, client = wrote(family_moves)
    assert page in client.get(reverse("my_visits")).content.decode()

    finding = Finding.objects.get()
    finding.recorded_at -= 25 * HOUR
    finding.save()

    assert page not in client.get(reverse("my_visits")).content.decode()
    assert client.get(page).status_code == 404
    assert client.post(page, SAVED).status_code == 404
    assert Finding.objects.get().kind == "sick"


def test_nobody_else_and_no_kin_finds_it():
    visit, page, _client = wrote(family_moves)
    other = a_person(Role.VOLUNTEER, OTHER_VILLAGE)
    assert visit_of_ended_role(acting(other), pk=visit.pk, at=timezone.now()) is None
    assert signed_in(Client(), other).get(page).status_code == 404

    kin_of(visit.volunteer, visit.flag.child)

    mine = signed_in(Client(), visit.volunteer)
    assert mine.get(page).status_code == 404
    assert page not in mine.get(reverse("my_visits")).content.decode()


def test_a_question_that_had_ended_is_open_again():
    visit, page, client = wrote(family_moves)
    from tests.watch.use_cases.test_visits import ending

    ending(visit.flag, "left")

    client.post(page, SAVED)

    assert Reopening.objects.count() == 1 and Flag.objects.get().state == Flag.State.VISITED
