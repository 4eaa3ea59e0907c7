"""Slack by slack-bolt."""
