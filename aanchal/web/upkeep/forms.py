"""What is asked when a legal hold is placed or lifted."""

from django import forms
from django.utils.translation import gettext_lazy

from aanchal.web.shell.forms import yes_no


class HoldForm(forms.Form):
    """A record by its code, and why nothing of it may be erased."""

    code = forms.CharField(
        label=gettext_lazy("Code of the child or the concern"),
        help_text=gettext_lazy("Such as K-0412. You are shown nothing of the record."),
        max_length=30,
    )
    whole_household = yes_no(gettext_lazy("Hold every child of the household too?"))
    reason = forms.CharField(
        label=gettext_lazy("Who asked for it, and under which order?"),
        help_text=gettext_lazy("No names of children."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LiftForm(forms.Form):
    """Why a hold may go."""

    reason = forms.CharField(
        label=gettext_lazy("Why may it be lifted?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
