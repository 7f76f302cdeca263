"""The guides, drawn for whoever is in."""
