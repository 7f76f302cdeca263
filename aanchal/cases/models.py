"""Concerns: any signal about a child or a place, before a decision.

Of a concern the database says its district, whether it is open, and when somebody must next act.
Whom it is about, who told, who may see it, of what kind it is and whether it is sealed stand in
sealed fields, read as ordinary attributes (`concern.kind`, `concern.child`); its key and its place
in the table tell no time. To add a fact, add a `SealedFact` here: to `head` what lists or the
question of permission need, to `body` the rest; no migration is needed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from aanchal.kernel.access import HasAccess
from aanchal.kernel.authz import Scope
from aanchal.kernel.facts import (
    SealedFact,
    SealedFactsField,
    SealedLink,
    WithSealedFacts,
    sealed_time,
)
from aanchal.kernel.fields import ReferenceTagField
from aanchal.kernel.ids import new_random_id
from aanchal.kernel.retention import Retention, Then

from .rules.stages import CONCERN_MOVES
from .rules.visibility import concern_scope


class Concern(HasAccess, WithSealedFacts):
    """A signal, sealed on arrival when its kind of harm asks for it."""

    MOVES = CONCERN_MOVES

    class Kind(models.TextChoices):
        MISSING = "missing"
        TRAFFICKING = "trafficking"
        CHILD_MARRIAGE = "child_marriage"
        LABOUR = "labour"
        SEXUAL_ABUSE = "sexual_abuse"
        ABUSE = "abuse"
        OTHER = "other"

    class Stage(models.TextChoices):
        NEW = "new"
        TAKEN_UP = "taken_up"
        HANDED_OVER = "handed_over"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=new_random_id, editable=False)
    district = models.CharField(max_length=16)
    is_open = models.BooleanField(default=True)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="Full hour by which somebody must next act."
    )
    code_tag = ReferenceTagField(of="code", unique=True)
    source_tag = ReferenceTagField(of="source", unique=True)
    question_tag = ReferenceTagField(of="question_mark", db_index=True)
    head = SealedFactsField(pad=1024, help_text="What lists and the question of permission need.")
    body = SealedFactsField(pad=1024, help_text="What was told, and what was done since.")

    code = SealedFact("head")
    kind = SealedFact("head")
    stage = SealedFact("head", default=Stage.NEW.value)
    is_sealed = SealedFact("head", default=False)
    area_id = SealedFact("head", to="places.Area")
    child_id = SealedFact("head", to="people.Child")
    raised_by = SealedFact("head")
    raised_at = sealed_time("head")
    taken_up_by = SealedFact("head")
    taken_up_at = sealed_time("head")
    # To whom it was handed over, as long as she has not taken it up.
    handed_to = SealedFact("head", to="access.User")
    # When it last moved, or work was written in it while in somebody's hands.
    acted_at = sealed_time("head")
    # Since when she who has it alone may open it, having shut colleagues out; None when another may.
    alone_since = sealed_time("head")
    # Since when a correction waits to be read by whoever holds it; None when none does.
    corrected_at = sealed_time("head")
    # Where its child lived when the family moved, and since when it is to be handed on to those who work
    # where she lives now; it belongs to both places until one of them takes it up. "" and None else.
    left_area_id = SealedFact("head", to="places.Area")
    left_at = sealed_time("head")
    # User ids: those who alone see a sealed one; those implicated, who learn nothing of it.
    team = SealedFact("head", default=list, to="access.User")
    implicated = SealedFact("head", default=list, to="access.User")
    # That somebody was named by mistake, asked and not answered yet: `who`, `at`, `key` (of this asking),
    # and `not_by`, user ids of those who may not answer, who asks first. None when nothing is asked.
    mistake = SealedFact("head", default=None)
    source_kind = SealedFact("body")
    source_id = SealedFact("body")
    # Numbers of the source's sentence.
    reason = SealedFact("body", default=None)
    told = SealedFact("body")
    # What the teller saw for herself: `whom_met`, `child_seen`, `visited_on`.
    seen = SealedFact("body", default=dict)
    # Words for somebody who works with us and may have a part in it, where no account was chosen.
    implicated_words = SealedFact("body")
    # Who named whom as implicated: `who`, `by`. Whoever named her does not say that it was a mistake.
    namings = SealedFact("body", default=list)
    # The question of the watch out of which it was told; "" for none, or told by its visit.
    question_id = SealedFact("body")
    # That question and who told, on the first of them only: equal tags would say that two belong together.
    question_mark = SealedFact("body")
    # Other kinds that it is about besides `kind`: what it was first, or was put right since.
    also = SealedFact("body", default=list)
    # What was written later in place of what was told: `kind`, `found`, `told`, `seen`, `by`, `at`.
    corrections = SealedFact("body", default=list)
    # Who was called, and when.
    calls = SealedFact("body", default=list)
    # Notes of those who work on it: `text`, `by`, `at`.
    notes = SealedFact("body", default=list)
    # Handed over, given back, closed, reopened: `what`, `by`, `at`, `words`, and `to` or `reason`.
    history = SealedFact("body", default=list)

    area = SealedLink("area_id", to="places.Area")
    left_area = SealedLink("left_area_id", to="places.Area")
    child = SealedLink("child_id", to="people.Child", select=("household", "area"))

    class Privacy:
        retention = Retention(
            of="the law sets for the case it becomes, else three years",
            then=Then.KEEP,
            because="the law of each kind is not carried out yet, so nothing goes",
        )
        OPEN = ("id", "district", "is_open", "due_at")
        SENSITIVE = ("code_tag", "source_tag", "question_tag", "head", "body")

    class Meta:
        indexes = [models.Index(fields=["district", "is_open"], name="concern_open_here")]

    @property
    def source(self) -> str:
        """What raised it, as one text: the same source raises one concern only."""
        return f"{self.source_kind}:{self.source_id}"

    def take_kind(self, kind: str, *, gravity: Mapping[str, int]) -> None:
        """Be about a kind too. The gravest, and of equals the last, gives it its name.

        None is forgotten: each may have duties of its own in law.
        """
        known = [self.kind, *self.also]
        if gravity[kind] <= gravity[self.kind]:
            self.kind = kind
        self.also = [k for k in dict.fromkeys([*known, kind]) if k != self.kind]

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is None or "head" in update_fields:
            self.is_open = self.stage != self.Stage.CLOSED
            if update_fields is not None:
                update_fields = {*update_fields, "is_open"}
        super().save(*args, update_fields=update_fields, **kwargs)

    class Access:
        """All but the district stands in the sealed head: lists open heads and ask `concern_scope`.

        It is the same function that a single record asks, which needs no record for each head.
        """

        @staticmethod
        def stands(concern: "Concern") -> Scope:
            child = concern.child
            return concern_scope(
                concern.head,
                district=concern.district,
                area_path=concern.area.path,
                kin=child.kin() if child is not None else frozenset(),
                left_path=concern.left_area.path if concern.left_area_id else "",
            )
