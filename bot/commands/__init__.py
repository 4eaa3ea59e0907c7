"""A reader's question becomes an answer, free of any platform."""
