"""What kinds of records are called on the page of what is erased when."""

from typing import Any

from django.utils.translation import gettext_lazy

# Of what tells of a person; a test holds that none is left out.
NAMES: dict[str, Any] = {
    "people.Child": gettext_lazy("Children, with names and numbers"),
    "people.Household": gettext_lazy("Households, with guardians and kin"),
    "people.Enrolment": gettext_lazy("Enrolments, after their end"),
    "people.ClassSection": gettext_lazy("Classes, after their end"),
    "people.ClassMove": gettext_lazy("Moves between classes that were answered"),
    "people.UnconfirmedKinship": gettext_lazy("What was said of a family and not confirmed"),
    "people.RegisterAgreement": gettext_lazy("Orders and agreements, after their end"),
    "people.ReadingDay": gettext_lazy("Who read how much"),
    "registers.RegisterPage": gettext_lazy("Register pages: counts without a child stay"),
    "registers.Correction": gettext_lazy("Corrections of register pages"),
    "registers.RegisterFile": gettext_lazy("Register files, after their last page"),
    "registers.RowDecision": gettext_lazy("Answers about rows of registers"),
    "registers.FormReading": gettext_lazy("How a school's form is read"),
    "registers.MissingPupil": gettext_lazy("Pupils missing from a register, once answered"),
    "watch.ClassState": gettext_lazy("What the watch reckons with"),
    "watch.VisitBudget": gettext_lazy("Visit budgets that were replaced"),
    "watch.FamilyMove": gettext_lazy("Moves of families that were answered"),
    "watch.Flag": gettext_lazy("Questions with visits and findings, after their end"),
    "kernel.StoredFile": gettext_lazy("Files as they were sent"),
    "kernel.ImportProblem": gettext_lazy("Lines of files that were settled"),
    "kernel.CountedEvent": gettext_lazy("What is to be counted, without names"),
    "kernel.Operation": gettext_lazy("That an act was done, so that it is not done twice"),
    "kernel.LegalHold": gettext_lazy("Legal holds, once lifted"),
    "places.PlaceFile": gettext_lazy("Files of places and schools"),
    "access.User": gettext_lazy("Accounts, after the last role ended"),
    "access.Grant": gettext_lazy("Roles, after their end"),
    "access.Invitation": gettext_lazy("Invitations, after their end"),
    "access.Device": gettext_lazy("Phones, once revoked"),
    "access.CredentialReset": gettext_lazy("Requests for new credentials"),
    "access.Notice": gettext_lazy("News of one's own account, once seen"),
    "access.KeptForm": gettext_lazy("Words sent too late"),
    "notices.Message": gettext_lazy("Messages, once sent or given up"),
}


TECHNICAL = gettext_lazy("Technical traces")
