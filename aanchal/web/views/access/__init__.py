"""Pages of access: coming in, one's own account, people and their roles, volunteers' phones."""
