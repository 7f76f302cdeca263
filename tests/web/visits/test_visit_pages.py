"""The volunteer's pages: what may stand on a screen in the courtyard, and what may not."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from aanchal.people.models import Child
from aanchal.watch.findings import vocabulary
from aanchal.watch.models import Flag, LateFinding, Outcome, Visit
from aanchal.web.visits.pages import finding as finding_pages
from tests.carried import carried
from tests.factories import VILLAGE, a_class, a_flag, a_page
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


def pressed(client, visit, **choice):
    """The page that follows one press after the house."""
    step = next(iter(choice))
    page = reverse("visit_finding", args=[visit.pk])
    return client.post(page, {"step": step, **choice}, follow=True)


def test_the_private_list_opens_for_a_press_and_only_once():
    visit, client = in_hand()

    client.post(reverse("visit", args=[visit.pk]), follow=True)
    opened = pressed(client, visit, safe="unsure")
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
    note = "The head of the school in Bahera"
    given = ending(kind="left", ground="enrolled_there", note=note, child_seen="on")

    asked = client.post(page, given)
    assert "Yes, close the question" in asked.content.decode()
    assert not Outcome.objects.exists(), "the first press only asks"
    client.post(page, carried(asked))

    ended = Outcome.objects.get()
    assert (ended.kind, ended.ground, ended.note, ended.child_seen) == (
        "left", "enrolled_there", note, True,
    )  # fmt: skip


# --- what comes after a visit ---


def told(visit, kind="sick", **more):
    """The visit recorded with a finding, in the database only."""
    from tests.two_districts import a_finding

    Visit.objects.filter(pk=visit.pk).update(state="recorded", recorded_at=timezone.now())
    finding = a_finding(Visit.objects.get(pk=visit.pk), "visited", kind=kind)
    for name, value in more.items():
        setattr(finding, name, value)
    finding.save()
    Flag.objects.filter(pk=visit.flag_id).update(state="visited")


def page_of(flag, client=None):
    client = client or signed_in(Client(), a_person(Role.COORDINATOR))
    return client.get(reverse("flag", args=[flag.pk])).content.decode()


@pytest.mark.parametrize("step", sorted(vocabulary().next_steps))
def test_no_next_step_leads_nowhere(step):
    """Each says to the volunteer what follows; each but her own asks something of the coordinator."""
    visit, _client = in_hand()
    told(visit, next_step=step)

    known = vocabulary().next_steps[step]

    assert known.follows
    assert bool(known.asks) == (step != "visit_again")
    assert not known.asks or known.asks in page_of(visit.flag)


def test_a_finding_shows_what_happens_next_to_the_volunteer():
    visit, client = in_hand(left_house_at=timezone.now())
    day = timezone.localdate() + timedelta(days=4)

    answer = client.post(
        reverse("visit_finding", args=[visit.pk]),
        {
            "step": "finding",
            "kind": "sick",
            "whom_met": "mother",
            "child_seen": "no",
            "next_step": "visit_again",
            "again_on": day.isoformat(),
            "visited_on": timezone.localdate().isoformat(),
            "note": "",
        },
        follow=True,
    )

    assert "The visit stays in your hands." in answer.content.decode()
    assert "K-0001" in client.get(reverse("my_visits")).content.decode()


def with_marks(*, back, after):
    """A visited question of 40 days ago whose child came on `back` of `after` days since."""
    visit, client = in_hand()
    told(visit)
    flag = Flag.objects.get()
    on = timezone.localdate()
    signal = on - timedelta(days=40)
    Flag.objects.update(signal_on=signal, since_on=signal - timedelta(days=5))
    months = {}
    for n in range(after):
        day = signal + timedelta(days=n + 1)
        months.setdefault(day.replace(day=1), ["."] * 31)[day.day - 1] = "P" if n < back else "A"
    for month, marks in months.items():
        a_page(flag.class_section, [flag.child], ["".join(marks)], month)
    return Flag.objects.get(), client


def test_two_of_ten_days_are_said_in_numbers_and_get_no_tick():
    flag, _client = with_marks(back=2, after=10)
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))

    cards = coordinator.get(reverse("flags") + "?show=visited").content.decode()

    assert "not back: came on 2 of 10" in cards
    assert "tag done" not in cards
    assert "Came on 2 of 10 school days since" in page_of(flag, coordinator)


def test_a_later_absence_is_said_on_the_card_of_an_older_question():
    flag, _client = with_marks(back=3, after=10)

    said = page_of(flag)

    assert "absent again on the last 7 school days" in said


def test_the_volunteer_is_thanked_only_for_a_child_who_is_back():
    flag, client = with_marks(back=2, after=10)
    since = flag.signal_on + timedelta(days=1)
    Outcome.objects.create(
        district=flag.district, flag=flag, kind="back", since_on=since, child_seen=True,
        recorded_by="x", recorded_at=timezone.now(), recorded_on=timezone.localdate(),
    )  # fmt: skip
    Flag.objects.update(state="closed")

    said = client.get(reverse("my_visits")).content.decode()

    assert "Came on 2 of 10 school days since" in said
    assert "not back" in said
    assert "Thank you" not in said


def test_the_strip_shows_the_months_that_were_asked_about():
    visit, _client = in_hand()
    flag = visit.flag
    months = [date(2026, m, 1) for m in (5, 6, 7, 8, 9)]
    for month in months:
        marks = "A" * 31 if month.month == 5 else "P" * 31
        a_page(flag.class_section, [flag.child], [marks[:30]], month)
    Flag.objects.update(since_on=date(2026, 5, 4), signal_on=date(2026, 5, 8))

    said = page_of(flag)

    assert "the school days that were asked about" in said
    assert "4 May" in said


def test_a_closed_question_is_opened_again_with_a_reason():
    visit, _client = in_hand()
    told(visit)
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))
    page = reverse("flag", args=[visit.flag_id])
    coordinator.post(page, ending())
    assert Flag.objects.get().state == Flag.State.CLOSED

    assert coordinator.post(page, {"step": "reopen", "because": ""}).status_code == 400
    answer = coordinator.post(page, {"step": "reopen", "because": "Another child."}, follow=True)

    assert Flag.objects.get().state == Flag.State.VISITED
    assert "Another child." in answer.content.decode()


# --- the house ---


def with_house(**more):
    from aanchal.people.models import Household

    visit, client = in_hand()
    for household in Household.objects.all():
        household.landmark, household.hamlet = "The hand pump", "Dakshin tola"
        household.save()
    return visit, client


def test_the_house_stands_on_the_page_of_the_visit_and_in_no_list():
    visit, client = with_house()

    page = client.get(reverse("visit", args=[visit.pk])).content.decode()
    listed = client.get(reverse("my_visits")).content.decode()

    assert "The hand pump" in page
    assert "Guardian 0" in page
    assert "hand pump" not in listed
    assert "Dakshin" not in listed


def test_a_house_that_is_not_known_says_whom_to_ask():
    from aanchal.people.models import Guardian

    visit, client = in_hand()
    Guardian.objects.all().delete()

    page = client.get(reverse("visit", args=[visit.pk])).content.decode()

    assert "Nobody has written the way yet." in page


def test_an_old_page_of_a_visit_given_back_shows_no_house():
    visit, client = with_house()
    Visit.objects.update(state="handed_back", handed_back_at=timezone.now())

    for name in ("visit", "visit_house"):
        page = client.get(reverse(name, args=[visit.pk]), follow=True)
        assert page.redirect_chain[-1][0] == reverse("my_visits")
        assert "hand pump" not in page.content.decode()


def test_a_wrong_number_is_refused_in_one_sentence_and_the_rest_is_kept():
    visit, _client = with_house()
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))

    page = coordinator.post(
        reverse("child_house", args=[visit.flag.child_id]),
        {"landmark": "The temple", "phone": "ask her"},
    )

    assert page.status_code == 400
    assert "Write the number in digits" in page.content.decode()
    assert "The temple" in page.content.decode()


def test_whoever_writes_the_house_down_is_led_to_say_who_is_kin():
    visit, client = with_house()
    child = visit.flag.child_id
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))
    teacher = signed_in(Client(), a_person(Role.TEACHER, visit.flag.class_section.school))
    kin = reverse("child_kin", args=[child])

    house = reverse("child_house", args=[child])
    assert kin in coordinator.get(house).content.decode()
    for other, page in ((teacher, house), (client, reverse("visit_house", args=[visit.pk]))):
        assert kin not in other.get(page).content.decode(), "who opens no file is led nowhere"


def test_nobody_s_consent_is_chosen_beforehand():
    visit, _client = with_house()
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR))

    page = coordinator.get(reverse("child_house", args=[visit.flag.child_id])).content.decode()

    assert 'name="may_call"' in page
    assert "checked" not in page


# --- one hand ---


def picks(answer):
    """The choices of a page, as what pressing them sends."""
    return re.findall(r'class="pick" name="\w+" value="(\w+)"', answer.content.decode())


def test_the_first_question_is_whether_the_child_is_safe():
    visit, client = in_hand()

    opened = client.post(reverse("visit", args=[visit.pk]), follow=True)

    assert picks(opened) == ["unsure", "yes", "not_home"]
    assert not shows_private(opened)


@pytest.mark.parametrize(
    "safe, first, never", [("unsure", "gone", "ill"), ("yes", "ill", "marriage")]
)
def test_danger_stands_first_and_no_page_asks_more_than_six(safe, first, never):
    visit, client = in_hand(left_house_at=timezone.now())

    topics = picks(pressed(client, visit, safe=safe))

    assert topics[0] == first
    assert never not in topics
    assert len(topics) <= 6
    for topic in topics:
        assert len(picks(pressed(client, visit, topic=topic))) <= 6


@pytest.mark.parametrize(
    "sex, age, offered",
    [
        ("boy", 15, False),
        ("girl", 15, True),
        ("girl", 7, False),
        ("girl", None, True),
        ("", 15, True),
    ],
)
def test_only_what_fits_the_child_is_offered(sex, age, offered):
    visit, client = in_hand(left_house_at=timezone.now())
    on = timezone.localdate() if age else None
    Child.objects.update(sex=sex, age_years=age, age_estimated_on=on)

    kinds = picks(pressed(client, visit, topic="hurt"))

    assert ("pregnant" in kinds) is offered
    assert "abuse_told" in kinds


def test_a_topic_of_one_answer_asks_no_further_question():
    visit, client = in_hand(left_house_at=timezone.now())

    page = pressed(client, visit, topic="work").content.decode()

    assert "Whom did you meet?" in page


@pytest.mark.parametrize(
    "age, asks_age, asks_danger",
    [
        (9, False, False),
        (13, True, True),
        (15, False, True),
        (None, True, True),
        (19, False, False),
    ],
)
def test_an_age_is_asked_when_the_record_does_not_tell_it(age, asks_age, asks_danger):
    """A child estimated at 13 today may be 14 tomorrow: the law's line lies between."""
    visit, client = in_hand(left_house_at=timezone.now())
    on = timezone.localdate() if age else None
    Child.objects.update(age_years=age, age_estimated_on=on)

    page = pressed(client, visit, topic="work").content.decode()

    assert ('name="age_band"' in page) is asks_age
    assert ('name="dangerous_work"' in page) is asks_danger
    assert ("Call first" in page) is (age == 9)


