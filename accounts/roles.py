"""Who may do what: one table, read by pages and API alike."""

from enum import StrEnum

from django.db.models import TextChoices


class Role(TextChoices):
    REP = "rep", "Rep"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Admin"
    MARKETER = "marketer", "Marketer"


class Function(StrEnum):
    SEE_LEADS = "see leads"
    CAPTURE = "add leads"
    WORK_LEADS = "work leads: log, answer, change facts"
    MOVE_DEALS = "move deals through gates"
    REASSIGN = "reassign leads of others"
    OVERRIDE_GATES = "override a gate with a reason"
    SEE_REPORTS = "read reports"
    MANAGE_CAPTURE = "manage sources, forms and imports"
    SORT_INTAKE = "sort what arrives: see all of it, spam and back"
    MANAGE_CADENCES = "edit cadences and templates"
    MANAGE_PRIVACY = "hand over and erase what is known of a person"
    MANAGE_ACCOUNT = "manage members, keys, stages, scoring and routing"


_R, _M, _A, _K = Role.REP, Role.MANAGER, Role.ADMIN, Role.MARKETER

MATRIX: dict[Function, frozenset[Role]] = {
    Function.SEE_LEADS: frozenset({_R, _M, _A, _K}),
    Function.CAPTURE: frozenset({_R, _M, _A, _K}),
    Function.WORK_LEADS: frozenset({_R, _M, _A}),
    Function.MOVE_DEALS: frozenset({_R, _M, _A}),
    Function.REASSIGN: frozenset({_M, _A}),
    Function.OVERRIDE_GATES: frozenset({_M, _A}),
    Function.SEE_REPORTS: frozenset({_R, _M, _A, _K}),
    Function.MANAGE_CAPTURE: frozenset({_K, _A}),
    Function.SORT_INTAKE: frozenset({_M, _A, _K}),
    Function.MANAGE_CADENCES: frozenset({_M, _A}),
    Function.MANAGE_PRIVACY: frozenset({_A}),
    Function.MANAGE_ACCOUNT: frozenset({_A}),
}


class Scope(TextChoices):
    """What an API key may do."""

    LEADS_WRITE = "leads:write"
    LEADS_READ = "leads:read"
    SIGNALS_WRITE = "signals:write"
    PIPELINE_WRITE = "pipeline:write"
    REPORTS_READ = "reports:read"
    SETTINGS_WRITE = "settings:write"


BROWSER_SCOPES = frozenset({Scope.LEADS_WRITE, Scope.SIGNALS_WRITE})  # a key that everybody can read has no more


def may(role: str, function: Function) -> bool:
    """Whether a member with `role` may use `function`."""
    return Role(role) in MATRIX[function]
