from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class KernelConfig(AppConfig):
    name = "aanchal.kernel"
    label = "kernel"

    def ready(self) -> None:
        from . import rowguard

        connection_created.connect(rowguard.on_connect, dispatch_uid="aanchal.rowguard")
        # Sent once for this app after the tables of all apps are there, whoever migrates.
        post_migrate.connect(_guard_rows, sender=self, dispatch_uid="aanchal.rowguard")


def _guard_rows(**_: Any) -> None:
    from . import rowguard

    rowguard.install()
