"""Alembic's way in: runs the missing migrations on the connection that Database.migrate hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
