"""Names of school holidays as calendars write them, so that each reader sees them in her language.

A name that is not here is shown as it was typed.
"""

from django.utils.translation import gettext_noop

NAMES = (
    gettext_noop("Summer vacation"),
    gettext_noop("Winter vacation"),
    gettext_noop("Puja vacation"),
    gettext_noop("Durga Puja"),
    gettext_noop("Diwali to Chhath"),
    gettext_noop("Republic Day"),
    gettext_noop("Makar Sankranti"),
    gettext_noop("Founding Day of the State"),
    gettext_noop("New Year (Poila Boishakh, Jur Sital)"),
    gettext_noop("Labour Day"),
    gettext_noop("Independence Day"),
    gettext_noop("Gandhi Jayanti"),
    gettext_noop("Mahatma Gandhi's birthday"),
    gettext_noop("Christmas"),
    gettext_noop("Saraswati Puja"),
    gettext_noop("Holi"),
    gettext_noop("Id-ul-Fitr"),
    gettext_noop("Bakrid"),
    gettext_noop("Muharram"),
    gettext_noop("Raksha Bandhan"),
    gettext_noop("Janmashtami"),
    gettext_noop("Kali Puja and Diwali"),
    gettext_noop("Dashami"),
)
