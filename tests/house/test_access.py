"""Who may see a record is said once a model, in its `class Access`."""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Q

from aanchal.access.roles import Role
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.access import HasAccess, access_of, candidates, reach, scope_of
from aanchal.kernel.authz import Actor, Grant

ROOT = Path(__file__).resolve().parents[2]
OWN = [m for m in apps.get_models() if m._meta.app_config.name.startswith("aanchal.")]
WITH_ACCESS = [m for m in OWN if "Access" in m.__dict__]
# Its rows are chosen by district, opened, and asked one by one.
OPENED_FIRST = {
    "kernel.LegalHold",
    "people.UnconfirmedKinship",
    "people.ReadingDay",
    "cases.Concern",
    "watch.Finding",
}
# Models that have a scope of their own making, each with the reason. None today.
SCOPE_BY_HAND: dict[str, str] = {}
# Words of a school, which are one kind of unit of a body.
WORDS_OF_A_SCHOOL = {"grade", "section", "school"}


@pytest.mark.parametrize("model", OWN, ids=lambda m: m._meta.label)
def test_a_model_with_a_scope_says_its_access(model):
    if not hasattr(model, "scope") or model._meta.label in SCOPE_BY_HAND:
        return
    assert issubclass(model, HasAccess), f"{model._meta.label} has a scope without a class Access"
    assert model.scope is HasAccess.scope, f"{model._meta.label} writes its scope by hand"
    assert access_of(model)


@pytest.mark.parametrize("model", WITH_ACCESS, ids=lambda m: m._meta.label)
def test_what_a_class_access_names_can_be_asked_of_the_database(model):
    grants = (
        Grant(Role.COORDINATOR, area_path="IN/S10/D206"),
        Grant(Role.VOLUNTEER, area_path="IN/S10/D206"),
        Grant(Role.TEACHER, body_id="01890a5d-ac96-774b-bcce-b302099a8057", unit=("6", "A")),
    )
    actor = Actor("01890a5d-ac96-774b-bcce-b302099a8057", grants)
    if model._meta.label in OPENED_FIRST:
        with pytest.raises(ValueError, match="opened records"):
            reach(model, actor, CasePermission.CONCERN_RAISE)
        condition = candidates(actor, CasePermission.CONCERN_RAISE)
    else:
        condition = reach(model, actor, CasePermission.CONCERN_RAISE)
    assert isinstance(condition, Q)
    # A lookup that is none of the model's raises here.
    assert str(model.objects.filter(condition).query)


def test_a_class_access_with_a_name_that_means_nothing_is_refused():
    class Odd:
        class Access:
            aera = "area__path"

    with pytest.raises(ValueError, match="aera"):
        access_of(Odd)


def test_a_model_without_a_class_access_is_refused():
    class Bare:
        pass

    with pytest.raises(ValueError, match="no class Access"):
        scope_of(Bare())


def test_the_kernel_names_no_unit_of_a_school():
    """A body may have other units one day: wards, shifts, groups."""
    for name in ("authz.py", "access.py"):
        tree = ast.parse((ROOT / "aanchal" / "kernel" / name).read_text("utf-8"))
        named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        named |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg | ast.keyword)}
        named |= {
            node.target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
        assert not named & WORDS_OF_A_SCHOOL, name
