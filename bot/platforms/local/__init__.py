"""The board: a page on loopback."""
