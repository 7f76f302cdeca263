"""The vocabulary of visits, from `data/findings.toml`; read once."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as N_

from aanchal.lib.sourced import read_sourced

from .rules.fitting import fits

if TYPE_CHECKING:
    from .models import Finding

GROUPS = frozenset({"empty", "help", "again", "danger"})


@dataclass(frozen=True)
class FindingKind:
    """One thing a visit may find. `concern` is the kind of concern it becomes at once, or ""."""

    key: str
    label: str
    group: str
    is_private: bool
    concern: str
    topic: str = ""
    sexes: tuple[str, ...] = ()
    from_age: int | None = None


@dataclass(frozen=True)
class Topic:
    """A few findings under one picture. `when`: the answers to "is she safe?" that it stands under."""

    key: str
    label: str
    when: tuple[str, ...]


@dataclass(frozen=True)
class NextStep:
    """What a volunteer may say should follow.

    `follows` tells her what happens then; `asks` is what it asks of the coordinator, "" when the
    visit stays in the volunteer's own hands.
    """

    label: str
    follows: str
    asks: str


@dataclass(frozen=True)
class Vocabulary:
    """Codes and labels of the visit's questions; labels are English, to be translated."""

    findings: dict[str, FindingKind]
    met: dict[str, str]
    next_steps: dict[str, "NextStep"]
    topics: dict[str, Topic]

    def of_topic(self, topic: str, *, sex: str, ages: tuple[int, int] | None) -> list[FindingKind]:
        """Findings of a topic that fit a child, in the order of the data."""
        return [
            f
            for f in self.findings.values()
            if f.topic == topic and fits(sexes=f.sexes, from_age=f.from_age, sex=sex, ages=ages)
        ]


# What a coordinator reads in place of a finding that became a concern. All dangers read alike: were
# only the sealed ones silent, their silence would tell.
GIVEN_ON = N_("danger: the case worker has it")


# The step of a finding that is no danger by its kind, of a child who may not be safe. Not chosen: it
# follows from the first answer.
NOT_SURE_SAFE = "not_sure_safe"


def is_given_on(kind: str) -> bool:
    """Say whether a finding became a concern: only those who may see that read what was found."""
    found = vocabulary().findings.get(kind)
    return found is not None and bool(found.concern)


def was_given_on(finding: "Finding") -> bool:
    """Say whether a finding is, or was before it was put right, a danger that became a concern."""
    kinds = [finding.kind, *(before["kind"] for before in finding.earlier or ())]
    return any(is_given_on(kind) for kind in kinds)


def is_doubt(finding: "Finding") -> bool:
    """Say whether she who wrote it is not sure that the child is safe, and no case worker was told."""
    return finding.next_step == NOT_SURE_SAFE and not is_given_on(finding.kind)


def group_of(kind: str) -> str:
    """The group of a finding, or "" of one that is no longer in the vocabulary."""
    found = vocabulary().findings.get(kind)
    return found.group if found is not None else ""


def is_empty(kind: str) -> bool:
    """Say whether a visit with this finding was for nothing: an ordinary reason."""
    found = vocabulary().findings.get(kind)
    return found is not None and found.group == "empty"


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary in force.

    Raises:
        ValueError: a finding of no known group.
    """
    data = read_sourced("aanchal.watch", "findings.toml")
    findings = {}
    for key, row in data["finding"].items():
        if row["group"] not in GROUPS:
            raise ValueError(f"finding {key} has no known group")
        findings[key] = FindingKind(
            key,
            row["label"],
            row["group"],
            row["private"],
            row.get("concern", ""),
            row.get("topic", ""),
            tuple(row.get("sexes", ())),
            row.get("from_age"),
        )
    return Vocabulary(
        findings,
        {k: r["label"] for k, r in data["met"].items()},
        {
            k: NextStep(r["label"], r["follows"]["text"], r["asks"]["text"])
            for k, r in data["next_step"].items()
        },
        {k: Topic(k, r["label"], tuple(r["when"])) for k, r in data["topic"].items()},
    )
