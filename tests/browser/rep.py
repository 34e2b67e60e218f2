"""A rep with a day's work, and hands for it: keys alone, or one finger."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Locator, Page, expect

from events.record import SYSTEM
from followups.models import Cadence, Channel, Enrolment, Step, Touch, TouchState
from leads.models import Lead
from pipeline.models import Deal
from pipeline.tasks import add_task
from tenancy import clock
from tenancy.scope import scope
from tests.factories import PASSWORD, an_account, the_cast
from tests.pipeline.deals import a_deal, a_ready_deal

WAITING = ("Kestrel Logistics", "Pinecrest Credit Union")


def a_days_work(server: Any) -> SimpleNamespace:
    """Rita's: two leads wait for an answer, one has replied, one stalls; a task and a call of a cadence are due; and
    four deals stand in the first stage, one of them ready to move."""
    cast = the_cast(an_account())
    cast.url = f"{server.url}/acme"
    cast.rita.user.set_password(PASSWORD)
    cast.rita.user.save()
    now = clock.now()
    with scope(cast.account):
        for number, company in enumerate(WAITING):
            _waiting(cast.rita, company, now + timedelta(minutes=4 + number))
        worked = {"first_response_at": now - timedelta(days=1)}
        cast.ready = a_ready_deal(cast.rita, company="Northgate Biotech", name="Leila Haddad", **worked)
        with clock.at(now - timedelta(days=9)):
            cast.unready = a_deal(cast.rita, company="Vantage Clinics", name="Petra Keszthelyi", **worked)
        _replied(cast.unready.lead)
        add_task(cast.unready.lead, "Send the licence questions", by=SYSTEM, due_at=now - timedelta(hours=1))
        _due_call(cast.ready.lead)
    return cast


def _waiting(member: Any, company: str, due: Any) -> None:
    columns = {"tier": "urgent", "first_response_due_at": due, "first_response_risk_at": clock.now()}
    person = {"name": f"Jonas of {company.split()[0]}", "phone": "+49405550142", "job_title": "Head of IT"}
    a_deal(member, company=company, message="We need a service desk.", **person, **columns)


def _replied(lead: Lead) -> None:
    lead.log_activity(kind="email", direction="in", body="Does the price include our Leeds office?", by=SYSTEM)


def _due_call(lead: Lead) -> None:
    at = clock.now() - timedelta(minutes=20)
    cadence = Cadence.objects.create(name="First contact")
    step = Step.objects.create(cadence=cadence, position=1, day=3, channel=Channel.CALL, title="Call with voicemail")
    enrolment = Enrolment.objects.create(cadence=cadence, lead=lead, version=1)
    Touch.objects.create(
        enrolment=enrolment,
        lead=lead,
        step=step,
        channel=Channel.CALL,
        title=step.title,
        due_at=at,
        state=TouchState.DUE,
    )


def deal_of(acme: SimpleNamespace, deal: Deal) -> Deal:
    """As it stands now."""
    with scope(acme.account):
        found: Deal = Deal.objects.select_related("stage", "lead").get(pk=deal.pk)
        return found


# Nothing is on its way, and two frames have been painted: what hides is blurred by then.
QUIET = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling")))))"""


# How many can be reached between where the focus is and an element, as far as can be told from outside.
AHEAD = """element => {
  const reached = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const within = element.closest("dialog") ?? document;
  const all = [...within.querySelectorAll(reached)].filter((other) => other.tabIndex >= 0 && !other.disabled &&
    other.checkVisibility({ visibilityProperty: true }) && !(other.type === "radio" && !other.checked));
  return all.indexOf(element) - all.indexOf(document.activeElement);
}"""


class Keys:
    """Ten fingers on a keyboard, and nothing else: where the focus stands is where one got to by keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def at(self, target: Locator) -> bool:
        found: bool = target.evaluate("element => element === document.activeElement")
        return found

    def tab_to(self, target: Locator, *, back: bool = False, most: int = 120) -> None:
        """Press Tab until `target` has the focus; far away, without a look at every step."""
        expect(target).to_be_attached()
        if not back:
            self.press(*["Tab"] * (target.evaluate(AHEAD) - 4))
        for _ in range(most):
            if self.at(target):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"No Tab leads to {target}")

    def walk_to(self, row: Locator, key: str = "j", most: int = 20) -> None:
        """Press J (or another key) until the focus is within `row`."""
        expect(row).to_be_attached()
        for _ in range(most):
            if row.evaluate("element => element.contains(document.activeElement)"):
                return
            self.press(key)
        raise AssertionError(f"No {key} leads to {row}")

    def moment(self, day: str, hour: str) -> None:
        """Into a field for a day and a time: `03122030` and `0900AM`."""
        self.type(day)
        self.press("ArrowRight")
        self.type(hour)

    def has_a_place(self) -> None:
        """All that was asked for is there, and the focus is somewhere: nothing that was swapped has taken it away."""
        self.page.wait_for_function(QUIET, timeout=20_000)
        assert self.page.evaluate("document.activeElement !== document.body")