# --- what stands first, and what she wrote ---


def another(client_of, *, channel, days_gone, due_in):
    """One more visit in the same hands."""
    section, children = a_class(pupils=1)
    today = timezone.localdate()
    flag = a_flag(
        children[0], section, state="assigned", channel=channel,
        since_on=today - timedelta(days=days_gone), signal_on=today - timedelta(days=1),
    )  # fmt: skip
    now = timezone.now()
    return Visit.objects.create(
        district=flag.district, flag=flag, volunteer=client_of.volunteer,
        assigned_by="system:operator", assigned_at=now, due_at=now + timedelta(days=due_in),
    )  # fmt: skip


def test_a_child_gone_two_days_stands_above_a_stale_one_and_the_overdue_is_the_large_sentence():
    first, client = in_hand()  # urgent, gone six days
    stale = another(first, channel="ordinary", days_gone=60, due_in=-20)
    fresh = another(first, channel="urgent", days_gone=2, due_in=2)
    stale_urgent = another(first, channel="urgent", days_gone=40, due_in=-5)

    page = client.get(reverse("my_visits")).content.decode()

    order = [page.index(str(v.pk)) for v in (fresh, first, stale_urgent, stale)]
    assert order == sorted(order)
    assert re.search(r"<h1>2 visits are overdue, the longest since", page)


