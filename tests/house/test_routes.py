"""A declaration of an address is whole, and none of them carries a person."""

import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from aanchal.kernel.privacy import PrivacyClass, privacy_of
from aanchal.kernel.vocabulary import Permission
from aanchal.web import urls
from aanchal.web.shell.routes import ROUTES, Who

assert urls.urlpatterns  # the addresses are declared when it is read


def addresses(
    resolver: URLResolver | None = None, before: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        where = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, where)
        else:
            yield where, pattern


@pytest.mark.parametrize("name", ROUTES)
def test_a_declaration_says_who_and_how(name):
    declared = ROUTES[name]

    assert isinstance(declared.who, (Who, Permission))
    assert declared.methods
    assert set(declared.methods) <= {"GET", "POST"}


def test_no_address_carries_what_tells_of_a_person():
    """Codes and keys only: what stands in an address lands in histories, logs and screenshots."""
    telling = {
        name
        for model in apps.get_models()
        if model._meta.app_config.name.startswith("aanchal.")
        for name, kind in privacy_of(model).items()
        if kind in (PrivacyClass.SENSITIVE, PrivacyClass.SECRET)
        and not isinstance(model._meta.get_field(name), models.ForeignKey)
    }
    telling |= {"name", "given_name", "family_name", "phone", "email"}

    found = {where: sorted(hits) for where, _ in addresses() if (hits := _names(where) & telling)}

    assert not found


def _names(where: str) -> set[str]:
    return {a or b for a, b in re.findall(r"<(?:\w+:)?(\w+)>|\?P<(\w+)>", where)}
