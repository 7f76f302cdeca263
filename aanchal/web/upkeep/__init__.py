"""The health of the site, and what is kept how long."""