def test_what_she_wrote_is_shown_for_a_press_and_put_right():
    visit, client = in_hand()
    told(visit, kind="abuse_told", note="His uncle.")
    page = reverse("visit_written", args=[visit.pk])

    neutral = client.get(page).content.decode()
    shown = client.post(page, {"step": "show"}, follow=True)
    again = client.get(shown.redirect_chain[-1][0]).content.decode()

    assert "His uncle." not in neutral + again
    assert "His uncle." in shown.content.decode()
    client.post(
        page,
        {"step": "save", "kind": "abuse_told", "whom_met": "mother", "child_seen": "yes",
         "note": "His neighbour."},
    )  # fmt: skip
    assert Visit.objects.get().finding.note == "His neighbour."


def test_the_list_names_nothing_of_what_was_found():
    visit, client = in_hand()
    told(visit, kind="abuse_told", note="His uncle.")

    page = client.get(reverse("my_visits"))

    assert reverse("visit_written", args=[visit.pk]) in page.content.decode()
    assert "hurts" not in page.content.decode()
    assert "uncle" not in page.content.decode()


def test_her_doubt_reaches_the_coordinator_though_what_she_found_is_no_danger():
    visit, client = in_hand(left_house_at=timezone.now())

    feared = pressed(client, visit, safe="unsure").content.decode()
    kinds = pressed(client, visit, topic="school", doubt="doubt").content.decode()
    asked = pressed(client, visit, kind="fears_school", doubt="doubt").content.decode()

    assert 'name="doubt" value="doubt"' in feared and 'name="doubt" value="doubt"' in kinds
    assert "your coordinator reads that and calls you" in asked
    assert 'name="next_step"' not in asked
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', asked))
    done = client.post(
        reverse("visit_finding", args=[visit.pk]),
        sent
        | {
            "step": "finding",
            "whom_met": "mother",
            "child_seen": "no",
            "visited_on": timezone.localdate().isoformat(),
            "note": "",
        },
        follow=True,
    ).content.decode()
    assert "Your coordinator calls you." in done
    assert "The volunteer is not sure that the child is safe." in page_of(visit.flag)


