"""The few statements that differ between databases."""
