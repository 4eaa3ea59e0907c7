"""The store of articles and topics, as everyone above storage sees it."""
