"""Every table says what it holds, points downward only, and seals what must be sealed."""

import ast
import inspect
import re
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from aanchal.kernel.fields import ReferenceTagField, SealedField, SealedReferenceField
from aanchal.kernel.ids import new_id, new_random_id
from aanchal.kernel.privacy import PrivacyClass, privacy_of

ROOT = Path(__file__).resolve().parents[2]
OWN = [m for m in apps.get_models() if m._meta.app_config.name.startswith("aanchal.")]


# Columns that Django names. A session's key is stored as a keyed hash and its data sealed as text:
# tests of access hold that.
DJANGO_NAMES = {"session_key", "session_data", "expire_date", "last_login", "password"}


def sealed_kinds(model):
    return {
        name: kind
        for name, kind in privacy_of(model).items()
        if kind in (PrivacyClass.SENSITIVE, PrivacyClass.SECRET)
    }


def floors():
    """App → height, as .importlinter says; neighbours share a floor."""
    contract = ConfigParser()
    contract.read(ROOT / ".importlinter")
    layers = contract["importlinter:contract:floors"]["layers"].split("\n")
    listed = [re.findall(r"\w+", layer) for layer in layers if layer.strip()]
    return {app: height for height, names in enumerate(reversed(listed)) for app in names}


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_every_field_has_a_privacy_class_and_the_table_a_retention(model):
    assert privacy_of(model)


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_what_is_sensitive_or_secret_is_sealed_or_a_keyed_hash(model):
    for name in sealed_kinds(model):
        field = model._meta.get_field(name)
        hashed = field.name.endswith("_hash") or field.name in DJANGO_NAMES
        sealed = isinstance(field, SealedField | ReferenceTagField)
        assert sealed or hashed, f"{model._meta.label}.{name}"


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_a_sealed_reference_and_its_tag_are_classified_as_sensitive_or_secret(model):
    for field in model._meta.local_concrete_fields:
        if isinstance(field, SealedReferenceField | ReferenceTagField):
            assert field.name in sealed_kinds(model), f"{model._meta.label}.{field.name}"
            # The tag is of one district: the same child elsewhere has another.
            assert "district" in {f.name for f in model._meta.local_concrete_fields}


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_a_table_with_something_sensitive_knows_its_district(model):
    # An account belongs to no district; its grants do.
    above_accounts = floors()[model._meta.app_label] > floors()["access"]
    if above_accounts and PrivacyClass.SENSITIVE in privacy_of(model).values():
        assert "district" in {f.name for f in model._meta.local_concrete_fields}


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_a_key_that_tells_of_a_person_is_made_here_and_tells_nothing(model):
    if set(privacy_of(model).values()) == {PrivacyClass.OPEN}:
        return
    key = model._meta.pk
    while key.is_relation:
        key = key.related_model._meta.pk

    if key.name in DJANGO_NAMES:
        return
    assert isinstance(key, models.UUIDField)
    assert key.default in (new_id, new_random_id)


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_no_key_points_upward(model):
    height = floors()
    app = model._meta.app_config.name.split(".")[1]

    for field in model._meta.get_fields():
        if not (field.is_relation and field.concrete) or field.related_model is None:
            continue
        there = field.related_model._meta.app_config.name
        if there.startswith("aanchal."):
            other = there.split(".")[1]
            down = height[other] < height[app] or other == app
            assert down, f"{model._meta.label}.{field.name} points up to {other}"


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_times_and_dates_are_named_as_such(model):
    for field in model._meta.local_concrete_fields:
        named = f"{model._meta.label}.{field.name}"
        if field.name in DJANGO_NAMES:
            continue
        if type(field) is models.DateTimeField:
            assert re.search(r"(^|_)at$", field.name), named
        elif type(field) is models.DateField:
            assert re.search(
                r"_on$|^(on|day|month|as_of)$|^date_of_birth$|^born_on$", field.name
            ), named


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_a_record_printed_by_mistake_names_nobody(model):
    if "__str__" not in model.__dict__:
        return
    tree = ast.parse(inspect.getsource(model.__str__).strip())
    said = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert not said & set(sealed_kinds(model))
