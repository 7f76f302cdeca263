"""Scripts, digits, calendar words and names of India, as registers and lists write them."""
