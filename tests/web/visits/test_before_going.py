"""What happened before reaches whoever sends a visit, whoever goes, and whoever ends the question."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.notices.actions import pass_on
from aanchal.notices.models import Ladder
from aanchal.notices.queries.inbox import inbox
from aanchal.watch.actions import (
    assign_visit,
    correct_finding,
    hand_back_visit,
    leave_pair,
    read_put_right,
    record_outcome,
    record_visit,
)
from aanchal.watch.models import Finding, Flag, Outcome, Visit
from aanchal.watch.rules.ends import not_known
from tests.audited import audited
from tests.carried import carried
from tests.factories import NOW, OTHER_BLOCK, VILLAGE, a_class, a_flag
from tests.signing_in import a_grant, a_person, signed_in
from tests.web.notices.test_hand_overs_pages import a_coordinator, page
from tests.web.visits.test_visit_pages import in_hand

pytestmark = pytest.mark.django_db


def given_back(because="unsafe"):
    visit, _client = in_hand()
    hand_back_visit(actor_for(visit.volunteer), visit=visit, because=because, at=timezone.now())
    return visit.flag


def written(visit, **found):
    given = {"kind": "sick", "whom_met": "mother", "child_seen": True, "next_step": "comes_back"}
    given |= {"note": "", "visited_on": timezone.localdate(), "at": timezone.now()}
    return record_visit(actor_for(visit.volunteer), visit=visit, **(given | found))


# --- she did not feel safe ---


def test_where_somebody_did_not_feel_safe_two_go_or_nobody():
    flag, other, coordinator = given_back(), a_person(Role.VOLUNTEER, VILLAGE), a_coordinator()
    actor, now = actor_for(coordinator), timezone.now()

    with pytest.raises(Invalid) as refused:
        assign_visit(actor, flag=flag, volunteer=other, at=now)
    assert refused.value.details["field"] == "two_go"
    assert not flag.visits.filter(state=Visit.State.ASSIGNED).exists()

    assert assign_visit(actor, flag=flag, volunteer=other, two_go=True, at=now)


def test_who_sends_and_who_goes_see_it_and_are_asked_for_two():
    flag, other, coordinator = given_back(), a_person(Role.VOLUNTEER, VILLAGE), a_coordinator()
    third = a_person(Role.VOLUNTEER, VILLAGE)
    shown = page(coordinator, "flag", flag.pk)
    assert "she did not feel safe. Send two together, or nobody" in shown
    assert "Given back: did not feel safe" in shown
    client, at = signed_in(Client(), coordinator), reverse("flag", args=[flag.pk])
    given = {"step": "assign", "volunteer": str(other.pk)}

    assert client.post(at, given).status_code == 400
    assert client.post(at, given | {"second": str(other.pk)}).status_code == 400
    client.post(at, given | {"second": str(third.pk)})

    hers = page(other, "my_visits")
    assert f"{flag.child.code}: whoever was to go before did not feel safe." in hers
    at_the_house = page(other, "visit", flag.visits.get(volunteer=other).pk)
    assert "feel safe. Go by two" not in at_the_house, "others may read it there"


def test_a_visit_given_back_for_another_reason_says_and_asks_nothing():
    flag, coordinator = given_back("cannot_go"), a_coordinator()
    other = a_person(Role.VOLUNTEER, VILLAGE)

    assert "did not feel safe" not in page(coordinator, "flag", flag.pk)
    assert assign_visit(actor_for(coordinator), flag=flag, volunteer=other, at=timezone.now())


@pytest.mark.parametrize("of_whom", ["herself", "her_sister"])
def test_a_house_is_no_safer_when_another_question_sends_somebody_there(of_whom):
    flag, other, coordinator = given_back(), a_person(Role.VOLUNTEER, VILLAGE), a_coordinator()
    actor, now = actor_for(coordinator), timezone.now()
    Flag.objects.filter(pk=flag.pk).update(state=Flag.State.CLOSED)
    section = flag.class_section
    _theirs, [sister] = a_class(section.school, grade="7", pupils=1)
    sister.household = flag.child.household
    sister.save()
    newer = a_flag(
        flag.child if of_whom == "herself" else sister, section, signal_on=timezone.localdate()
    )

    with pytest.raises(Invalid) as refused:
        assign_visit(actor, flag=newer, volunteer=other, at=now)
    assert refused.value.details["field"] == "two_go"
    assert "she did not feel safe. Send two together, or nobody" in page(
        coordinator, "flag", newer.pk
    )

    assign_visit(actor, flag=newer, volunteer=other, two_go=True, at=now)
    hers = page(other, "my_visits")
    assert f"{newer.child.code}: whoever was to go before did not feel safe." in hers


def test_who_would_go_again_alone_to_a_house_not_safe_reads_that_the_visit_is_not_hers():
    flag, other, now = given_back(), a_person(Role.VOLUNTEER, VILLAGE), timezone.now()
    visit = Visit.objects.create(
        district=flag.district, flag=flag, volunteer=other, assigned_by="system:operator",
        assigned_at=now, due_at=now + timedelta(days=1),
    )  # fmt: skip
    Flag.objects.filter(pk=flag.pk).update(state=Flag.State.ASSIGNED)

    written(visit, next_step="visit_again", again_on=timezone.localdate() + timedelta(days=1))

    done = page(other, "visit_done", visit.pk)
    assert "The visit is not in your hands any more. Go again only when you are sent." in done
    assert "stays in your hands" not in done and not flag.visits.filter(state="assigned").exists()


def two_sent():
    """A house where one did not feel safe, two others who go, and their coordinator."""
    flag, coordinator = given_back(), a_coordinator()
    [first, second] = [
        a_person(Role.VOLUNTEER, VILLAGE, name=n) for n in ("First One", "Other One")
    ]
    visit = assign_visit(
        actor_for(coordinator), flag=flag, volunteer=first, second=second, at=timezone.now()
    )
    return visit, first, second, coordinator


def test_both_read_with_whom_they_go_and_the_coordinator_who_goes():
    visit, first, second, coordinator = two_sent()
    code = visit.flag.child.code

    assert f"{code}: Other One goes with you. Do not go alone." in page(first, "my_visits")
    hers = page(second, "my_visits")
    assert f"{code}: you go along with First One. Do not go alone." in hers
    assert "No visit is in your hands" not in hers
    assert "You go along" in hers and "A visit on which you go along" in page(second, "notices")
    shown = page(coordinator, "flag", visit.flag_id)
    assert "</b> goes along." in shown and "with Other One" in shown


def test_going_along_is_counted_as_work_where_somebody_is_sent_and_on_her_own_list():
    visit, first, second, coordinator = two_sent()
    other = Flag.objects.exclude(pk=visit.flag_id).first()
    if other is None:
        section, children = a_class(grade="7", pupils=1)
        other = a_flag(children[0], section)

    offered = page(coordinator, "flag", other.pk)

    assert "goes along on 1 visit" in offered and "1 visit in hand" in offered
    assert "You go along to 1 more" in page(second, "my_visits")
    assert "You go along to 1 more" not in page(first, "my_visits")


def test_she_who_only_goes_along_begins_her_day_with_her_visits_though_she_has_other_work():
    visit, _first, second, _coordinator = two_sent()
    a_grant(second, Role.TEACHER, visit.flag.class_section.school)

    answer = signed_in(Client(), second).get(reverse("home"))

    assert answer.url == reverse("my_visits")


def test_who_does_not_feel_safe_is_named_to_whoever_sends_and_offered_to_nobody():
    flag, coordinator = given_back(), a_coordinator()
    her = flag.visits.get().volunteer
    [first, second] = [a_person(Role.VOLUNTEER, VILLAGE) for _ in range(2)]

    shown = page(coordinator, "flag", flag.pk)

    assert "is not sent there again, unless she herself says that she will go" in shown
    assert str(her.pk) not in shown and shown.count(str(first.pk)) == 2 == shown.count(
        str(second.pk)
    )
    assert "Somebody else, with whom I have spoken myself" in shown and "checked" not in shown


def test_she_who_goes_along_gives_it_back_and_the_other_reads_that_nobody_goes():
    visit, first, second, coordinator = two_sent()
    client, at = signed_in(Client(), second), reverse("visit_along", args=[visit.pk])
    assert "is told that she does not go either." in client.get(at).content.decode()

    client.post(at, {"because": "unsafe"})

    hers = page(first, "my_visits")
    assert f"{visit.flag.child.code}: the other of you two does not go." in hers
    assert client.get(at).status_code == 404
    assert "she who was to go along did not feel safe" in page(coordinator, "flag", visit.flag_id)
    assert "Houses that were not safe for you" in page(second, "my_visits")


@pytest.mark.parametrize("again_as", ["the one who has it", "the one along"])
def test_sent_again_with_another_she_does_not_read_that_she_does_not_go(again_as):
    visit, first, second, coordinator = two_sent()
    leave_pair(actor_for(second), visit=visit, because="cannot_go", at=timezone.now())
    over = f"{visit.flag.child.code}: the other of you two does not go."
    assert over in page(first, "my_visits")
    third = a_person(Role.VOLUNTEER, VILLAGE, name="Third One")
    pair = (first, third) if again_as == "the one who has it" else (third, first)

    actor, now = actor_for(coordinator), timezone.now()
    assign_visit(actor, flag=visit.flag, volunteer=pair[0], second=pair[1], at=now)

    hers = page(first, "my_visits")
    assert "Third One" in hers and "Do not go alone." in hers
    assert over not in hers


def test_where_one_of_two_can_no_longer_go_both_and_the_coordinator_read_it():
    visit, first, second, coordinator = two_sent()
    second.grants.update(ends_at=timezone.now() - timedelta(minutes=1), starts_at=NOW)

    assert "one of you two cannot go any more. Do not go" in page(first, "my_visits")
    assert "cannot be made as it was sent" in page(coordinator, "flag", visit.flag_id)


def test_she_says_on_her_own_page_that_she_will_go_there_again_and_takes_it_back():
    flag = given_back()
    visit, at = flag.visits.get(), reverse("visit_go_again", args=[flag.visits.get().pk])
    client = signed_in(Client(), visit.volunteer)
    assert "You are not sent there." in client.get(reverse("my_visits")).content.decode()

    assert "I will go there again" in client.get(at).content.decode()
    client.post(at, {"will_go": "yes"})
    assert "You have said that you will go." in client.get(reverse("my_visits")).content.decode()

    client.post(at, {"will_go": "no"})
    assert "You are not sent there." in client.get(reverse("my_visits")).content.decode()


# --- put right after a newer question began ---


def a_newer_question():
    """A question that ended on what a visit found, and a newer one in another's hands."""
    visit, _client = in_hand()
    finding = written(visit)
    coordinator = a_coordinator()
    record_outcome(
        actor_for(coordinator), flag=visit.flag, kind="explained", child_seen=False,
        since_on=timezone.localdate(), at=timezone.now(),
    )  # fmt: skip
    flag = visit.flag
    newer = a_flag(
        flag.child,
        flag.class_section,
        since_on=timezone.localdate() - timedelta(days=1),
        signal_on=timezone.localdate(),
        raised_at=timezone.now(),
    )
    other = a_person(Role.VOLUNTEER, VILLAGE)
    assign_visit(actor_for(coordinator), flag=newer, volunteer=other, at=timezone.now())
    return finding, newer, other, coordinator


