"""One folder a platform: the way out (messenger) and the way in (commands)."""
