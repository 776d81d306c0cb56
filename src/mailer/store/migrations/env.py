"""Runs migrations on the connection it is handed, inside that connection's transaction."""

from alembic import context

from mailer.store import tables  # noqa: F401  (fills the metadata)
from mailer.store.schema import Model

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Model.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
