"""Django's PostgreSQL, where the server keeps the plans of what is asked often."""
