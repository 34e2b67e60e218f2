"""What a new account starts with: two sources, a form, and the published defaults of every app."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from leads.models import Form, Source, SourceKind
from tenancy.models import Account

TEMPLATES = ("it_services", "simple", "blank")

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
    for install in installers(account, template):
        install()


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


def installers(account: Account, template: str) -> list[Callable[[], object]]:
    found: list[Callable[[], object]] = []
    if find_spec("scoring.defaults"):
        publish = import_module("scoring.defaults").publish_default_model
        found.append(lambda: publish(account, {}))
    if find_spec("routing.defaults"):
        found.append(import_module("routing.defaults").publish_default_rules)
    if find_spec("pipeline.templates"):
        install = import_module("pipeline.templates").install
        found.append(lambda: install(template))
    if find_spec("followups.defaults"):
        found.append(import_module("followups.defaults").install)
    return found
