"""What every floor stands on: pure Python, without Django and without the apps."""