def test_what_is_put_right_after_a_newer_question_began_is_told_to_who_holds_that_one():
    finding, newer, other, coordinator = a_newer_question()
    assert "put right" not in page(coordinator, "flag", newer.pk)
    assert "put right" not in page(other, "my_visits")

    correct_finding(
        actor_for(finding.visit.volunteer), finding=finding, kind="sick", whom_met="neighbour",
        child_seen=False, note="", at=timezone.now(),
    )  # fmt: skip

    shown = page(coordinator, "flag", newer.pk)
    assert "it was put right what an earlier visit had found" in shown
    assert reverse("flag", args=[finding.visit.flag_id]) in shown
    hers = page(other, "my_visits")
    assert f"{newer.child.code}: what an earlier visit found was put right." in hers
    assert finding.visit.flag_id and str(finding.visit.flag_id) not in hers


def put_right(finding, **changes):
    given = {"kind": "sick", "whom_met": "neighbour", "child_seen": False, "note": ""} | changes
    return correct_finding(
        actor_for(finding.visit.volunteer), finding=finding, **given, at=timezone.now()
    )


def unread(user, *, at=None):
    found = inbox(actor_for(user), at=at or timezone.now()).things
    return [t for t in found if t.kind == "put_right.unread"]


def test_what_was_put_right_waits_on_the_newer_question_until_it_was_read():
    finding, newer, other, coordinator = a_newer_question()
    assert not unread(coordinator)

    put_right(finding)

    [thing] = unread(coordinator)
    assert thing.key == str(newer.pk) and not unread(other)
    assert timezone.localtime(thing.since).hour == 0, "the moment would join it to a concern"
    shown = page(coordinator, "flag", newer.pk)
    assert 'value="put_right_read"' in shown
    client = signed_in(Client(), coordinator)
    client.post(reverse("flag", args=[newer.pk]), {"step": "put_right_read"})
    assert not unread(coordinator)
    shown = page(coordinator, "flag", newer.pk)
    assert 'value="put_right_read"' not in shown and "it was put right what" in shown
    assert audited().filter(verb="put_right.read").count() == 1

    put_right(finding, whom_met="mother")
    [again] = unread(coordinator)
    assert again.since > thing.since


