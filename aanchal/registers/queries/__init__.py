"""Reads of the attendance path."""
