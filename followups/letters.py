"""Mails to leads, written from templates: subject, text and HTML, signed by the owner, with the way out below."""

from __future__ import annotations

from dataclasses import dataclass

from events import mail
from followups.merge import as_html, merge
from followups.models import Message, Purpose, Template, Touch
from followups.opting_out import unsubscribe_url
from leads.models import Lead
from routing.workingtime import zone_named
from tenancy import clock
from tenancy.ids import uuid7
from tenancy.inserting import draft
from tenancy.models import Account
from tenancy.scope import current_account

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def write(template: Template, lead: Lead) -> Letter:
    """What `template` says to `lead`. Reads contact, company and owner: select them along."""
    account = current_account()
    values = merge_values(lead, account)
    signature = f"{lead.owner.name}\n{account.name}" if lead.owner else account.name
    body = f"{merge(template.body, values).strip()}\n\n{signature}"
    url = unsubscribe_url(account, lead.contact_id)
    return Letter(
        subject=mail.one_line(merge(template.subject, values))[:LONGEST_SUBJECT],
        text=f"{body}\n\n-- \nNo more mails from us: {url}\n",
        html=f'{as_html(body)}\n<hr>\n<p><a href="{url}">No more mails from us</a></p>\n',
    )


def merge_values(lead: Lead, account: Account) -> dict[str, str]:
    """What merge fields may name; empty where it is unknown."""
    owner = lead.owner.name if lead.owner else ""
    return {
        "first_name": lead.contact.first_name,
        "last_name": lead.contact.last_name,
        "name": lead.contact.name,
        "job_title": lead.contact.job_title,
        "company": lead.company.name if lead.company else "",
        "product": lead.product.replace("_", " "),
        "owner": owner,
        "owner_first_name": owner.partition(" ")[0],
        "account": account.name,
    }


def message(
    template: Template, lead: Lead, purpose: Purpose, *, dedupe_key: str, touch: Touch | None = None
) -> Message:
    """The unsaved automatic mail to `lead`, planned for today."""
    account, letter, row_id = current_account(), write(template, lead), uuid7()
    return draft(
        Message,
        id=row_id,
        lead=lead,
        contact_id=lead.contact_id,
        touch=touch,
        purpose=purpose,
        dedupe_key=dedupe_key,
        day=clock.now().astimezone(zone_named(account.time_zone)).date(),
        message_id=mail.message_id(account, lead.pk, row_id),
        sender=f"{lead.owner.name} · {account.name}" if lead.owner else account.name,
        recipient=lead.contact.email_norm,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
    )
