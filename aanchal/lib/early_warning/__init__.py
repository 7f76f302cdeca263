"""When to ask after a child: arrays of marks in, signals out. No Django; see README.md."""
