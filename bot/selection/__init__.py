"""Choice as a chain of small rules, one file each. Pure."""
