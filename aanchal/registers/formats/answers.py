"""The schema of what the limited process answers; both sides hold each answer against it."""

from pydantic import TypeAdapter

from aanchal.lib.tabular.problems import Problem

from .pages import Page
from .problems import Question
from .pupil_lines import Pupil

PAGE: TypeAdapter[Page] = TypeAdapter(Page)
SAID: TypeAdapter[tuple[list[Problem], list[Question], list[Problem]]] = TypeAdapter(
    tuple[list[Problem], list[Question], list[Problem]]
)
PUPILS: TypeAdapter[list[Pupil]] = TypeAdapter(list[Pupil])
