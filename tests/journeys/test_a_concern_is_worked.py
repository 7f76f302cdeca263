"""A concern from telling to its end: a colleague named, a hand-over, a reason, and reopening."""

from tests.signing_in import a_person

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


def test_a_concern_about_a_colleague_is_told_handed_over_closed_and_reopened(
    village, as_person, look
):
    from aanchal.access.roles import Role

    implicated = a_person(Role.CASE_WORKER, "IN/S10/D206", name="Kanchan Prasad")
    second = a_person(Role.CASE_WORKER, "IN/S10/D206", name="Bela Das")
    page = as_person(village.volunteer, viewport=PHONE)
    page.get_by_role("link", name="Tell of a concern").click()
    page.get_by_label("Missing, or ran away").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What did you see or hear?").fill("Not seen since the fair.")
    look(page, "concern-part-asked")
    page.get_by_label("Yes, that may be").check()
    page.get_by_label("If so: her or his name").fill("Kanchan Parsad")
    page.get_by_role("button", name="Tell the case worker").click()
    page.get_by_role("heading", name="Whom do you mean?").wait_for()
    look(page, "concern-which-person")
    page.get_by_label("Kanchan Prasad").check()
    page.get_by_role("button", name="Tell the case worker").click()
    page.get_by_text("Thank you for telling.").wait_for()

    shut_out = as_person(implicated, viewport=PHONE)
    shut_out.goto("/concerns/?stage=new")
    shut_out.get_by_text("No concern waits for somebody.").wait_for()

    page = as_person(village.case_worker, viewport=PHONE)
    page.goto("/concerns/")
    page.get_by_role("main").get_by_role("link", name="Open").click()
    page.get_by_text("Not seen since the fair.").wait_for()
    page.get_by_role("button", name="Take it up").click()
    page.get_by_role("textbox", name="A note").fill("Her aunt has seen her today.")
    page.get_by_role("button", name="Write the note down").click()
    page.get_by_text("The note is written down.").wait_for()
    look(page, "concern-noted")
    page.get_by_role("link", name="Hand it over to a colleague").click()
    page.get_by_role("heading", name="Hand this concern over").wait_for()
    assert page.get_by_text("Kanchan Prasad").count() == 0
    look(page, "concern-hand-over")
    page.get_by_label("Bela Das").check()
    page.get_by_label("What should she do next").fill("Visit the aunt on Monday.")
    page.get_by_role("button", name="Hand it over").click()
    page.get_by_text("Bela Das is asked to take it up.").wait_for()

    page = as_person(second, viewport=DESKTOP)
    page.goto("/concerns/?stage=handed_over")
    page.get_by_text("for you").wait_for()
    look(page, "concern-handed-over-list")
    page.get_by_role("main").get_by_role("link", name="Open").click()
    page.get_by_role("button", name="Take it up").click()
    page.get_by_role("link", name="Close it, with a reason").click()
    page.get_by_role("button", name="Close the concern").click()
    page.get_by_text("Choose why it is closed.").first.wait_for()
    look(page, "concern-close-refused")
    page.get_by_label("The child is safe").check()
    page.get_by_label("In a sentence or two").fill("The nurse has seen her on Monday.")
    page.get_by_label("Yes, close it").check()
    page.get_by_role("button", name="Close the concern").click()
    page.get_by_text("It can be reopened.").wait_for()
    page.goto("/concerns/?stage=closed")
    page.get_by_role("main").get_by_role("link", name="Open").click()
    page.get_by_text("It is closed.").wait_for()
    look(page, "concern-closed")
    page.get_by_role("link", name="Reopen it").click()
    page.get_by_label("Why is it opened again?").fill("She is gone again.")
    page.get_by_role("button", name="Reopen it").click()
    page.get_by_text("The concern is open again, in your hands.").wait_for()
    look(page, "concern-reopened")
