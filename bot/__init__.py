"""Gazette: a Slack and Discord digest bot. Begin reading at pipeline.py."""