def test_whoever_said_that_the_child_is_safe_is_not_offered_a_doubt():
    visit, client = in_hand(left_house_at=timezone.now())

    topics = pressed(client, visit, safe="yes").content.decode()
    asked = pressed(client, visit, kind="fears_school").content.decode()

    assert 'name="doubt" value="doubt"' not in topics + asked
    assert 'value="coordinator"' in asked
    assert "not_sure_safe" not in asked


def test_a_danger_added_by_a_correction_says_whom_to_call():
    visit, client = in_hand()
    told(visit, kind="sick")
    page = reverse("visit_written", args=[visit.pk])
    said = {"step": "save", "whom_met": "mother", "child_seen": "yes", "note": ""}

    answered = {"asked_part": "yes", "part": "no", "who": ""}
    added = client.post(page, {**said, **answered, "kind": "abuse_told"}, follow=True)
    same = client.post(page, {**said, "kind": "abuse_told", "note": "More."}, follow=True)

    assert added.redirect_chain[-1][0] == reverse("visit_done", args=[visit.pk])
    assert "Call first" in added.content.decode()
    assert same.redirect_chain[-1][0] == page


def test_what_waits_can_be_left_quickly():
    _visit, client = in_hand()

    assert reverse("leave_quickly") in client.get(reverse("notices")).content.decode()


