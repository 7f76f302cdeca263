"""Places, their files, their codes and their calendars."""