def test_what_nobody_reads_of_it_climbs_to_the_district():
    finding, newer, _other, coordinator = a_newer_question()
    put_right(finding)
    district = a_person(Role.COORDINATOR, "IN/S10/D206", starts_at=NOW)
    told, at = set(), timezone.now()
    system = system_actor("notices")

    pass_on(system, at=at)
    told |= {t for ladder in Ladder.objects.all() for t in _told(ladder, newer)}
    assert str(district.pk) not in told and told == {str(coordinator.pk)}
    pass_on(system, at=at + timedelta(days=8))
    told = {t for ladder in Ladder.objects.all() for t in _told(ladder, newer)}
    assert told == {str(coordinator.pk), str(district.pk)}


def _told(ladder, flag):
    return ladder.story["told"] if ladder.thing == f"put_right.unread|{flag.pk}" else ()


def test_only_whoever_sends_visits_there_says_that_it_was_read():
    finding, newer, other, coordinator = a_newer_question()
    with pytest.raises(WrongState):
        read_put_right(actor_for(coordinator), flag=newer, at=timezone.now())
    put_right(finding)

    for who in (other, finding.visit.volunteer, a_person(Role.COORDINATOR, OTHER_BLOCK)):
        with pytest.raises(NotAllowed):
            read_put_right(actor_for(who), flag=newer, at=timezone.now())
    assert unread(coordinator)
    Flag.objects.filter(pk=newer.pk).update(state=Flag.State.CLOSED)
    assert not unread(coordinator), "its end was written with this on the page"