@pytest.mark.parametrize("found, offered", [("fears_school", False), ("abuse_told", True)])
def test_that_a_case_worker_has_it_is_offered_only_where_one_was_told(found, offered):
    visit, _client = in_hand()
    told(visit, kind=found)

    page = page_of(visit.flag)

    assert 'value="explained"' in page
    assert ('value="concern"' in page) is offered


# --- a visit that was taken from her while she was at the house ---


def sent_too_late(visit, client, **answers):
    Visit.objects.filter(pk=visit.pk).update(state="cancelled")
    Flag.objects.filter(pk=visit.flag_id).update(state="closed")
    given = {
        "step": "finding",
        "whom_met": "mother",
        "child_seen": "no",
        "visited_on": timezone.localdate().isoformat(),
        "note": "A man from the brick kiln came on Tuesday.",
        "part": "no",
    }
    at = reverse("visit_finding", args=[visit.pk])
    return client.post(at, {**given, **answers}, follow=True)


@pytest.mark.parametrize(
    "answers, kind",
    [
        ({"kind": "contractor"}, "trafficking"),
        ({"kind": "fears_school", "doubt": "doubt"}, "other"),
    ],
)
def test_a_danger_sent_after_the_visit_was_taken_back_is_told_as_a_concern(answers, kind):
    visit, client = in_hand(left_house_at=timezone.now())

    asked = sent_too_late(visit, client, **answers).content.decode()

    assert "A man from the brick kiln came on Tuesday." in asked
    assert "Tell the case worker here what you found." in asked
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked))
    words = {"told": "A man from the brick kiln came on Tuesday.", "part": "no"}
    client.post(reverse("concern_new"), hidden | words)
    concern = Concern.objects.get()
    assert (concern.kind, concern.told) == (kind, words["told"])
    assert concern.child == visit.flag.child
    assert concern.question_id == str(visit.flag_id)


def test_a_danger_is_not_lost_when_the_visit_is_taken_back_in_the_moment_it_is_sent(monkeypatch):
    visit, client = in_hand(left_house_at=timezone.now())
    write = finding_pages.record_visit

    def taken_back_first(*args, **given):
        Visit.objects.filter(pk=visit.pk).update(state="cancelled")
        return write(*args, **given)

    monkeypatch.setattr(finding_pages, "record_visit", taken_back_first)
    given = {
        "step": "finding",
        "kind": "contractor",
        "whom_met": "mother",
        "child_seen": "no",
        "visited_on": timezone.localdate().isoformat(),
        "note": "A man from the brick kiln came on Tuesday.",
        "part": "no",
        "next_step": "nothing",
    }

    asked = client.post(reverse("visit_finding", args=[visit.pk]), given, follow=True)

    assert "Tell the case worker here what you found." in asked.content.decode()
    assert "A man from the brick kiln came on Tuesday." in asked.content.decode()


def test_what_is_no_danger_is_kept_after_the_visit_was_taken_back_and_she_reads_what_becomes_of_it():
    visit, client = in_hand(left_house_at=timezone.now())

    answer = sent_too_late(visit, client, kind="sick", next_step="nothing")

    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == reverse("my_visits")
    assert "not in your hands any more" in page and "the coordinator reads it" in page
    assert "does not count as a visit" in page
    assert not Concern.objects.exists()
    assert LateFinding.objects.get().note == "A man from the brick kiln came on Tuesday."


def test_what_is_missing_in_it_is_asked_for_with_her_words_kept_and_no_name():
    visit, client = in_hand(left_house_at=timezone.now())

    asked = sent_too_late(visit, client, kind="sick", next_step="nothing", whom_met="")

    page = asked.content.decode()
    assert asked.status_code == 400
    assert "A man from the brick kiln came on Tuesday." in page
    assert visit.flag.child.code in page and visit.flag.child.given_name not in page
    assert not LateFinding.objects.exists()


