"""Files that nothing points at any more: they go once the transaction stands, and the store is asked until it obeys."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import storages

from events.jobs import Later, outside_job, schedule_all
from events.models import Leftover
from tenancy import clock
from tenancy.filestore import DOCUMENTS, StoreAway, answering
from tenancy.inserting import draft, insert_all
from tenancy.models import Account
from tenancy.scope import scope


def throw_away(*paths: str, store: str = DOCUMENTS) -> None:
    """Let these files of the account in scope be deleted, unless the transaction around it fails."""
    leftovers = [draft(Leftover, store=store, path=path) for path in paths if path]
    insert_all(leftovers)
    schedule_all(delete_leftover, [(one.pk, clock.now()) for one in leftovers])


@outside_job(patient=True)
def delete_leftover(account: Account, leftover_id: UUID) -> None:
    """Delete one file. Raises Later while the store is away."""
    with scope(account):
        leftover: Leftover | None = Leftover.objects.filter(pk=leftover_id).first()
    if leftover is None:
        return
    try:
        with answering():
            storages[leftover.store].delete(leftover.path)
    except StoreAway as error:
        raise Later("The file store does not answer.") from error
    with scope(account):
        leftover.delete()
