"""Alembic runs this: it changes the tables over the connection that it is given, in its transaction."""

from alembic import context

from spanwise_alerts.record.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
