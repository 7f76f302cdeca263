"""Running the watch from the command line, and the list of open questions it prints."""

from datetime import date

from django.utils import timezone, translation
from rich.table import Table

from aanchal.kernel.authz import system_actor
from aanchal.watch.actions import run_watch
from aanchal.watch.models import Flag
from aanchal.watch.sentences import flag_sentence

from .register_import import console, progress_bar


def run_now(on: date | None, *, show: bool, most: int = 40) -> int:
    """Run the watch with a bar and print the open questions; returns how many flags are new."""
    now = timezone.now()
    with progress_bar() as bar:
        task = bar.add_task("The watch", total=None)
        done = run_watch(
            system_actor("watch"),
            on=on or timezone.localdate(now),
            at=now,
            progress=lambda n, of: bar.update(task, completed=n, total=of),
        )
    console.print(
        f"The watch looked at {done.classes} classes, scored {done.scored}, "
        f"raised {len(done.raised)} new flags and doubts {done.doubted} since marks were corrected."
    )
    if show:
        print_list(most=most)
    return len(done.raised)


def print_list(*, most: int = 40, title: str = "Children to ask after") -> None:
    """Print the open questions: child code, village, reason; never a name."""
    waiting = Flag.objects.filter(state__in=(Flag.State.OPEN, Flag.State.ASSIGNED))
    flags = waiting.select_related("child", "area").order_by("-state", "-channel", "raised_at")
    table = Table(title=title, show_lines=False, expand=False)
    for heading in ("Child", "Village", "Why", "How soon", "With"):
        table.add_column(heading)
    shown = list(flags[:most])
    with translation.override("en"):
        for flag in shown:
            soon = "now" if flag.channel == Flag.Channel.URGENT else "this week"
            hands = "nobody yet" if flag.state == Flag.State.OPEN else "a volunteer"
            table.add_row(flag.child.code, flag.area.name, flag_sentence(flag), soon, hands)
    console.print(table)
    more = waiting.count() - len(shown)
    if more > 0:
        console.print(f"… and {more} more.")