def test_the_late_page_says_what_becomes_of_it_once_and_offers_nothing_that_needs_the_visit():
    visit, client = in_hand(left_house_at=timezone.now())

    asked = sent_too_late(visit, client, kind="sick", next_step="", whom_met="")

    page = asked.content.decode()
    assert page.count("not in your hands any more") == 1
    assert page.count(visit.flag.child.code) == 1
    assert "It does not count as a visit" in page and "Send it to the coordinator" in page
    assert 'value="change"' not in page and 'value="back"' not in page
    assert reverse("visit_hand_back", args=[visit.pk]) not in page
    assert 'value="visit_again"' not in page and 'name="again_on"' not in page
    kept = sent_too_late(visit, client, kind="sick", next_step="visit_again", whom_met="")
    assert 'value="visit_again"' in kept.content.decode(), "what she has chosen is not taken away"
    done = sent_too_late(visit, client, kind="sick", next_step="visit_again")
    assert done.content.decode().count("not in your hands any more") == 1
    assert LateFinding.objects.get().next_step == "visit_again"


def test_it_stands_on_the_page_of_the_question_until_the_coordinator_has_read_it():
    visit, client = in_hand(left_house_at=timezone.now())
    sent_too_late(visit, client, kind="sick", next_step="nothing")
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206/B1851"))
    where = reverse("flag", args=[visit.flag_id])

    waits = coordinator.get(where).content.decode()
    listed = coordinator.get(reverse("notices")).content.decode()
    read = coordinator.post(where, {"step": "late_read"}, follow=True).content.decode()

    assert "I have read it" in waits and "nobody has read it yet" in waits
    assert waits.count("A man from the brick kiln came on Tuesday.") == 2
    assert "Words that came after the visit was taken back" in listed
    assert where in listed
    assert "I have read it" not in read and "nobody has read it yet" not in read
    assert read.count("A man from the brick kiln came on Tuesday.") == 1
    after = coordinator.get(reverse("notices")).content.decode()
    assert "Words that came after the visit was taken back" not in after


def test_another_cannot_tell_out_of_a_visit_that_was_never_hers():
    visit, _client = in_hand(left_house_at=timezone.now())

    other = signed_in(Client(), a_person(Role.VOLUNTEER, VILLAGE))

    assert sent_too_late(visit, other, kind="contractor").status_code == 404


def test_whoever_coordinates_too_is_not_led_to_a_page_on_which_no_child_waits():
    from tests.signing_in import a_grant

    visit, client = in_hand()
    a_grant(visit.volunteer, Role.COORDINATOR, "IN/S10/D206/B1851")
    client = signed_in(Client(), visit.volunteer)

    assert client.get(reverse("home")).url == reverse("my_visits")
    Visit.objects.update(state="handed_back")
    assert client.get(reverse("home")).url == reverse("watch")


# --- her role ended while she wrote ---


def role_ended(visit, left=Role.VOLUNTEER, where="IN/S10/D206/B1999/P9/V9"):
    """Her role in the village ends; she is signed in still, by another role."""
    from aanchal.access.models import Grant
    from tests.signing_in import a_grant, a_school

    Grant.objects.filter(user=visit.volunteer).update(ends_at=timezone.now())
    a_grant(visit.volunteer, left, a_school(where) if left == Role.TEACHER else where)
    return signed_in(Client(), visit.volunteer)


def sent_after_the_end(visit, client, **answers):
    given = {
        "step": "finding",
        "whom_met": "mother",
        "child_seen": "no",
        "visited_on": timezone.localdate().isoformat(),
        "note": "A man from the brick kiln came on Tuesday.",
        "part": "no",
    }
    at = reverse("visit_finding", args=[visit.pk])
    return client.post(at, {**given, **answers}, follow=True)


