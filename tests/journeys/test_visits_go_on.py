"""What happens to a visit after the first try, and what is taken back."""

from datetime import timedelta

from django.utils import timezone

from aanchal.watch.models import Flag, Outcome, Visit
from tests.chromium import DESKTOP, PHONE
from tests.journeys.test_other_ways import a_visit
from tests.journeys.village import found

PRIVATE = ("marriage", "contractor", "danger", "abuse", "pregnant")


def _says_nothing_private(page):
    said = page.locator("main").inner_text().lower()
    return not any(word in said for word in PRIVATE)


def test_a_volunteer_who_pressed_too_early_takes_it_back(village, as_person, look):
    visit = a_visit(village)
    page = as_person(village.volunteer, viewport=PHONE)
    page.goto(f"/visits/{visit.pk}/")
    page.get_by_role("button", name="I have left the house").click()
    private = page.url
    look(page, "volunteer-is-the-child-safe")
    found(page, "No, or I am not sure")
    assert not _says_nothing_private(page)
    private = page.url
    look(page, "volunteer-pressed-too-early")

    page.get_by_role("button", name="I am still at the house").click()
    assert _says_nothing_private(page)
    page.get_by_role("button", name="I have left the house").wait_for()

    for _way, go in (
        ("back", page.go_back),
        ("the history", lambda: page.goto(private)),
        ("another window", lambda: page.goto(f"/visits/{visit.pk}/finding/")),
    ):
        go()
        page.wait_for_load_state()
        assert _says_nothing_private(page), _way
    assert Visit.objects.get().left_house_at is None


def test_a_struck_off_child_cannot_be_closed_in_one_press(village, as_person, look):
    from tests.two_districts import a_finding

    visit = a_visit(village)
    Visit.objects.update(state="recorded", recorded_at=timezone.now() - timedelta(hours=1))
    Flag.objects.update(state="visited")
    a_finding(Visit.objects.get(pk=visit.pk), "visited", kind="name_cut")
    flag = Flag.objects.get()
    page = as_person(village.coordinator, viewport=DESKTOP)
    page.goto(f"/questions/{flag.pk}/")
    look(page, "coordinator-struck-off")

    page.get_by_label("Nothing more is needed").check()
    page.get_by_label("Since which day?").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Write how it ended").click()
    page.get_by_role("alert").get_by_text("The name was cut at school.").wait_for()
    assert not Outcome.objects.exists()
    look(page, "coordinator-struck-off-refused")

    page.get_by_label("Left, or goes elsewhere").check()
    page.get_by_label("The school that has the child now").check()
    page.get_by_label("Who said so").fill("The head teacher of the girls' school in Bahera.")
    page.get_by_role("button", name="Write how it ended").click()
    yes = page.get_by_role("button", name="Yes, close the question")
    yes.wait_for()
    assert not Outcome.objects.exists(), "the page asks a second time"
    look(page, "coordinator-struck-off-asked")
    yes.click()

    page.get_by_text("How it ended is written down.").wait_for()
    assert Outcome.objects.get().ground == "enrolled_there"


def _at_the_visit(village, as_person):
    page = as_person(village.volunteer, viewport=PHONE)
    page.get_by_role("link", name="Open the visit").click()
    page.get_by_role("button", name="I have left the house").click()
    return page


def _nobody_home(village, as_person):
    page = _at_the_visit(village, as_person)
    page.get_by_role("button", name="Nobody at home").click()
    page.get_by_role("button", name="Write it down").click()
    return page


def test_nobody_at_home_twice_sends_another_person(village, as_person, look):
    a_visit(village)
    page = _nobody_home(village, as_person)
    page.get_by_text("The visit stays in your hands.").wait_for()
    look(page, "volunteer-nobody-home")

    page = _nobody_home(village, as_person)
    page.get_by_text("The coordinator sends another person.").wait_for()

    page = as_person(village.coordinator, viewport=PHONE)
    page.goto("/questions/?show=waiting")
    page.get_by_text("nobody at home again and again: another must go").wait_for()
    look(page, "coordinator-nobody-home")
    page.get_by_role("main").get_by_role("link", name="Send a visit").click()
    assert page.get_by_label("Sabina Khatun").count() == 0
    page.get_by_label("Meera Devi").check()
    page.get_by_role("button", name="Send the visit").click()
    page.get_by_text("in the hands of Meera Devi now").wait_for()


