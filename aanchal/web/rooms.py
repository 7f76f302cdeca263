"""The rooms of the site, in the order in which their addresses and their menu stand."""

ROOMS = (
    "home",
    "help",
    "notices",
    "visits",
    "watch",
    "concerns",
    "classes",
    "registers",
    "children",
    "access",
    "places",
    "upkeep",
)
