"""What a rep pastes: signatures, LinkedIn messages and phone notes in four languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.pasted import facts_in

CASES = {
    "English signature": (
        "Hi,\nplease send a quote for three sites.\n\nKind regards,\nJonas Weidmann\nHead of IT\n"
        "Kestrel Logistics Ltd\n"
        "T: +44 20 7183 8750\njonas@kestrel.example\nwww.kestrel.example",
        {
            "name": "Jonas Weidmann",
            "job_title": "Head of IT",
            "company": "Kestrel Logistics Ltd",
            "phone": "+44 20 7183 8750",
            "email": "jonas@kestrel.example",
            "message": "Hi,\nplease send a quote for three sites.",
        },
    ),
    "German signature": (
        "Guten Tag,\nbitte um Rückruf.\nMit freundlichen Grüßen\nLena Krüger\nLeiterin Einkauf\nKestrel GmbH\n"
        "Hafenstr. 12, 20457 Hamburg\nTel.: 040 5550142\nlena.krueger@kestrel.example",
        {
            "name": "Lena Krüger",
            "job_title": "Leiterin Einkauf",
            "company": "Kestrel GmbH",
            "phone": "040 5550142",
            "email": "lena.krueger@kestrel.example",
            "message": "Guten Tag,\nbitte um Rückruf.",
        },
    ),
    "French signature": (
        "Bonjour, merci de me rappeler.\nCordialement,\nMarie de la Tour\nDirectrice générale\nDupont SARL\n"
        "Tél. : +33 1 42 68 53 00",
        {
            "name": "Marie de la Tour",
            "job_title": "Directrice générale",
            "company": "Dupont SARL",
            "phone": "+33 1 42 68 53 00",
            "message": "Bonjour, merci de me rappeler.",
        },
    ),
    "Spanish signature": (
        "Necesitamos soporte.\nSaludos cordiales,\nLucía Moreno\nDirectora de compras\nIberia Norte S.L.\n"
        "Móvil: +34 612 345 678",
        {
            "name": "Lucía Moreno",
            "job_title": "Directora de compras",
            "company": "Iberia Norte S.L.",
            "phone": "+34 612 345 678",
            "message": "Necesitamos soporte.",
        },
    ),
    "LinkedIn heading": (
        "Jonas Weidmann\nHead of IT at Kestrel Logistics",
        {"name": "Jonas Weidmann", "job_title": "Head of IT", "company": "Kestrel Logistics"},
    ),
    "LinkedIn heading in German": (
        "Lena Krüger\nLeiterin Einkauf bei Kestrel",
        {"name": "Lena Krüger", "job_title": "Leiterin Einkauf", "company": "Kestrel"},
    ),
    "LinkedIn message": (
        "Hi, I am Jane Holm, CTO at Fjell Systems\njane.holm@fjell.example\nWe need managed Azure for 300 people",
        {
            "name": "Jane Holm",
            "job_title": "CTO",
            "company": "Fjell Systems",
            "email": "jane.holm@fjell.example",
            "message": "Hi, I am Jane Holm, CTO at Fjell Systems\njane.holm@fjell.example\n"
            "We need managed Azure for 300 people",
        },
    ),
    "LinkedIn message in German": (
        "Hallo, ich bin Lena Krüger, Leiterin IT bei Kestrel und wir suchen Hilfe.",
        {
            "name": "Lena Krüger",
            "job_title": "Leiterin IT",
            "message": "Hallo, ich bin Lena Krüger, Leiterin IT bei Kestrel und wir suchen Hilfe.",
        },
    ),
    "a title that is no name": (
        "I am Chief Technology Officer here. We need help.",
        {"message": "I am Chief Technology Officer here. We need help."},
    ),
    "English note": (
        "Call from Mr. Jonas Weidmann from Kestrel Logistics, 020 7183 8750. Wants a service desk.",
        {
            "name": "Jonas Weidmann",
            "company": "Kestrel Logistics",
            "phone": "020 7183 8750",
            "message": "Call from Mr. Jonas Weidmann from Kestrel Logistics, 020 7183 8750. Wants a service desk.",
        },
    ),
    "German note": (
        "Anruf von Frau Lena Krüger von Kestrel, braucht ein Angebot.",
        {
            "name": "Lena Krüger",
            "company": "Kestrel",
            "message": "Anruf von Frau Lena Krüger von Kestrel, braucht ein Angebot.",
        },
    ),
    "French note": (
        "Appel de Mme Marie Dupont chez Lumière, rappeler demain.",
        {
            "name": "Marie Dupont",
            "company": "Lumière",
            "message": "Appel de Mme Marie Dupont chez Lumière, rappeler demain.",
        },
    ),
    "Spanish note": (
        "Llamada de Lucía Moreno de Iberia Norte, quiere precios.",
        {
            "name": "Lucía Moreno",
            "company": "Iberia Norte",
            "message": "Llamada de Lucía Moreno de Iberia Norte, quiere precios.",
        },
    ),
    "English note in lines": (
        "Called by Mr. John O'Brien\nwants backup for 30 desks\ncall back Friday, 020 7183 8750",
        {
            "name": "John O'Brien",
            "phone": "020 7183 8750",
            "message": "Called by Mr. John O'Brien\nwants backup for 30 desks\ncall back Friday, 020 7183 8750",
        },
    ),
    "English words behind a firm": (
        "Spoke to Maria Lopez at Acme about backup. Quote by Friday.",
        {
            "name": "Maria Lopez",
            "company": "Acme",
            "message": "Spoke to Maria Lopez at Acme about backup. Quote by Friday.",
        },
    ),
    "German note in lines": (
        "Anruf von Frau Meier\nRückruf morgen 10 Uhr",
        {"name": "Meier", "message": "Anruf von Frau Meier\nRückruf morgen 10 Uhr"},
    ),
    "words in lines": ("30 desks\nbackup\nuntil March", {"message": "30 desks\nbackup\nuntil March"}),
    "English signature with a fax": (
        "Jonas Weidmann\nmanaging director\nFax: 020 7183 8751\nTel: 020 7183 8750",
        {"name": "Jonas Weidmann", "job_title": "managing director", "phone": "020 7183 8750"},
    ),
    "an address alone": (
        "jonas@kestrel.example",
        {"email": "jonas@kestrel.example", "message": "jonas@kestrel.example"},
    ),
    "nothing": (" \n ", {}),
    "only words": ("they need help with backup.", {"message": "they need help with backup."}),
}
COUNTRY = {"German": "DE", "English": "GB"}


@pytest.mark.parametrize("case", CASES)
def test_what_was_pasted_is_read(case: str) -> None:
    text, facts = CASES[case]
    assert facts_in(text, COUNTRY.get(case.split()[0], "")) == facts


@given(text=st.text(max_size=400), country=st.sampled_from(["", "DE", "GB"]))
def test_nothing_that_is_pasted_breaks_it(text: str, country: str) -> None:
    facts = facts_in(text, country)
    assert set(facts) <= {"name", "email", "phone", "company", "job_title", "message"}
    assert all(value.strip() for value in facts.values())


def test_a_long_text_is_read_in_no_time() -> None:
    assert len(facts_in("a@" * 50_000 + "Call from " * 9_000)["message"]) <= 20_000
