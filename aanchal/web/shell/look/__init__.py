"""What the components of the pages say and show, as plain functions; see `templatetags/look.py`."""
