"""What a page may call a child and a class. Lists: code and first name. Files: the whole name."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from aanchal.people.models import Child, ClassSection
from aanchal.registers.formats.grades import class_label


def first_name(child: Child) -> str:
    """The first name, in her own script when it is known."""
    if child.own_script_name:
        return child.own_script_name.split()[0]
    return child.given_name.split()[0] if child.given_name.split() else ""


def whole_name(child: Child) -> str:
    """The whole name, in her own script when it is known."""
    return child.own_script_name or f"{child.given_name} {child.family_name}".strip()


def code_mark(code: str) -> SafeString:
    """A code such as K-0412 inside other words: it never breaks at its hyphen."""
    return format_html('<span class="code">{}</span>', code)


def class_name(section: ClassSection) -> str:
    """ "VI A": the class as schools write it."""
    return class_label(section.grade, section.section)
