"""What is left of the account of somebody who works here no more: a bare key."""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q

from aanchal.kernel.sweeping import carries_out, delete_parts, may_go

from .models import GONE, Device, Grant, Notice, User


@may_go("access.User")
def works_here_no_more(rows: list[User], at: datetime) -> list[User]:
    """Those who hold no role that has not ended."""
    live = Grant.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), user__in=rows, revoked_at__isnull=True
    )
    working = set(live.values_list("user_id", flat=True))
    return [row for row in rows if row.pk not in working]


@carries_out("access.User")
def make_anonymous(rows: list[User], at: datetime) -> None:
    """Take name, address and every way to sign in away; what points at the account stands."""
    keys = [row.pk for row in rows]
    delete_parts(User, keys)
    Authenticator.objects.filter(user_id__in=keys).delete()
    EmailAddress.objects.filter(user_id__in=keys).delete()
    Device.objects.filter(user_id__in=keys).delete()
    Notice.objects.filter(user_id__in=keys).delete()
    for row in rows:
        row.username = f"{GONE}{row.pk.hex}"
        row.display_name, row.email, row.last_login, row.is_active = "", "", None, False
        row.sign_in_round += 1
        row.set_unusable_password()
        row.save()
