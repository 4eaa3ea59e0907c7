"""The catalog, the ledger and the subscriptions on SQLAlchemy Core."""