def test_what_was_put_right_before_a_question_began_is_no_news_to_it():
    finding, newer, _other, coordinator = a_newer_question()
    correct_finding(
        actor_for(finding.visit.volunteer), finding=finding, kind="sick", whom_met="neighbour",
        child_seen=False, note="", at=timezone.now(),
    )  # fmt: skip
    Flag.objects.filter(pk=newer.pk).update(raised_at=timezone.now() + timedelta(hours=1))

    assert "put right what an earlier visit" not in page(coordinator, "flag", newer.pk)


# --- a second yes where something is not known ---


@pytest.mark.parametrize(
    "kind, in_doubt, child_met, unknown",
    [
        ("explained", False, True, ()),
        ("explained", True, True, ("not_sure",)),
        ("left", False, False, ("not_seen",)),
        ("explained", True, False, ("not_sure", "not_seen")),
        ("back", True, False, ("not_sure",)),
        ("back", False, False, ()),
        ("concern", True, False, ()),
    ],
)
def test_what_is_not_known_of_a_child_when_her_question_ends(kind, in_doubt, child_met, unknown):
    assert not_known(kind, in_doubt=in_doubt, child_met=child_met) == unknown


UNSURE = {"kind": "fears_school", "next_step": "not_sure_safe"}


@pytest.mark.parametrize(
    "found, said",
    [
        (UNSURE, "The last who went is not sure that the child is safe."),
        ({"child_seen": False}, "Nobody who went saw the child."),
    ],
    ids=["not sure", "not seen"],
)
def test_a_question_of_which_something_is_not_known_ends_only_with_a_second_yes(found, said):
    visit, _client = in_hand(left_house_at=timezone.now())
    written(visit, **found)
    client, at = signed_in(Client(), a_coordinator()), reverse("flag", args=[visit.flag_id])
    day = timezone.localdate().isoformat()
    given = {"step": "outcome", "kind": "explained", "since_on": day, "expected_on": day}

    asked = client.post(at, given)
    shown = asked.content.decode()
    assert "Close the question although this is not known?" in shown and said in shown
    assert not Outcome.objects.exists()

    client.post(at, carried(asked))
    assert Outcome.objects.get().rest_until == timezone.localdate()


def test_a_child_who_was_met_and_is_not_doubted_needs_one_yes():
    visit, _client = in_hand()
    written(visit)
    client, at = signed_in(Client(), a_coordinator()), reverse("flag", args=[visit.flag_id])
    day = timezone.localdate().isoformat()

    client.post(at, {"step": "outcome", "kind": "explained", "since_on": day})

    assert Outcome.objects.exists() and Finding.objects.exists()
