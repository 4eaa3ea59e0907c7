"""From planned posts to receipts: claim, post, confirm, and look up what is in doubt."""
