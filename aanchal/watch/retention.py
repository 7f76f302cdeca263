"""Which flags stay as long as the case that they led to."""

from datetime import datetime

from aanchal.cases.queries import visits_with_a_concern
from aanchal.kernel.sweeping import may_go

from .models import Flag, Visit


@may_go("watch.Flag")
def led_to_no_case(rows: list[Flag], at: datetime) -> list[Flag]:
    """Flags of which no visit led to a concern that is kept."""
    visits = Visit.objects.filter(flag__in=rows).values_list("pk", "flag_id", "district")
    flags = {str(pk): flag for pk, flag, _district in visits}
    led = visits_with_a_concern([(district, str(pk)) for pk, _flag, district in visits])
    stay = {flags[key] for key in led}
    return [row for row in rows if row.pk not in stay]
