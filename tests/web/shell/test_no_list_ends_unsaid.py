"""A list on a home page that is cut says how many more there are, and leads to all of them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.watch.models import Finding, Visit
from tests.factories import VILLAGE, a_class, a_flag, a_page
from tests.signing_in import a_person, a_school, signed_in

pytestmark = pytest.mark.django_db


def listed(page, mark):
    part = page[page.index(mark) :]
    part = part[: part.index("</section>")]
    return part.count("<li>"), part


@pytest.mark.parametrize("marks, key", [("PPPAAA", "absent"), ("PPPLLL", "on_leave")])
@pytest.mark.parametrize("pupils, more", [(12, 0), (15, 3)])
def test_a_teacher_reads_how_many_more_are_missing_and_finds_all(marks, key, pupils, more):
    section, children = a_class(pupils=pupils + 1)
    a_page(section, children, [*[marks] * pupils, "PPPPPP"])
    browser = signed_in(Client(), a_person(Role.TEACHER, section.school, grade="6", section="A"))
    mark = f'id="{key.replace("_", "-")}"'

    lines, part = listed(browser.get(reverse("classes")).content.decode(), mark)
    whole = listed(browser.get(reverse("classes") + f"?show={key}").content.decode(), mark)

    assert lines == 12
    assert (f"and {more} more" in part and f"?show={key}" in part) is bool(more)
    assert whole[0] == pupils and "more</a>" not in whole[1]


def test_a_volunteer_reads_how_many_more_she_wrote_and_finds_all():
    section, children = a_class(pupils=12)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    now = timezone.now()
    for child in children:
        flag = a_flag(child, section, state="visited")
        visit = Visit.objects.create(
            district=flag.district, flag=flag, volunteer=volunteer, assigned_by="system:operator",
            assigned_at=now, due_at=now, state="recorded", recorded_at=now,
        )  # fmt: skip
        told = Finding(district=flag.district, visit=visit, kind="sick", whom_met="mother",
                       next_step="nothing", note="")  # fmt: skip
        told.child_seen, told.visited_on, told.recorded_by = True, now.date(), str(volunteer.pk)
        told.recorded_at = now
        told.save(force_insert=True)
    browser = signed_in(Client(), volunteer)

    lines, part = listed(browser.get(reverse("my_visits")).content.decode(), 'id="written"')
    whole = browser.get(reverse("my_visits") + "?show=written").content.decode()

    assert lines == 10 and "and 2 more" in part
    assert listed(whole, 'id="written"')[0] == 12


def test_a_coordinator_reads_in_how_many_more_places_it_is_stuck_and_finds_all():
    now = timezone.now()
    for n in range(14):
        section, [child] = a_class(a_school(f"IN/S10/D206/B1851/P{n + 50}/V{n}"), pupils=1)
        a_flag(child, section, raised_at=now - timedelta(days=1))
    browser = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206/B1851"))

    part = listed(browser.get(reverse("watch")).content.decode(), 'id="stuck"')[1]
    whole = listed(browser.get(reverse("watch") + "?show=places").content.decode(), 'id="stuck"')[1]

    assert "and 2 more" in part and "?show=places" in part
    assert "more</a>" not in whole
    assert whole.count("<tr") == part.count("<tr") + 2