@pytest.mark.parametrize(
    "left, where",
    [
        (Role.VOLUNTEER, "IN/S10/D206/B1999/P9/V9"),
        (Role.VOLUNTEER, "IN/S10/D207/B1/P1/V1"),
        (Role.TEACHER, "IN/S10/D206/B1999/P9/V9"),
    ],
)
def test_whose_role_ended_while_she_wrote_keeps_her_words_and_is_shown_nothing(left, where):
    visit, _client = in_hand(left_house_at=timezone.now())
    client = role_ended(visit, left, where)

    asked = sent_after_the_end(visit, client, kind="sick", next_step="nothing", whom_met="")
    page = asked.content.decode()
    assert asked.status_code == 400
    assert "A man from the brick kiln came on Tuesday." in page
    assert visit.flag.child.code not in page and visit.flag.child.given_name not in page
    answer = sent_after_the_end(visit, client, kind="sick", next_step="nothing")

    assert answer.status_code == 200
    assert "the coordinator reads it" in answer.content.decode()
    late = LateFinding.objects.get()
    assert (late.visit, late.note) == (visit, "A man from the brick kiln came on Tuesday.")
    visit.refresh_from_db()
    assert visit.state == Visit.State.ASSIGNED
    for name in ("visit", "visit_finding", "visit_done"):
        assert client.get(reverse(name, args=[visit.pk])).status_code == 404


@pytest.mark.parametrize("left", [Role.VOLUNTEER, Role.TEACHER, Role.ADMINISTRATOR])
def test_a_danger_sent_after_her_role_ended_is_told_as_a_concern_and_names_nobody(left):
    visit, _client = in_hand(left_house_at=timezone.now())
    client = role_ended(visit, left)

    asked = sent_after_the_end(visit, client, kind="contractor").content.decode()

    assert "A man from the brick kiln came on Tuesday." in asked
    assert visit.flag.child.code not in asked
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked))
    colleague = a_person(Role.TEACHER, "IN/S10/D206/B1851", name="Sunita Devi")
    words = {"told": "A man came.", "part": "yes", "who": colleague.get_full_name()}
    answer = client.post(reverse("concern_new"), hidden | words)
    assert answer.status_code == 302
    concern = Concern.objects.get()
    assert (concern.kind, concern.child) == ("trafficking", visit.flag.child)
    assert concern.raised_by == str(visit.volunteer_id)
    assert (concern.implicated, concern.implicated_words) == ([], "Sunita Devi")
    assert not LateFinding.objects.exists()


def test_the_coordinator_reads_what_she_sent_though_nobody_took_the_visit_back():
    visit, _client = in_hand(left_house_at=timezone.now())
    sent_after_the_end(visit, role_ended(visit), kind="sick", next_step="nothing")
    coordinator = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206/B1851"))
    where = reverse("flag", args=[visit.flag_id])

    waits = coordinator.get(where).content.decode()
    read = coordinator.post(where, {"step": "late_read"}, follow=True).content.decode()

    assert "I have read it" in waits
    assert "A man from the brick kiln came on Tuesday." in waits
    assert "I have read it" not in read
    assert "A man from the brick kiln came on Tuesday." in read


def test_another_whose_role_ended_and_kin_send_nothing_out_of_it():
    from tests.factories import kin_of

    visit, _client = in_hand(left_house_at=timezone.now())
    other = signed_in(Client(), a_person(Role.VOLUNTEER, "IN/S10/D206/B1999/P9/V9"))

    assert sent_after_the_end(visit, other, kind="sick", next_step="nothing").status_code == 404
    client = role_ended(visit)
    kin_of(visit.volunteer, visit.flag.child)
    for kind in ("sick", "contractor"):
        assert sent_after_the_end(visit, client, kind=kind, next_step="nothing").status_code == 404
    assert not LateFinding.objects.exists()


def test_whose_last_role_ended_is_signed_out_and_her_words_wait_for_her():
    from aanchal.access.models import Grant, KeptForm

    visit, client = in_hand(left_house_at=timezone.now())
    form = pressed(client, visit, kind="sick").content.decode()
    whose = re.findall(r'name="whose" value="([^"]*)"', form)[-1]
    Grant.objects.filter(user=visit.volunteer).update(ends_at=timezone.now())

    answer = sent_after_the_end(visit, client, kind="sick", next_step="nothing", whose=whose)

    assert answer.redirect_chain[0][0].startswith(reverse("sign_in"))
    assert "brick kiln" in str(KeptForm.objects.get().form)
