"""A table of people as a spreadsheet has them: repeats, odd values and empty rows among them."""

from __future__ import annotations

import csv
from pathlib import Path

HEADERS = ("Vor- und Nachname", "E-Mail-Adresse", "Telefon", "Firma", "Funktion", "Nachricht")
FIRST = ("Jonas", "Ada", "Bo", "Zoë", "Jürgen", "Inés", "Marek", "Siobhán", "Ewa", "Lars")
LAST = ("Weidmann", "King", "Berg", "Núñez", "Öztürk", "O'Neill", "Nowicka", "van Dijk")
TITLES = ("Head of IT", "Geschäftsführer", "CTO", "Einkauf", "Systemadministrator", "Office Manager")
SAYS = "We need a 24/7 desk for 3 sites. Our current provider answers next day."
REPEATED, ODD, EMPTY = 20, 50, 500  # every so many rows says an earlier one's address, an odd value, or nothing at all


def person(number: int) -> list[str]:
    """One row of the table, always the same for the same number."""
    if number % EMPTY == EMPTY - 1:
        return ["-", "", "n/a", "", "", SAYS]
    who = number - 7 if number % REPEATED == REPEATED - 1 else number
    firm = who // 4
    name = f"{FIRST[who % len(FIRST)]} {LAST[who % len(LAST)]}"
    email = f"person{who}@firm{firm}.example" if number % ODD != ODD - 2 else f"person{who} at firm"
    phone = f"040 55{who % 100_000:05}" if who % 3 else f"+46 8 55{who % 100_000:05}"
    return [name, email, phone, f"Firm {firm} GmbH", TITLES[who % len(TITLES)], f"{SAYS} {number}"]


def write(path: Path, rows: int) -> Path:
    """The table of that many rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(HEADERS)
        table.writerows(map(person, range(rows)))
    return path
