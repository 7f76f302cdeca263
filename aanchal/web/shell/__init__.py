"""What every room stands on: look, forms, addresses, menu, headers, errors."""
