"""The few ways Aanchal says no. One place maps them to HTTP; anything else raised is a bug."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a stable code, an HTTP status and one sentence for the reader.

    Args:
        sentence: what is wrong and what to do, in the reader's language (a lazy translation is
            fine); None for the kind's own sentence.
        details: facts for programs; never a name, never a narrative.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    default = _("This cannot be done.")

    def __init__(self, sentence: object | None = None, **details: object) -> None:
        self.sentence = self.default if sentence is None else sentence
        self.details = details
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)


class NotAllowed(DomainError):
    """The actor is known, and may not do this to this record."""

    code = "not_allowed"
    status = 403
    default = _("You cannot do this here. Ask your coordinator who can.")


class NotFound(DomainError):
    """No such record, or one the actor may not know of: the answer is the same."""

    code = "not_found"
    status = 404
    default = _("There is nothing here that you can see.")


class WrongState(DomainError):
    """The record has moved on, or is not ready for this step."""

    code = "wrong_state"
    status = 409
    default = _("This has already changed. Open the page again and look.")


class Invalid(DomainError):
    """What was given cannot be right; `details['field']` names the field when one is to add_form_error."""

    code = "invalid"
    status = 400
    default = _("Something that was entered cannot be right. Look at it again.")


class Unreadable(DomainError):
    """A file or a message cannot be understood."""

    code = "unreadable"
    status = 400
    default = _("This file cannot be read. Save it again as XLSX or CSV and send that.")


class TooLarge(DomainError):
    """More than we accept at once."""

    code = "too_large"
    status = 413
    default = _("This file is too large. Send one school or one month at a time.")


class TooMany(DomainError):
    """Asked too often."""

    code = "too_many"
    status = 429
    default = _("Too many tries. Wait a few minutes and try again.")


class SecondPerson(DomainError):
    """This needs another person to agree."""

    code = "second_person"
    status = 403
    default = _("A second person must agree to this. You cannot do it alone.")


class Locked(DomainError):
    """The keys that open the records are not here."""

    code = "locked"
    status = 503
    default = _("The records are locked. The person who keeps the key must unlock them.")


class Busy(DomainError):
    """The same work is under way elsewhere."""

    code = "busy"
    status = 409
    default = _("The same work is being done right now. Try again in a minute.")
