"""Made-up school registers with known truth, what befalls them on their way, and a judge of a reader.

Written from what `docs/guides/register-file.md` says can be read and from registers and exports as
schools keep them, not from the reader: nothing here imports it but `reading.py`.
"""
