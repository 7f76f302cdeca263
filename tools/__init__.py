"""Scripts for those who work on Aanchal; nothing here runs where it is in use."""
