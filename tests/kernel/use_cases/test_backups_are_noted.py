"""That a backup was made, and that records came from one, is written down by whoever runs the site."""

from datetime import timedelta

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.backups import note_backup, note_restore
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.models import Deployment
from tests.audited import audited
from tests.factories import NOW, an_actor

pytestmark = pytest.mark.django_db


def test_the_operator_notes_a_backup_and_a_restore_with_an_event_each():
    operator = system_actor("operator")

    note_backup(operator, at=NOW)
    note_restore(operator, made_at=NOW - timedelta(days=1), at=NOW)

    kept = Deployment.objects.get()
    assert (kept.last_backup_at, kept.restored_at) == (NOW, NOW)
    assert kept.restored_from_at == NOW - timedelta(days=1)
    verbs = [event.verb for event in audited()]
    assert sorted(verbs) == ["backup.made", "backup.restored"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_nobody_of_the_site_says_so(role):
    actor = an_actor(role)

    with pytest.raises(NotAllowed):
        note_backup(actor, at=NOW)
    with pytest.raises(NotAllowed):
        note_restore(actor, made_at=NOW, at=NOW)
    assert not Deployment.objects.filter(last_backup_at=NOW).exists()
