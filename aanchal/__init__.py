"""Aanchal: community-led child protection."""

__version__ = "0.1.0"
