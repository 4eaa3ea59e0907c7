"""Which slots are due, and the bell that asks."""