def test_a_second_visit_is_promised_by_the_volunteer_and_one_is_sent(village, as_person, look):
    a_visit(village)
    page = _at_the_visit(village, as_person)
    found(page, "Yes", "Ill, or needed", "Sick")
    page.get_by_label("Mother").check()
    page.get_by_role("group", name="Did you see").get_by_label("Yes").check()
    assert not page.get_by_label("On which day").is_visible()
    page.get_by_label("I will visit again").check()
    page.get_by_role("button", name="Write it down").click()
    page.get_by_role("alert").get_by_text("Say on which day").wait_for()
    look(page, "volunteer-which-day")
    day = timezone.localdate() + timedelta(days=3)
    page.get_by_label("On which day").fill(day.isoformat())
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("The visit stays in your hands.").wait_for()
    look(page, "volunteer-stays-in-hand")
    page.get_by_role("link", name="Back to today's visits").click()
    page.get_by_role("link", name="Open the visit").click()
    page.get_by_role("button", name="I have left the house").click()
    found(page, "Yes", "Ill, or needed", "Sick")
    page.get_by_label("Mother").check()
    page.get_by_role("group", name="Did you see").get_by_label("Yes").check()
    page.get_by_label("The coordinator should call me").check()
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("Your coordinator calls you.").wait_for()

    flag = Flag.objects.get()
    page = as_person(village.coordinator, viewport=DESKTOP)
    page.goto(f"/questions/{flag.pk}/")
    page.get_by_text("The volunteer asks for a call.").wait_for()
    look(page, "coordinator-visited")
    page.get_by_text("Send a second visit").click()
    page.get_by_label("Sabina Khatun").check()
    page.get_by_role("button", name="Send the visit").click()
    page.get_by_text("in the hands of Sabina Khatun now").wait_for()
    look(page, "coordinator-second-visit")
    assert Visit.objects.count() == 3


def test_the_volunteer_finds_the_house_that_the_teacher_described(village, as_person, look):
    a_visit(village)
    page = as_person(village.teacher, viewport=PHONE)
    page.get_by_role("link", name="Class VI A").click()
    page.locator(".pupils li", has_text="Nisha").get_by_role("link", name="the house").click()
    look(page, "teacher-house")
    page.get_by_label("Whom to ask for").fill("Rajkala Devi")
    page.get_by_label("Who is that to the child?").select_option("mother")
    page.get_by_label("Hamlet").fill("Dakshin tola")
    page.get_by_label("Landmark").fill("The hand pump before the temple")
    page.get_by_label("How to find the house").fill("The third house past it, a blue door.")
    page.get_by_label("Telephone").fill("98350 12345")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("Written down.").wait_for()

    page = as_person(village.volunteer, viewport=PHONE)
    assert "hand pump" not in page.content()
    page.get_by_role("link", name="Open the visit").click()
    page.get_by_text("The hand pump before the temple").wait_for()
    page.get_by_text("Rajkala Devi").wait_for()
    assert page.get_by_text("98350 12345").count() == 0, "nobody agreed to a call"
    look(page, "volunteer-house")
    page.get_by_role("link", name="Put the way right").click()
    look(page, "volunteer-house-written")
    page.get_by_label("Landmark").fill("The tea stall")
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("The tea stall").wait_for()

    page.get_by_role("link", name="I do not feel safe").click()
    page.get_by_role("button", name="I cannot go these days").click()
    page.get_by_text("The visit goes to another.").wait_for()
    page.go_back()
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_load_state()
    assert "tea stall" not in page.content(), "given back, the house is hers no more"
