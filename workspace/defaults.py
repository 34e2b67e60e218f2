"""What a new account starts with: two sources, a form, and the published defaults of every app."""

from followups import defaults as followups
from leads.models import Form, Source, SourceKind
from pipeline import templates
from routing.defaults import publish_default_rules
from scoring.defaults import publish_default_model
from tenancy.models import Account

TEMPLATES = tuple(templates.TEMPLATES)

CONTACT_FIELDS = (
    ("name", "Your name", True, ""),
    ("email", "E-mail", True, "We answer to this address."),
    ("phone", "Phone", False, ""),
    ("company", "Company", False, ""),
    ("message", "How can we help?", True, ""),
)


def install_defaults(account: Account, template: str) -> None:
    """Fill the account in scope. `template` names its first pipeline, one of TEMPLATES."""
    website = Source.objects.create(name="Website", kind=SourceKind.FORM)
    Source.objects.create(name="API", kind=SourceKind.API)
    contact_form(website)
    publish_default_model(account)
    publish_default_rules()
    templates.install(template)
    followups.install()


def contact_form(source: Source) -> Form:
    """The form “Contact us” of a source, with its public link."""
    form: Form = Form.objects.create(
        name="Contact us",
        title="Contact us",
        source=source,
        fields=[
            {"field": field, "label": label, "required": required, "help": text}
            for field, label, required, text in CONTACT_FIELDS
        ],
        consent_text="You may contact me about this request; what I send is used for nothing else.",
        thanks="Thank you. Somebody will be in touch shortly.",
    )
    form.publish()
    return form
