"""Sentences for a reader, marked where they stand and said in her language where they are shown."""


def N_(sentence: str) -> str:
    """Mark a sentence for the translators.

    Django's own marker looks at the settings when called, which would make every reader of files
    depend on a configured site.
    """
    return sentence
