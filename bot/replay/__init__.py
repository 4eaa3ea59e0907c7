"""Walks the past with the choice as it stands, and measures what it would have picked. Pure."""
