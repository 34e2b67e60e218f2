"""Due work of learned models."""

from collections.abc import Sequence
from uuid import UUID

from events.jobs import job, outside_job
from scoring.learned import learning
from tenancy.models import Account


@outside_job(patient=True)
def train_models(account: Account, model_id: UUID) -> None:
    """Train a model: seconds of work, so mail goes first."""
    learning.learn(account, model_id)


@job(of="subject", batch=1)
def retrain_models(account_ids: Sequence[UUID]) -> None:
    """A month later: learn anew from the same fields, into the shadow."""
    learning.retrain()
