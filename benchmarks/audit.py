"""How fast the audit is written and walked: `python -m benchmarks.audit` (SQLite, a folder of its own).

One event a transaction is what a page costs; forty children in it is a class. Figures stand in
`docs/decisions/0076-the-audit-is-sealed.md`.
"""

import os
import tempfile
import time

EVENTS = 2_000


def main() -> None:
    """Print events a second: written one by one, with forty children each, in bulk; and walked."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["AANCHAL_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "aanchal.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from django.db import transaction
        from django.utils import timezone

        from aanchal.kernel import audit
        from aanchal.kernel.ids import new_id

        children = tuple(str(new_id()) for _ in range(40))

        def event(shown: tuple[str, ...] = ()) -> audit.Event:
            made = audit.Event(
                "u", "page.shown", "people.Child", children[0], "D206", "IN/S10/D206", {"n": 1}
            )
            if shown:
                made.shown = shown
            return made

        def one_by_one(shown: tuple[str, ...]) -> None:
            for _ in range(EVENTS):
                with transaction.atomic():
                    audit.write_events([event(shown)], at=timezone.now())

        def in_bulk() -> None:
            with transaction.atomic():
                audit.write_events([event() for _ in range(EVENTS)], at=timezone.now())

        for name, work, count in (
            ("one a transaction", lambda: one_by_one(()), EVENTS),
            ("one a transaction, 40 children", lambda: one_by_one(children), EVENTS),
            ("in bulk", in_bulk, EVENTS),
            ("walked", lambda: list(audit.verify()), 3 * EVENTS),
        ):
            began = time.perf_counter()
            work()
            print(f"{name:32}{count / (time.perf_counter() - began):10,.0f} events/s")


if __name__ == "__main__":
    main()
