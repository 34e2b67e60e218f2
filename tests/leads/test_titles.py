"""Job titles in four languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.titles import DEPARTMENT, SENIORITIES, department, seniority

TITLES = [
    # English
    ("Chief Information Officer", "c_level", "it"),
    ("CTO", "c_level", "it"),
    ("Co-Founder & CEO", "owner", "executive"),
    ("Vice President, Sales", "head", "sales"),
    ("VP Engineering", "head", "engineering"),
    ("Head of IT", "head", "it"),
    ("IT Director", "head", "it"),
    ("Assistant to the Managing Director", "specialist", "executive"),
    ("Product Owner", "specialist", "engineering"),
    ("Team Lead Infrastructure", "manager", "it"),
    ("Procurement Manager", "manager", "procurement"),
    ("Personal assistant", "specialist", ""),
    ("Software Engineer", "specialist", "engineering"),
    ("General Counsel", "specialist", "legal"),
    # German
    ("Geschäftsführer", "c_level", "executive"),
    ("Geschaeftsfuehrende Gesellschafterin", "owner", "executive"),
    ("Inhaberin", "owner", "executive"),
    ("Mitgründer", "owner", ""),
    ("Vorstandsvorsitzende", "c_level", "executive"),
    ("Abteilungsleiter Einkauf", "head", "procurement"),
    ("Leiterin Rechnungswesen", "head", "finance"),
    ("IT-Leiter", "head", "it"),
    ("Leiter:in Personal", "head", "hr"),
    ("Leitung EDV", "head", "it"),
    ("Teamleiter Vertrieb", "manager", "sales"),
    ("Projektleiterin", "manager", ""),
    ("Vertriebsleiter", "head", "sales"),
    ("Prokurist", "head", ""),
    ("Systemadministrator", "specialist", "it"),
    ("Entwicklungsingenieur", "specialist", "engineering"),
    ("Sachbearbeiter Buchhaltung", "specialist", "finance"),
    ("Assistenz der Geschäftsführung", "specialist", "executive"),
    # French
    ("PDG", "c_level", "executive"),
    ("Directrice générale", "c_level", "executive"),
    ("Gérant", "c_level", "executive"),
    ("Fondatrice", "owner", "executive"),
    ("DSI", "c_level", "it"),
    ("Directeur des systèmes d'information", "head", "it"),
    ("Directeur·rice des achats", "head", "procurement"),
    ("DRH", "head", "hr"),
    ("Responsable informatique", "manager", "it"),
    ("Chef de projet", "manager", ""),
    ("Chef comptable", "head", "finance"),
    ("Responsable commerciale", "manager", "sales"),
    ("Ingénieur développement", "specialist", "engineering"),
    ("Avocate", "specialist", "legal"),
    # Spanish
    ("Director General", "c_level", "executive"),
    ("Consejera delegada", "c_level", "executive"),
    ("Dueña", "owner", "executive"),
    ("Socio", "owner", ""),
    ("Directora de Tecnología", "head", "it"),
    ("Jefe de compras", "manager", "procurement"),
    ("Jefa de proyecto", "manager", ""),
    ("Gerente de ventas", "manager", "sales"),
    ("Responsable de recursos humanos", "manager", "hr"),
    ("Técnico de sistemas", "specialist", "it"),
    ("Contable", "specialist", "finance"),
    ("Abogada", "specialist", "legal"),
]


@pytest.mark.parametrize(("title", "rank", "place"), TITLES)
def test_what_a_title_says(title: str, rank: str, place: str) -> None:
    assert (seniority(title), department(title)) == (rank, place)


@given(st.sampled_from(TITLES), st.sampled_from([str.upper, str.lower, str.title, lambda text: f"  {text} "]))
def test_how_it_is_written_changes_nothing(row: tuple[str, str, str], rewrite: object) -> None:
    assert callable(rewrite)
    assert (seniority(rewrite(row[0])), department(rewrite(row[0]))) == row[1:]


@given(st.text(max_size=60))
def test_any_text_has_a_rank_unless_it_is_blank(title: str) -> None:
    assert seniority(title) in SENIORITIES if title.strip() else seniority(title) == ""
    assert department(title) in {name for name, _ in DEPARTMENT} | {""}
