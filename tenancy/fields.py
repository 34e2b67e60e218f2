"""The one way a tenant's row points at another, by account and id together; and how many are asked for at once."""

from typing import Any

from django import forms
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.sql.where import WhereNode


class Among(models.Lookup):
    """`pk__among=ids` is `pk__in=ids` with one array instead of a parameter for each: hundreds of ids are written, sent
    and understood several times faster."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if not self.rhs:
            raise EmptyResultSet
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*parameters, list(self.rhs)]


class AmongWords(Among):
    """Of words. Many columns are indexed where they are not blank: PostgreSQL uses such an index only if it is told
    that none of the words is, which it can't know of an array."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        found, parameters = super().as_sql(compiler, connection)
        if "" in self.rhs:
            return found, parameters
        column, more = self.process_lhs(compiler, connection)
        return f"({found} AND {column} <> '')", [*parameters, *more]


models.UUIDField.register_lookup(Among)
models.CharField.register_lookup(AmongWords)


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key inside one account.

    The database's own constraint is the composite (account_id, x_id), made by `tenancy.operations`; joins, prefetches
    and descriptors carry the account, so that every query names it.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        if on_delete in (models.SET_NULL, models.SET_DEFAULT):
            raise ValueError("A composite key cannot be half emptied: update it in the verb that deletes.")
        kwargs["db_constraint"] = False
        kwargs.setdefault("db_index", False)  # useful ones begin with the account: declare them in Meta
        super().__init__(to, on_delete=on_delete, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs["db_index"] = self.db_index  # type: ignore[attr-defined]  # the stubs forget it
        return name, path, args, kwargs

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> WhereNode:
        theirs: Any = self.remote_field.model._meta.get_field("account")
        ours: Any = self.model._meta.get_field("account")
        clause: Any = Exact(ours.get_col(related_alias), theirs.get_col(alias))
        return WhereNode([clause])

    def get_extra_descriptor_filter(self, instance: models.Model) -> dict[str, Any]:
        return {"account_id": instance.account_id}  # type: ignore[attr-defined]

    def formfield(self, **kwargs: Any) -> Any:
        # The manager refuses to answer at import time: TenantForm sets the queryset when the form is made.
        target: Any = self.remote_field.model
        queryset = target.objects.none_yet()
        return models.Field.formfield(
            self, **{"form_class": forms.ModelChoiceField, "queryset": queryset, "blank": self.blank} | kwargs
        )


TenantForeignKey.register_lookup(Among)
