"""Somebody asks: what becomes of it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from events.kinds import Kind
from events.models import Event
from events.record import PROSPECT
from leads.capture import Captured, Unreachable, capture
from leads.models import Company, Contact, CustomField, Lead, Source, Submission
from tenancy import clock
from tests.factories import a_lead, a_source

pytestmark = pytest.mark.usefixtures("in_scope")

ADA: dict[str, Any] = {
    "name": "Ada King",
    "email": "Ada.King+work@Example.com",
    "phone": "020 7183 8750",
    "job_title": "CTO",
    "company": "Example Ltd.",
    "headcount": "51-200",
    "industry": "IT Services",
    "message": "We need managed services by March.",
    "timeline_days": "6 weeks",
    "tech_stack": "Azure, VMware",
    "value": "€25,000",
    "campaign": {"utm_source": "google"},
}


def sent(source: Source | None = None, **payload: Any) -> Captured:
    return capture(payload, source=source or a_source(), channel="api", by=PROSPECT)


def kinds() -> list[str]:
    return list(Event.objects.order_by("occurred_at", "id").values_list("kind", flat=True))


def test_an_enquiry_becomes_a_lead() -> None:
    captured = sent(**ADA)
    lead = Lead.objects.with_people().get(pk=captured.lead.pk)
    assert (lead.contact.name, lead.contact.first_name, lead.contact.last_name) == ("Ada King", "Ada", "King")
    assert (lead.contact.email_norm, lead.contact.phone_e164) == ("ada.king+work@example.com", "+442071838750")
    assert (lead.contact.seniority, lead.contact.department) == ("c_level", "it")
    assert (lead.company.name, lead.company.domain, lead.company.headcount) == ("Example", "example.com", 125)
    assert lead.company.industry == "it_services"
    assert (lead.timeline_days, lead.tech_stack, lead.status) == (42, ["Azure", "VMware"], "open")
    assert (lead.value_minor, lead.currency) == (2_500_000, "EUR")
    assert (captured.problems, captured.ignored, captured.incomplete, captured.duplicate_of) == ([], [], [], None)
    assert kinds() == [Kind.LEAD_CAPTURED]


def test_the_submission_is_kept_verbatim() -> None:
    captured = sent(**ADA, shoe_size=43)
    submission = Submission.objects.get(pk=captured.submission.pk)
    assert submission.raw == ADA | {"shoe_size": 43}
    assert submission.ignored == ["shoe_size"]
    assert submission.campaign == {"utm_source": "google"}


def test_nobody_to_reach_is_refused() -> None:
    with pytest.raises(Unreachable):
        sent(message="Call me", email="  ", phone=None)


@pytest.mark.parametrize("fact", [{"email": "not an address"}, {"phone": "12"}, {"name": "X"}, {"external_id": "7"}])
def test_any_way_to_reach_somebody_is_enough(fact: Any) -> None:
    assert sent(**fact).lead.status == "open"


def test_malformed_values_are_kept_and_flagged() -> None:
    captured = sent(name="Ada", email="ada(at)example.com", phone="call me", headcount="many", country="Atlantis")
    assert [item["pointer"] for item in captured.problems] == ["/email", "/phone", "/country", "/headcount"]
    contact = Contact.objects.get()
    assert (contact.email, contact.email_norm) == ("ada(at)example.com", "")
    assert (contact.phone, contact.phone_e164) == ("call me", "")
    assert captured.submission.raw["headcount"] == "many"


@pytest.mark.parametrize(
    "email",
    [
        ["n/a", "Ada@Example.com", "other@example.com"],
        {"type": "work", "value": "ada@example.com"},
        [{"primary": False, "address": None}, {"address": "ada@example.com"}],
    ],
    ids=["list", "object", "list of objects"],
)
def test_of_several_addresses_the_first_that_is_one_is_kept(email: Any) -> None:
    captured = sent(email=email)
    assert (Contact.objects.get().email, Contact.objects.get().email_norm) == ("ada@example.com", "ada@example.com")
    [problem] = captured.problems
    assert (problem["pointer"], problem["code"]) == ("/email", "malformed")
    assert "the first that makes sense is kept" in problem["detail"]
    assert captured.submission.raw["email"] == email


def test_several_values_of_which_none_is_an_address_are_kept_as_text() -> None:
    captured = sent(name="Ada", email=["nobody", "none"], phone={"mobile": "+44 20 7183 8750"})
    assert [item["pointer"] for item in captured.problems] == ["/email", "/phone"]
    contact = Contact.objects.get()
    assert (contact.email, contact.email_norm, contact.phone_e164) == ("['nobody', 'none']", "", "+442071838750")


def test_missing_required_facts_make_it_incomplete() -> None:
    source = a_source("Fair", "event", required=["phone", "headcount", "custom.sites"])
    captured = sent(source, email="ada@example.com", headcount=12)
    assert captured.incomplete == ["phone", "custom.sites"]
    assert Lead.objects.get().incomplete == ["phone", "custom.sites"]


def test_custom_fields_are_read_by_their_type() -> None:
    CustomField.objects.create(key="sites", label="Sites", type="number")
    CustomField.objects.create(key="plan", label="Plan", type="choice", choices=["Gold", "Silver"])
    captured = sent(name="Ada", sites="3", custom={"plan": "gold", "nope": 1})
    assert captured.lead.custom == {"sites": 3, "plan": "Gold"}
    assert captured.ignored == ["custom.nope"]


def test_an_open_lead_gets_the_repeat() -> None:
    first = sent(**ADA)
    second = sent(a_source("Webinar", "event"), email="ADA.KING+work@example.com", message="Any news?", phone="+1 1")
    assert second.duplicate_of is not None
    assert second.duplicate_of.pk == first.lead.pk
    lead = Lead.objects.get()
    assert (lead.message, lead.contact.phone_e164) == ("Any news?", "+442071838750")
    assert Submission.objects.filter(lead=lead).count() == 2
    assert Submission.objects.get(pk=second.submission.pk).source.name == "Webinar"
    assert kinds() == [Kind.LEAD_CAPTURED, Kind.LEAD_REPEATED]


def test_a_disqualified_lead_is_reopened(cast: SimpleNamespace) -> None:
    first = sent(**ADA).lead
    first.disqualify(reason="No budget", by=cast.rita.by)
    second = sent(email=ADA["email"])
    assert (second.lead.pk, second.lead.status, second.lead.disqualified_reason) == (first.pk, "open", "")
    assert kinds()[-2:] == [Kind.LEAD_REOPENED, Kind.LEAD_REPEATED]


@pytest.mark.parametrize("status", ["won", "lost"])
def test_a_closed_lead_is_followed_by_a_new_one(status: Any) -> None:
    first = sent(**ADA).lead
    Lead.objects.filter(pk=first.pk).update(status=status)
    second = sent(email=ADA["email"], product="More")
    assert second.duplicate_of is None
    assert second.lead.pk != first.pk
    assert second.lead.contact_id == first.contact_id
    assert second.lead.company_id == first.company_id


def test_an_open_lead_counts_before_a_newer_closed_one() -> None:
    old = a_lead(email="ada@example.com", captured_at=clock.now() - timedelta(days=9))
    newer = a_lead(status="won")
    Lead.objects.filter(pk=newer.pk).update(contact=old.contact)
    assert sent(email="ada@example.com").lead.pk == old.pk


def test_the_same_phone_does_not_attach() -> None:
    sent(email="ada@example.com", phone="+442071838750")
    assert sent(email="bob@example.com", phone="+442071838750").duplicate_of is None


def test_colleagues_share_their_firm() -> None:
    first, second = sent(email="ada@example.com"), sent(email="bob@mail.example.com", headcount=40)
    assert first.lead.company_id == second.lead.company_id
    assert Company.objects.get().headcount == 40


def test_free_mail_says_nothing_about_the_firm() -> None:
    assert sent(email="ada@gmail.com").lead.company is None
    assert sent(email="bob@gmail.com", company="Bob's Bakery Ltd").lead.company.name == "Bob's Bakery"


def test_the_same_external_id_updates() -> None:
    first = sent(external_id="A-1", name="Ada", product="Backup")
    second = sent(external_id="A-1", name="Ada King", product="Cloud")
    assert second.duplicate_of is not None
    lead = Lead.objects.get()
    assert (lead.pk, lead.product, lead.contact.name) == (first.lead.pk, "Cloud", "Ada King")
    assert sent(a_source("Other", "api"), external_id="A-1").duplicate_of is None


def test_spam_is_put_aside_but_never_lost() -> None:
    first = sent(email="ada@example.com")
    spam = capture(
        {"email": "ada@example.com", "message": "Buy!"},
        source=a_source(),
        channel="form",
        by=PROSPECT,
        spam="The honeypot was filled.",
    )
    assert (spam.lead.status, spam.lead.contact_id) == ("spam", first.lead.contact_id)
    assert kinds() == [Kind.LEAD_CAPTURED, Kind.LEAD_QUARANTINED]
    assert sent(email="ada@example.com").lead.pk == first.lead.pk


def test_a_new_person_takes_three_statements(django_assert_num_queries: Any) -> None:
    source = a_source()
    with django_assert_num_queries(3):  # the lock, the question behind it, everything that is new
        capture(ADA, source=source, channel="api", by=PROSPECT)


def test_search_text_is_folded() -> None:
    lead = sent(name="Zoë Müller", email="zoe@example.com").lead
    assert "zoe muller" in lead.search_text


def test_an_update_with_somebody_elses_address_is_kept_aside() -> None:
    sent(name="Grace", email="grace@example.com")
    first = sent(name="Ada", email="ada@other.example", external_id="crm-7")
    again = sent(name="Ada", email="grace@example.com", external_id="crm-7")
    assert again.lead.pk == first.lead.pk
    assert [problem["code"] for problem in again.problems] == ["duplicate"]
    assert Lead.objects.get(pk=first.lead.pk).contact.email == "ada@other.example"
    assert Submission.objects.get(pk=again.submission.pk).raw["email"] == "grace@example.com"


def test_an_update_with_another_firms_domain_keeps_both_firms() -> None:
    sent(name="Grace", company="Example", website="example.com")
    first = sent(name="Ada", company="Another", external_id="crm-8")
    again = sent(name="Ada", company="Another", website="example.com", external_id="crm-8")
    assert again.lead.pk == first.lead.pk
    assert Lead.objects.get(pk=first.lead.pk).company.domain == ""


def test_spam_teaches_us_nothing_about_a_real_person() -> None:
    sent(email="ada@example.com", company="Example")
    fake = {"email": "ada@example.com", "phone": "+442071838750", "company": "Example", "industry": "casino"}

    captured = capture(
        fake | {"external_id": "7"}, source=a_source(), channel="form", by=PROSPECT, spam="A field was filled in."
    )

    assert Contact.objects.get(email_norm="ada@example.com").phone == ""
    assert Company.objects.get(domain="example.com").industry == ""
    stored = Submission.objects.get(pk=captured.submission.pk)
    assert (stored.spam, stored.raw["phone"]) == ("A field was filled in.", "+442071838750")
    assert sent(email="bob@example.com", external_id="7").lead.status == "open"


@pytest.mark.parametrize("value", [25_000, "25,000", {"amount": 25_000}, "$25,000"])
def test_an_amount_is_in_the_currency_that_was_sent_beside_it(value: Any) -> None:
    lead = sent(**ADA | {"value": value, "currency": "usd"}).lead
    assert (lead.value_minor, lead.currency) == (2_500_000, "USD")
