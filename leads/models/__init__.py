from leads.models.activity import (
    Activity,
    ActivityKind,
    Direction,
    Stakeholder,
    StakeholderRole,
    Submission,
)
from leads.models.custom_field import CustomField, FieldType
from leads.models.enrichment import Provider, ProviderAnswer
from leads.models.erasure import Erasure
from leads.models.imports import Import, ImportOutcome, ImportReject, ImportRow, ImportState
from leads.models.inbound import Inlet, Mailbox, MailProvider, Payload, PayloadState, Protocol
from leads.models.lead import Lead, LeadQuerySet, Status, Track
from leads.models.merges import DuplicateRule, Merge, Suspicion
from leads.models.people import Company, Contact
from leads.models.silence import Silence
from leads.models.sources import Form, Source, SourceKind
from leads.models.spent_puzzle import SpentPuzzle

__all__ = [
    "Activity",
    "ActivityKind",
    "Company",
    "Contact",
    "CustomField",
    "Direction",
    "DuplicateRule",
    "Erasure",
    "FieldType",
    "Form",
    "Import",
    "ImportOutcome",
    "ImportReject",
    "ImportRow",
    "ImportState",
    "Inlet",
    "Lead",
    "LeadQuerySet",
    "MailProvider",
    "Mailbox",
    "Merge",
    "Payload",
    "PayloadState",
    "Protocol",
    "Provider",
    "ProviderAnswer",
    "Silence",
    "Source",
    "SourceKind",
    "SpentPuzzle",
    "Stakeholder",
    "StakeholderRole",
    "Status",
    "Submission",
    "Suspicion",
    "Track",
]
