"""Django's embedded database, with tables that do not count their rows."""
