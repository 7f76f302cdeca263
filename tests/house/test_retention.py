"""Every table says, as a value that can be carried out, how long its rows are kept."""

import importlib

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from aanchal.kernel.privacy import privacy_of, retention_of
from aanchal.kernel.retention import Then

OWN = [m for m in apps.get_models() if m._meta.app_config.name.startswith("aanchal.")]


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_a_table_without_a_retention_is_refused(model):
    retention = retention_of(model)

    assert retention is not None
    assert retention.sentence().endswith(".") and ".." not in retention.sentence()


def test_a_sentence_in_place_of_a_value_is_refused():
    class Told:
        _meta = OWN[0]._meta

        class Privacy:
            retention = "Two years."

    with pytest.raises(ValueError, match="nothing of retention"):
        privacy_of(Told)


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_what_a_period_is_reckoned_from_is_there_and_is_a_day_or_a_school_year(model):
    for lookup in retention_of(model).since:
        field = followed(model, lookup)
        assert isinstance(field, models.DateField | models.PositiveSmallIntegerField), lookup


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_what_it_hangs_on_and_who_holds_it_are_there(model):
    retention = retention_of(model)

    if retention.as_long_as:
        assert model._meta.get_field(retention.as_long_as).is_relation
    for lookup in retention.holds:
        assert followed(model, lookup).related_model._meta.label == "people.Child"
    if retention.by:
        importlib.import_module(f"aanchal.{retention.by}")


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_what_goes_with_another_hangs_on_one_that_goes(model):
    """A part of what is kept for ever would be kept for ever without saying so."""
    retention = retention_of(model)
    if not (retention.is_part and retention.as_long_as):
        return
    field = model._meta.get_field(retention.as_long_as)
    whole = retention_of(field.related_model)

    assert whole is not None
    if whole.then is Then.KEEP:
        assert not {k for k in privacy_of(model).values() if k.value != "open"}


def followed(model, lookup):
    """The field at the end of a lookup through relations."""
    *steps, last = lookup.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    try:
        return model._meta.get_field(last)
    except FieldDoesNotExist:
        pytest.fail(f"{model._meta.label} has no {last}")
