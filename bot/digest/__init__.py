"""Picks become a Digest, free of any platform. Pure."""
