"""A teacher's classes, and moves of pupils between them."""
