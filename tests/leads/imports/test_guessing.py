"""Columns of more systems, and of tables that people make, are understood by their names and what stands there."""

from __future__ import annotations

import pytest

from leads.imports.mapping import guess

WHO = {"name", "email", "phone", "company", "created_at"}
HEADERS = {
    "Freshsales": "id,First name,Last name,Emails,Mobile,Sales account,Sales owner,Created at,Source",
    "Close": "id,display_name,status_label,primary_contact_name,primary_contact_primary_phone",
    "Dynamics": "(Do Not Modify) Lead,Name,Status Reason,Created On,Company Name,Email,Business Phone,Owner",
    "Pipedrive, deals": "Deal - ID,Deal - Organization,Deal - Contact person,Deal - Deal created,Deal - Deal closed on,"
    "Deal - Owner,Person - Email - Work,Person - Phone - Work",
    "Meta, German": "id,created_time,vollständiger_name,e-mail-adresse,telefonnummer,firmenname",
    "Meta, French": "id,created_time,nom_complet,adresse_e-mail,numéro_de_téléphone,nom_de_l’entreprise",
    "Meta, Spanish": "id,created_time,nombre_completo,correo_electrónico,número_de_teléfono,nombre_de_la_empresa",
}
MEANS = {
    "Freshsales": WHO - {"name"} | {"first_name", "last_name", "external_id", "owner", "source"},
    "Close": {"external_id", "name", "phone", "stage"},
    "Dynamics": WHO | {"external_id", "stage", "owner"},
    "Pipedrive, deals": WHO | {"external_id", "closed_at", "owner"},
}


@pytest.mark.parametrize("system", HEADERS)
def test_what_each_system_calls_who_it_is(system: str) -> None:
    found = guess(HEADERS[system].split(","), [], {}, "DE").mapping
    assert set(found.values()) == MEANS.get(system, WHO | {"external_id"})


@pytest.mark.parametrize(
    ("rows", "means"),
    [
        ([["Ada", "King"], ["Bo", "Berg"]], "last_name"),
        ([["Ada", "Ada King"], ["Bo", "Bo Berg"]], "name"),
        ([], "last_name"),
    ],
)
def test_a_name_beside_a_first_name_is_the_last_one_unless_it_holds_both(rows: list[list[str]], means: str) -> None:
    assert guess(["Vorname", "Name"], rows, {}, "DE").mapping == {"Vorname": "first_name", "Name": means}
