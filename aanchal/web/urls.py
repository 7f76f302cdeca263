"""Every address of the site. Nothing personal stands in one: keys only, never a name."""

from django.urls import URLPattern

from aanchal.kernel.permissions import Permission

from .routes import Who, route
from .urls_access import urlpatterns as access
from .views import (
    budgets,
    calendars,
    children,
    class_moves,
    classes,
    concern,
    concern_kind,
    concern_mistake,
    concerns,
    corrections,
    errors,
    families,
    family_moves,
    finding,
    health,
    help,
    home,
    houses,
    joins,
    kept,
    kinship,
    missing,
    notices,
    pairs,
    place_files,
    places,
    question,
    questions,
    readings,
    register_list,
    registers,
    repairs,
    retention,
    sessions,
    upkeep,
    visits,
    watch,
    written,
)

BOTH = ("GET", "POST")
P = Permission

urlpatterns: list[URLPattern] = [
    route("", home.home, name="home", who=Who.SIGNED_IN),
    route(
        "leave/",
        home.leave_quickly,
        name="leave_quickly",
        # Whoever asks to be gone is gone, though her session be over already.
        who=Who.ANYONE,
        methods=("POST",),
    ),
    route("kept/", kept.kept_words, name="kept_words", who=Who.SIGNED_IN, methods=BOTH),
    # Whoever is in may read every guide: they tell how the work is done and nothing of anybody.
    route("help/", help.help_page, name="help", who=Who.SIGNED_IN),
    route("help/<slug:title>/", help.one_guide, name="guide", who=Who.SIGNED_IN),
    route("help/pictures/<str:title>", help.guide_picture, name="guide_picture", who=Who.SIGNED_IN),
    route("calendar/", home.calendar, name="calendar", who=Who.ANYONE),
    route("waiting/", notices.waiting, name="notices", who=Who.SIGNED_IN, methods=BOTH),
    route("health/", health.health, name="health", who=Who.ANYONE),
    # --- volunteer ---
    route("today/", visits.visit_list, name="my_visits", who=P.VISIT_HAND_BACK),
    route("visits/<uuid:pk>/", visits.visit, name="visit", who=P.VISIT_HAND_BACK, methods=BOTH),
    route(
        "visits/<uuid:pk>/finding/",
        finding.finding,
        name="visit_finding",
        # Whoever is a volunteer no more still sends what she wrote; each visit is asked about.
        who=Who.SIGNED_IN,
        methods=BOTH,
    ),
    route("visits/<uuid:pk>/done/", finding.done, name="visit_done", who=P.VISIT_HAND_BACK),
    route(
        "visits/<uuid:pk>/another/",
        visits.hand_back,
        name="visit_hand_back",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/along/",
        pairs.along,
        name="visit_along",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/again/",
        pairs.go_again,
        name="visit_go_again",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/written/",
        written.written,
        name="visit_written",
        who=P.FINDING_CORRECT,
        methods=BOTH,
    ),
    route(
        "visits/<uuid:pk>/house/",
        houses.visit_house,
        name="visit_house",
        who=P.VISIT_HAND_BACK,
        methods=BOTH,
    ),
    # --- concerns ---
    route(
        "concerns/new/", concerns.new_concern, name="concern_new", who=Who.SIGNED_IN, methods=BOTH
    ),
    route("concerns/", concerns.concern_list, name="concerns", who=P.CONCERN_VIEW),
    route(
        "concerns/<uuid:pk>/",
        concern.concern,
        name="concern",
        who=P.CONCERN_VIEW,
        methods=BOTH,
    ),
    *(
        route(
            f"concerns/<uuid:pk>/{path}/",
            view,
            name=f"concern_{view.__name__}",
            who=P.CONCERN_TAKE_UP,
            methods=BOTH,
        )
        for path, view in {
            "hand-over": concern.hand_over,
            "close": concern.close,
            "reopen": concern.reopen,
            "conflict": concern.conflict,
            "kind": concern_kind.kind,
            "mistake": concern_mistake.mistake,
        }.items()
    ),
    # --- teacher ---
    route("classes/", classes.class_list, name="classes", who=P.CLASS_VIEW),
    route(
        "classes/moves/",
        class_moves.class_moves,
        name="class_moves",
        who=P.CHILD_MOVE,
        methods=BOTH,
    ),
    route(
        "classes/<uuid:pk>/",
        classes.class_page,
        name="class",
        who=P.CLASS_VIEW,
        methods=BOTH,
    ),
    route("registers/", register_list.file_list, name="register_files", who=P.REGISTER_IMPORT),
    route(
        "registers/send/",
        registers.send,
        name="register_send",
        who=P.REGISTER_IMPORT,
        methods=BOTH,
    ),
    route(
        "registers/missing/",
        missing.missing,
        name="missing_pupils",
        who=P.REGISTER_REPAIR,
        methods=BOTH,
    ),
    route(
        "registers/corrections/",
        corrections.corrections,
        name="corrections",
        who=P.REGISTER_IMPORT,
        methods=BOTH,
    ),
    route(
        "registers/<uuid:pk>/",
        registers.register_file,
        name="register_file",
        who=P.REGISTER_IMPORT,
        methods=BOTH,
    ),
    route(
        "registers/<uuid:pk>/repair/",
        repairs.repair,
        name="register_repair",
        who=P.REGISTER_REPAIR,
        methods=BOTH,
    ),
    route(
        "registers/<uuid:pk>/session/",
        sessions.change_of_session,
        name="register_session",
        who=P.REGISTER_REPAIR,
        methods=BOTH,
    ),
    # --- coordinator ---
    route("watch/", watch.week, name="watch", who=P.WATCH_VIEW),
    route("readings/", readings.reading_list, name="readings", who=P.READING_VIEW, methods=BOTH),
    route(
        "readings/numbers/",
        readings.reading_counts,
        name="reading_counts",
        who=P.READING_COUNT,
    ),
    route("watch/budget/", budgets.budgets, name="visit_budgets", who=P.WATCH_TUNE),
    route(
        "watch/budget/<uuid:pk>/",
        budgets.budget,
        name="visit_budget",
        who=P.WATCH_TUNE,
        methods=BOTH,
    ),
    route(
        "watch/budget/<uuid:pk>/set/",
        budgets.set_budget,
        name="visit_budget_set",
        who=P.WATCH_TUNE,
        methods=BOTH,
    ),
    route("questions/", questions.flag_list, name="flags", who=P.FLAG_VIEW),
    route("questions/<uuid:pk>/", question.flag, name="flag", who=P.FLAG_VIEW, methods=BOTH),
    route("children/", children.child_list, name="children", who=P.CHILD_VIEW),
    # What is asked for is a name: it is sent in the form's body, never in an address.
    route(
        "children/find/",
        children.find,
        name="child_find",
        who=P.CHILD_VIEW,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/house/",
        houses.child_house,
        name="child_house",
        who=P.HOUSE_DESCRIBE,
        methods=BOTH,
    ),
    route("children/<uuid:pk>/", children.child, name="child", who=P.CHILD_OPEN_FILE),
    route(
        "children/<uuid:pk>/kin/",
        kinship.child_kin,
        name="child_kin",
        who=P.CHILD_OPEN_FILE,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/village/",
        family_moves.child_village,
        name="child_village",
        who=P.CHILD_MOVE,
        methods=BOTH,
    ),
    route(
        "children/<uuid:pk>/family/",
        families.child_family,
        name="child_family",
        who=P.CHILD_OPEN_FILE,
        methods=BOTH,
    ),
    route(
        "children/kin/",
        kinship.kinships,
        name="kinships",
        who=P.KINSHIP_CONFIRM,
        methods=BOTH,
    ),
    route(
        "children/kin/not-confirmed/",
        kinship.unconfirmed_kinships,
        name="unconfirmed_kinships",
        who=P.CHILD_OPEN_FILE,
        methods=BOTH,
    ),
    # --- administrator ---
    route("places/", places.places, name="places", who=P.AREA_JOIN),
    route("places/<uuid:pk>/", places.place, name="place", who=P.AREA_JOIN),
    route(
        "places/<uuid:pk>/calendar/",
        calendars.place_calendar,
        name="place_calendar",
        who=P.CALENDAR_EDIT,
        methods=BOTH,
    ),
    route(
        "schools/<uuid:pk>/calendar/",
        calendars.school_calendar,
        name="school_calendar",
        who=P.CALENDAR_EDIT,
        methods=BOTH,
    ),
    route("places/joins/", joins.joins, name="joins", who=P.AREA_JOIN, methods=BOTH),
    route(
        "places/send/",
        place_files.places_send,
        name="places_send",
        who=P.AREA_IMPORT,
        methods=BOTH,
    ),
    route("places/files/<uuid:pk>/", place_files.place_file, name="place_file", who=P.AREA_IMPORT),
    route(
        "places/problems/",
        place_files.place_problems,
        name="place_problems",
        who=P.AREA_IMPORT,
        methods=BOTH,
    ),
    route("office/", upkeep.office, name="office", who=P.HEALTH_VIEW),
    route(
        "office/retention/",
        retention.retention,
        name="retention",
        who=P.HOLD_PLACE,
        methods=("GET", "POST"),
    ),
    *access,
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many
handler500 = errors.server_error
