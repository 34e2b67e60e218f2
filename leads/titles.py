"""What a job title says: how senior, and in which department. English, and the commonest German, French, Spanish."""

import re

# First match counts. Seniority: owner, c_level, head, manager, specialist.
SENIORITY = [
    ("owner", r"\b(co-?)?(owner|founder|proprietor|inhaber(in)?|gründer(in)?|partner|fondateur|dueño)\b"),
    (
        "c_level",
        r"\b(c[a-z]{1,2}o|chief|president|geschäftsführer(in)?|managing director|vorstand|directeur général|gérant)\b",
    ),
    ("head", r"\b(s?vp|evp|vice president|head|director|leiter(in)?|directeur|directrice|directora?|chef)\b"),
    ("manager", r"\b(manager(in)?|lead|supervisor|team ?leader|principal|responsable|jefe)\b"),
]
SENIORITIES = ("owner", "c_level", "head", "manager", "specialist")
DEPARTMENT = [
    ("procurement", r"\b(procurement|purchas\w*|buyer|sourcing|einkauf\w*|achats|cpo)\b"),
    ("finance", r"\b(financ\w*|cfo|account(s|ant|ing)|controller|controlling|treasur\w*|comptab\w*)\b"),
    ("it", r"\b(it|cto|cio|ciso|technology|technolog\w*|systems?|infrastructure|devops|security|informati\w*|edv)\b"),
    ("engineering", r"\b(engineer\w*|developer|software|r&d|research|entwick\w*|product)\b"),
    ("marketing", r"\b(marketing|cmo|brand|growth|communications?|content)\b"),
    ("sales", r"\b(sales|account executive|business development|vertrieb\w*|cro|commercial)\b"),
    ("hr", r"\b(hr|human resources|people|talent|personal\w*|chro|recruit\w*)\b"),
    ("operations", r"\b(operations?|coo|logistic\w*|supply chain|office|facilit\w*)\b"),
    ("legal", r"\b(legal|counsel|lawyer|compliance|privacy)\b"),
    ("executive", r"\b(ceo|president|owner|founder|managing director|geschäftsführer(in)?)\b"),
]
_NOT_CHIEFS = re.compile(r"\b(vice president|vp|product owner)\b")


def seniority(title: str) -> str:
    """owner, c_level, head, manager, specialist for any other title, or "" without one."""
    return (_first(SENIORITY, title) or "specialist") if title.strip() else ""


def department(title: str) -> str:
    """it, finance, sales and so on, or "" where the title does not say."""
    return _first(DEPARTMENT, title)


def _first(table: list[tuple[str, str]], title: str) -> str:
    folded = title.casefold()
    if table is SENIORITY and (found := _NOT_CHIEFS.search(folded)):
        return "specialist" if found[0] == "product owner" else "head"
    return next((value for value, pattern in table if re.search(pattern, folded)), "")
