from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class KernelConfig(AppConfig):
    name = "aanchal.kernel"
    label = "kernel"

    def ready(self) -> None:
        from . import rowguard

        # Whoever asks for all permissions or verbs finds those of every app.
        autodiscover_modules("permissions", "verbs")
        connection_created.connect(rowguard.on_connect, dispatch_uid="aanchal.rowguard")
        # Sent once for this app after the tables of all apps are there, whoever migrates.
        post_migrate.connect(_finish_tables, sender=self, dispatch_uid="aanchal.rowguard")


def _finish_tables(**_: Any) -> None:
    """Guard the rows, and give the site its rights to all tables."""
    from . import rowguard

    rowguard.install()
