"""Pure rules of access: who needs a second person, which roles do not mix, sign-in names."""
