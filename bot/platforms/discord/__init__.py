"""Discord by discord.py."""
