"""The form that sends a register: the file, and what it may not say itself."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.queries import grade_and_section
from aanchal.kernel.authz import grants_for
from aanchal.places.models import Body
from aanchal.places.queries import schools_of
from aanchal.registers.formats.grades import class_label, grade_of
from aanchal.registers.permissions import RegisterPermission
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import today

MAX_SCHOOLS = 300


ACCEPTED = ".xlsx,.xlsm,.xls,.ods,.csv,.tsv,.txt,.html"


class SendForm(forms.Form):
    """A file, and what it may not say itself."""

    file = forms.FileField(
        label=gettext_lazy("The register, a spreadsheet or CSV file"),
        error_messages={
            "required": gettext_lazy("Choose the file first."),
            "empty": gettext_lazy("This file is empty. Save the register and choose it again."),
        },
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    own_class = forms.ChoiceField(
        label=gettext_lazy("Which of your classes is this register of?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say which class this register is of.")},
    )
    school = forms.ChoiceField(label=gettext_lazy("School"), required=False)
    grade = forms.CharField(
        label=gettext_lazy("Class"),
        help_text=gettext_lazy("Such as VI, 6, छठी or ষষ্ঠ"),
        required=False,
        max_length=20,
    )
    section = forms.CharField(label=gettext_lazy("Section"), required=False, max_length=10)
    month = forms.CharField(
        label=gettext_lazy("Month"),
        required=False,
        widget=forms.DateInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, with_file: bool = True, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.schools = list(
            schools_of(request.actor, RegisterPermission.REGISTER_IMPORT)[:MAX_SCHOOLS]
        )
        self.fields["school"].choices = [  # type: ignore[attr-defined]
            ("", _("as the file says")),
            *((str(s.pk), f"{local_name(s)} · {s.school.udise}") for s in self.schools),
        ]
        if not with_file:
            del self.fields["file"]
        if len(self.schools) == 1:
            self.fields["school"].initial = str(self.schools[0].pk)
            self.fields["school"].widget = forms.HiddenInput()
        self.own = _own_classes(request, self.schools)
        if self.own:
            # Asked even of one class, and not chosen for her: a register of another class is
            # otherwise taken for hers.
            for name in ("school", "grade", "section"):
                del self.fields[name]
            self.fields["own_class"].choices = [  # type: ignore[attr-defined]
                (key, label) for key, (_s, _g, _x, label) in self.own.items()
            ]
            if len(self.own) == 1:
                self.fields["own_class"].label = _("Is this the register of your class?")
        else:
            del self.fields["own_class"]

    def clean_grade(self) -> str:
        text = self.cleaned_data["grade"].strip()
        if not text:
            return ""
        found = grade_of(text).grade
        if found is None:
            raise forms.ValidationError(_("Write the class like VI or 6."))
        return found

    def clean_month(self) -> str:
        text = self.cleaned_data["month"].strip()
        if not text:
            return ""
        try:
            month = date.fromisoformat(text + "-01")
        except ValueError:
            raise forms.ValidationError(_("Write the month like 2026-07.")) from None
        if month > today():
            raise forms.ValidationError(_("This month has not begun yet."))
        return text

    def chosen_school(self) -> Any:
        if self.own:
            return self.own[self.cleaned_data["own_class"]][0]
        key = self.cleaned_data["school"]
        return next((s for s in self.schools if str(s.pk) == key), None)

    def hints(self) -> dict[str, str]:
        if self.own:
            _school, grade, section, _label = self.own[self.cleaned_data["own_class"]]
            return {"grade": grade, "section": section, "month": self.cleaned_data["month"]}
        return {
            "grade": self.cleaned_data["grade"],
            "section": self.cleaned_data["section"].strip().upper(),
            "month": self.cleaned_data["month"],
        }


def _own_classes(
    request: HttpRequest, schools: list[Body]
) -> dict[str, tuple[Body, str, str, str]]:
    """Key → school, grade, section and label, of one who may send for single classes only."""
    held = grants_for(request.actor, RegisterPermission.REGISTER_IMPORT)
    if not held or not all(g.body_id and g.unit for g in held):
        return {}
    by_key = {str(s.pk): s for s in schools}
    several = len({g.body_id for g in held}) > 1
    found = {}
    for grant in held:
        school = by_key.get(grant.body_id)
        if school is None:
            continue
        grade, section = grade_and_section(grant.unit)
        name = class_label(grade, section)
        label = _("Class %(name)s") % {"name": name}
        if several:
            label = f"{label} · {local_name(school)}"
        key = f"{grant.body_id}/{grade}/{section}"
        found[key] = (school, grade, section, label)
    return found
