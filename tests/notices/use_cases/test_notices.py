"""What waits is told to whoever must act, passed on when nobody opens it, and never to a wrong one."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import take_up_concern
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.models import Deployment
from aanchal.notices import channels, sending
from aanchal.notices.actions import note_opened, pass_on
from aanchal.notices.models import Contact, Ladder, Message
from aanchal.notices.queries.inbox import inbox
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, an_actor, kin_of
from tests.signing_in import a_person, an_area

pytestmark = pytest.mark.django_db
BLOCK, DISTRICT = "IN/S10/D206/B1851", "IN/S10/D206"
HOUR = timedelta(hours=1)
SINCE = NOW - timedelta(days=100)


def reachable(user, *, by="text", **quiet):
    """A person whose number (or address) is confirmed."""
    found, _made = Contact.objects.get_or_create(user=user)
    for name, value in quiet.items():
        setattr(found, name, value)
    if by == "text":
        found.phone, found.phone_confirmed_on = "+919800000001", SINCE.date()
    else:
        found.email, found.email_confirmed_on = f"{user.username}@office.test", SINCE.date()
    found.save()
    return user


def staff(role, where=BLOCK, **quiet):
    return reachable(a_person(role, where, starts_at=SINCE), **quiet)


def a_concern(kind="missing", **given):
    from aanchal.cases.actions import raise_concern

    values = {"area": an_area(VILLAGE), "source_kind": "person", "source_id": "n1", "told": "x"}
    teller = an_actor(Role.VOLUNTEER, VILLAGE)
    return raise_concern(teller, kind=kind, at=NOW, **(values | given))


@pytest.fixture
def sent(monkeypatch):
    """Whatever leaves, as (channel, to, text); both channels are open."""
    out = []
    monkeypatch.setattr("aanchal.notices.actions.channels_open", lambda: {"text", "email"})
    monkeypatch.setattr(
        channels, "send", lambda channel, *, to, subject, text: out.append((channel, to, text))
    )
    return out


def round_at(at):
    passed = pass_on(system_actor("notices"), at=at)
    sending.send_due(at=at)
    return passed


def told(thing=None):
    """User id → circle, of the one ladder there is."""
    return dict(Ladder.objects.get().story["told"])


def test_a_concern_climbs_from_one_case_worker_to_another_and_up(sent):
    far, near = staff(Role.CASE_WORKER, DISTRICT), staff(Role.CASE_WORKER)
    coordinator = staff(Role.COORDINATOR)
    district = staff(Role.COORDINATOR, DISTRICT)
    a_concern()
    seen = []
    for hours in (0, 1, 2, 8, 24):
        round_at(NOW + hours * HOUR)
        seen.append(set(told()))

    assert seen == [
        {str(near.pk)},
        {str(near.pk)},
        {str(near.pk), str(far.pk)},
        {str(near.pk), str(far.pk), str(coordinator.pk)},
        {str(near.pk), str(far.pk), str(coordinator.pk), str(district.pk)},
    ]
    assert len(sent) == 4
    assert told()[str(coordinator.pk)] == "coordinator"


def test_a_round_run_twice_tells_nobody_twice(sent):
    staff(Role.CASE_WORKER)
    a_concern()

    first, second = round_at(NOW), round_at(NOW)

    assert (first.told, second.told) == (1, 0)
    assert len(sent) == 1
    assert audited().filter(verb="notices.passed_on").count() == 1


def test_the_implicated_and_kin_are_never_told_whatever_the_step(sent):
    implicated, kin, other = (staff(Role.CASE_WORKER) for _i in range(3))
    coordinator = staff(Role.COORDINATOR)
    _section, children = a_class()
    kin_of(kin, children[0])
    kin_of(coordinator, children[0])
    a_concern(child=children[0], implicated=[implicated])

    for hours in (0, 2, 4, 8, 24, 48, 200):
        round_at(NOW + hours * HOUR)

    assert set(told()) == {str(other.pk)}


def test_a_coordinator_found_to_be_kin_later_is_not_told_that_something_waits(sent):
    staff(Role.CASE_WORKER)
    kin, other = staff(Role.COORDINATOR), staff(Role.COORDINATOR)
    _section, children = a_class()
    held = a_concern(child=children[0])
    kin_of(kin, children[0])

    for hours in (0, 2, 4, 8, 24, 48):
        round_at(NOW + hours * HOUR)

    assert not held.is_sealed
    assert str(other.pk) in told()
    assert str(kin.pk) not in told()


def test_a_sealed_concern_stays_within_its_team_and_then_goes_outside(sent, settings):
    settings.AANCHAL_OUTSIDE_OFFICE = "dcpu@office.test"
    team = staff(Role.CASE_WORKER)
    staff(Role.CASE_WORKER, DISTRICT)
    staff(Role.COORDINATOR)
    a_concern(kind="sexual_abuse")

    for hours in (0, 2, 4, 8, 24, 47):
        round_at(NOW + hours * HOUR)
    assert set(told()) == {str(team.pk)}
    assert "dcpu@office.test" not in {to for _c, to, _t in sent}
    round_at(NOW + 48 * HOUR)
    round_at(NOW + 49 * HOUR)

    outside = [text for _c, to, text in sent if to == "dcpu@office.test"]
    assert len(outside) == 1
    assert Ladder.objects.get().thing_tag[:6].upper() in outside[0]


def test_a_sealed_concern_that_nobody_may_open_goes_outside_at_once(sent, settings):
    settings.AANCHAL_OUTSIDE_OFFICE = "+911212121212"
    staff(Role.COORDINATOR)
    a_concern(kind="sexual_abuse")

    round_at(NOW)

    assert [to for _c, to, _t in sent] == ["+911212121212"]


def test_whoever_opens_it_is_noted_once_and_gains_time(sent):
    first, second = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER, DISTRICT)
    held = a_concern()
    round_at(NOW)
    given = {"kind": "concern.new", "of": held, "key": str(held.pk)}

    assert note_opened(actor_for(first, at=NOW), at=NOW + HOUR, **given)
    assert not note_opened(actor_for(first, at=NOW), at=NOW + HOUR, **given)
    assert not note_opened(actor_for(second, at=NOW), at=NOW + HOUR, **given)
    round_at(NOW + 4 * HOUR)
    assert str(second.pk) not in told()
    round_at(NOW + 5 * HOUR)
    assert str(second.pk) in told()


def test_one_who_may_not_act_notes_nothing(sent):
    staff(Role.CASE_WORKER)
    held = a_concern()
    round_at(NOW)

    with pytest.raises(NotAllowed):
        note_opened(
            an_actor(Role.COORDINATOR), kind="concern.new", of=held, key=str(held.pk), at=NOW
        )
    assert not Ladder.objects.get().story["opened"]


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.ADMINISTRATOR, Role.COORDINATOR])
def test_no_person_passes_on(role):
    with pytest.raises(NotAllowed):
        pass_on(an_actor(role, "IN"), at=NOW)


def test_what_was_taken_up_is_passed_on_no_more_and_leaves_no_trace_of_who_was_told(sent):
    worker = staff(Role.CASE_WORKER)
    held = a_concern()
    round_at(NOW)
    take_up_concern(actor_for(worker, at=NOW), concern=held, at=NOW + HOUR)

    round_at(NOW + 3 * HOUR)

    assert not Ladder.objects.exists()
    assert len(sent) == 1


def test_what_is_no_longer_waiting_when_its_message_is_due_is_not_sent(sent):
    staff(Role.CASE_WORKER)
    # She has no number, and is told in the site only.
    other = a_person(Role.CASE_WORKER, DISTRICT, starts_at=SINCE)
    held = a_concern()
    pass_on(system_actor("notices"), at=NOW)
    take_up_concern(actor_for(other, at=NOW), concern=held, at=NOW)

    assert sending.send_due(at=NOW).not_needed == 1
    assert sent == []


def test_quiet_hours_hold_back_a_question_and_not_a_concern(sent, settings):
    from tests.two_districts import a_question

    settings.AANCHAL_QUIET_HOURS = "21-7"
    staff(Role.CASE_WORKER)
    staff(Role.COORDINATOR)
    night = timezone.localtime(NOW).replace(hour=23, minute=0)
    section, children = a_class()
    a_question(children[0], section, raised_at=night, channel="ordinary")
    a_concern()

    round_at(night)
    assert len(sent) == 1
    round_at(night + 9 * HOUR)
    assert [text[:1] for _c, _to, text in sent] == ["1", "2"]


def test_her_own_quiet_hours_come_before_those_of_the_office(sent, settings):
    from tests.two_districts import a_question

    settings.AANCHAL_QUIET_HOURS = ""
    staff(Role.COORDINATOR, quiet_from=8, quiet_until=20)
    day = timezone.localtime(NOW).replace(hour=10, minute=0)
    section, children = a_class()
    a_question(children[0], section, raised_at=day, channel="ordinary")

    round_at(day)
    round_at(day + HOUR)
    assert sent == []
    round_at(day.replace(hour=20))
    assert len(sent) == 1


def test_a_message_that_fails_is_tried_again_and_then_given_up_and_shown(sent, monkeypatch):
    from aanchal.notices.health import notices

    staff(Role.CASE_WORKER)
    a_concern()
    pass_on(system_actor("notices"), at=NOW)

    def refuses(*_args, **_kwargs):
        raise channels.NotSent("HTTP 500")

    monkeypatch.setattr(channels, "send", refuses)
    at = NOW
    for _try in range(10):
        sending.send_due(at=at)
        at = Message.objects.get().try_at

    message = Message.objects.get()
    assert (message.state, message.tries) == ("failed", 7)
    assert "BAD" in [c.state.name for c in notices(at)]


def test_a_sender_that_died_between_sending_and_writing_sends_once_more_and_no_more(sent):
    staff(Role.CASE_WORKER)
    a_concern()
    pass_on(system_actor("notices"), at=NOW)
    assert sending._claim(NOW) is not None  # it was killed here

    sending.send_due(at=NOW + timedelta(minutes=9))
    assert sent == []
    for minutes in (10, 20, 30):
        sending.send_due(at=NOW + timedelta(minutes=minutes))
    assert len(sent) == 1


def test_no_message_says_more_than_a_number_and_an_address(sent, settings):
    settings.AANCHAL_SITE_ADDRESS = "https://office.example.org/"
    worker = staff(Role.CASE_WORKER)
    reachable(worker, by="mail")
    _section, children = a_class()
    for n, kind in enumerate(("missing", "trafficking", "sexual_abuse")):
        a_concern(kind=kind, source_id=f"n{n}", child=children[n], told="QzCanaryTold")

    round_at(NOW)

    assert {text for _c, _to, text in sent} == {
        "3 things wait for you. https://office.example.org/"
    }
    assert {channel for channel, _to, _t in sent} == {"text", "email"}


def test_in_a_copy_of_the_database_nothing_says_who_was_told(sent):
    from django.db import connection

    worker = staff(Role.CASE_WORKER)
    held = a_concern()
    round_at(NOW)

    for model in (Ladder, Message):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row]
                           for row in cursor.fetchall()])  # fmt: skip
        for key in (worker.pk, held.pk):
            assert str(key) not in stored
            assert key.hex not in stored
            assert repr(key.bytes)[2:-1] not in stored


def test_a_coordinator_above_learns_that_something_waits_and_whom_to_ask(sent):
    worker, coordinator = staff(Role.CASE_WORKER), staff(Role.COORDINATOR)
    a_concern()
    round_at(NOW)
    actor = actor_for(coordinator, at=NOW)
    assert not inbox(actor, at=NOW + 9 * HOUR).unread

    round_at(NOW + 9 * HOUR)
    (unread,) = inbox(actor, at=NOW + 9 * HOUR).unread

    assert list(unread.may_act) == [str(worker.pk)]
    assert unread.block.path == BLOCK


def test_a_demo_says_what_it_would_send_and_writes_to_nobody(caplog):
    Deployment.objects.create(pk=1, is_demo=True, made_at=NOW)
    staff(Role.CASE_WORKER)
    a_concern()

    with caplog.at_level(logging.INFO, "aanchal.notices"):
        round_at(NOW)

    assert "1 thing waits for you" in caplog.text
    assert "+9198" not in caplog.text
