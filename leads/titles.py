"""What a job title says: how senior, and in which department. In English, German, French and Spanish."""

import re
from collections.abc import Sequence
from functools import lru_cache

from leads.names import fold

Table = Sequence[tuple[str, str]]

SENIORITIES = ("owner", "c_level", "head", "manager", "specialist")
# Titles are folded before (no accents, no case). The first match counts: what only sounds like more comes first.
SENIORITY: Table = (
    ("specialist", r"product owner|(assist|assistenz|asistente)\w*|sekretar\w*|secretari[ao]\b"),
    ("head", r"(vice|vize)[ -]?prasident\w*|vice[ -]president\w*|vicepresident\w*|s?vp|evp|avp"),
    (
        "manager",
        r"(team|gruppen|projekt|schicht|filial)\w*leit\w*|leit\w* (team|projekt)\w*|team ?lead\w*|"
        r"chef(fe)? (de |d')(projet|produit|equipe)\w*|jef[ea] de (proyecto|producto|equipo|obra)\w*",
    ),
    (
        "owner",
        r"(co-?)?(owner|founder|proprietor|partner)|inhaber\w*|(mit)?grunder\w*|(mit)?gruender\w*|gesellschafter\w*|"
        r"eigentumer\w*|(co-?)?fondat(eur|rice)|proprietaire|associee?|duen[oa]|propietari[oa]|(co-?)?fundador\w*|soci[oa]",
    ),
    (
        "c_level",
        r"c[a-z]{1,2}o|chief|president\w*|managing director|executive director|"
        r"gesch(a|ae)fts(f(u|ue)hr|leit)\w*|vorst(a|ae)nd\w*|"
        r"(directeur|directrice) general\w*|p-?dg|dg|gerante?|daf|dsi|"
        r"director\w* (general|ejecutiv[oa])|gerente general|consejer[oa] delegad[oa]",
    ),
    (
        "head",
        r"head|director\w*|directeur|directrice|direkt(or|rice)\w*|drh|prokurist\w*|"
        r"\w*leit(er|erin|ung|ende|ender)|chef|cheffe|jef[ea] de (departamento|area|division)",
    ),
    (
        "manager",
        r"manager\w*|lead|leader|supervisor\w*|principal|coordinator|koordinator\w*|responsable|encargad[oa]|gerente|"
        r"jef[ea]|coordinador\w*|coordinat(eur|rice)|cadre|verantwortliche\w*",
    ),
)
DEPARTMENT: Table = (
    (
        "procurement",
        r"procurement|purchas\w*|buyer|sourcing|\w*einkauf\w*|einkaeuf\w*|beschaffung\w*|achats?|acheteu\w*|compras|"
        r"comprador\w*|cpo",
    ),
    (
        "finance",
        r"financ\w*|finanz\w*|cfo|daf|account(s|ant|ing)|controll(er|erin|ing)|treasur\w*|comptab\w*|tresor\w*|"
        r"buchhalt\w*|rechnungswesen|contab\w*|tesorer\w*",
    ),
    (
        "it",
        r"it|it-\w+|cto|cio|ciso|dsi|technolog\w*|tecnolog\w*|systems?|systemes?|sistemas?|system(admin|technik)\w*|"
        r"infrastruct\w*|infraestructura\w*|devops|security|informati\w*|edv|edv-\w+|digital\w*",
    ),
    (
        "engineering",
        r"engineer\w*|developer|software|r&d|research|\w*entwick\w*|developp\w*|desarroll\w*|ingeni\w*|konstrukt\w*|"
        r"technik\w*|technique|tecnic[oa]|product|produit|producto|produktmanag\w*",
    ),
    ("marketing", r"marketing|cmo|brand|growth|communications?|kommunikation\w*|comunicacion|content|mercadotecnia"),
    (
        "sales",
        r"sales|account (executive|manager)|business development|\w*vertrieb\w*|\w*verkauf\w*|verkaeuf\w*|cro|"
        r"commercial\w*|comercial\w*|ventes|ventas|vendeu\w*|vendedor\w*|key account\w*",
    ),
    (
        "hr",
        r"hr|human resources|people|talent|chro|recruit\w*|recrut\w*|personal(?! (assistant|trainer|banker))\w*|drh|rh|"
        r"ressources humaines|recursos humanos|rrhh",
    ),
    (
        "operations",
        r"operations?|operaciones|coo|\w*logisti\w*|supply chain|office|facilit\w*|betriebs\w*|exploitation|"
        r"produktion\w*|fertigung\w*|produccion",
    ),
    (
        "legal",
        r"legal|counsel|lawyer|compliance|privacy|rechts\w*|recht|jurist\w*|datenschutz\w*|juridi\w*|avocate?|abogad\w*",
    ),
    (
        "executive",
        r"ceo|president\w*|owner|founder|managing director|gesch(a|ae)ftsf(u|ue)hr\w*|vorst(a|ae)nd\w*|inhaber\w*|"
        r"grunder\w*|gruender\w*|(directeur|directrice) general\w*|p-?dg|dg|gerante?|fondat\w*|director\w* general|"
        r"gerente general|consejer[oa] delegad[oa]|duen[oa]|fundador\w*",
    ),
)


@lru_cache(maxsize=4096)  # a table has few titles, many times
def seniority(title: str) -> str:
    """owner, c_level, head, manager, specialist for any other title, or "" without one."""
    return (_first(SENIORITY, title) or "specialist") if title.strip() else ""


@lru_cache(maxsize=4096)
def department(title: str) -> str:
    """it, finance, sales and so on, or "" where the title does not say."""
    return _first(DEPARTMENT, title)


def _first(table: Table, title: str) -> str:
    # People write "Directeur·rice" and "Leiter:in"; the second half says nothing new.
    folded = re.sub(r"[·:*/_(]-?(in|rice|e|a|innen)\b\)?", "", fold(title))
    return next((value for value, pattern in table if re.search(rf"\b(?:{pattern})\b", folded)), "")
