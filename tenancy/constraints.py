"""A broken database constraint in words beside the field: forms and DRF don't see a duplicate within an account."""

from django.db import IntegrityError, models


def broken_constraint(error: IntegrityError, model: type[models.Model]) -> tuple[str, str] | None:
    """The field and the sentence of a broken unique constraint of `model`, or None for any other trouble.

    Names are compared by prefix: on a Citus cluster they carry the shard's number.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and name.startswith(constraint.name):
            field = next((field for field in reversed(constraint.fields) if field != "account"), "")
            return field, f"There is one with this {field.replace('_', ' ')} already. Choose another."
    return None
