"""Reading any table people send: see README.md. Import its modules; this package imports none."""
