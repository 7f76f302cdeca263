"""Coming in, one's own account, people and their roles, phones, and who opened what."""
