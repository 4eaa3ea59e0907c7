"""A Digest becomes payloads within each platform's limits. Pure."""
