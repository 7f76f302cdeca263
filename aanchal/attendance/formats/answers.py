"""The schema of what the limited process answers; both sides hold each answer against it."""

from pydantic import TypeAdapter

from aanchal.lib.tabular.problems import Problem

from .pages import Page
from .pupil_lines import Pupil

PAGE: TypeAdapter[Page] = TypeAdapter(Page)
PROBLEMS: TypeAdapter[list[Problem]] = TypeAdapter(list[Problem])
PUPILS: TypeAdapter[list[Pupil]] = TypeAdapter(list[Pupil])
