"""Short names of the months, to be translated here.

Django's own Hindi cuts March to "मा" and December to "दिस्", which nobody writes. A sentence that
Aanchal's translations hold goes before Django's.
"""

from django.utils.translation import gettext_noop as N_

SHORT = (
    N_("jan"),
    N_("feb"),
    N_("mar"),
    N_("apr"),
    N_("may"),
    N_("jun"),
    N_("jul"),
    N_("aug"),
    N_("sep"),
    N_("oct"),
    N_("nov"),
    N_("dec"),
)
