"""Alembic runs this with the connection of the workspace that is being opened."""

from alembic import context

from al_core.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
