"""Names of people and firms, split, folded and without what the law adds to them."""

import re
import unicodedata
from functools import lru_cache

_TITLES = frozenset("mr mrs ms miss mx dr prof sir dame herr frau monsieur madame sr sra".split())
_PARTICLES = frozenset("van von de del della der den di da dos du la le el al bin ibn ter ten zu zur af av".split())
_LEGAL = (
    "ltd limited llc llp inc incorporated corp corporation plc gmbh mbh ag kg ohg ug se eg ev sa sas sarl srl spa sl "
    "slu bv nv cv vof oy oyj ab as asa aps kft zrt doo dd ood ad sro spzoo pty pvt lp co kk lda ltda sia uab eood"
).split()
_SUFFIX = re.compile(rf"(?:[\s,]+(?:&\s*co\.?|(?:{'|'.join(_LEGAL)})\b))+$", re.IGNORECASE)

# What normalisation leaves of accents, whatever the script, all in the first two planes of Unicode; to ask of each
# letter takes ten times as long.
_ACCENTS = re.compile(f"[{''.join(filter(unicodedata.combining, map(chr, range(0x300, 0x20000))))}]")


def fold(text: str) -> str:
    """For comparing: no accents, no case, single spaces."""
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(" ".join(map(_folded, text.split())).split())


@lru_cache(maxsize=8192)  # the words of a table come again and again
def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", word)).casefold()


def split(name: str) -> tuple[str, str]:
    """First and last name: `Dr. Ada King` and `King, Ada` are (Ada, King); `Ludwig van Beethoven` keeps the van."""
    if name.count(",") == 1:
        last, first = (part.strip() for part in name.split(","))
        return (first, last) if first and last else (first or last, "")
    words = [word for word in name.split() if word.casefold().rstrip(".") not in _TITLES] or name.split()
    if len(words) < 2:
        return "".join(words), ""
    cut = next((i for i, word in enumerate(words[1:-1], 1) if word.casefold() in _PARTICLES), len(words) - 1)
    return " ".join(words[:cut]), " ".join(words[cut:])


def without_legal_suffix(company: str) -> str:
    """`Example GmbH & Co. KG` -> `Example`; a name that is nothing but a suffix stays."""
    name = " ".join(company.split())
    bare = re.sub(r"(?<=\w)\.(?=\w|\s|,|$)", "", name)  # B.V. -> BV
    found = _SUFFIX.search(bare)
    if not found:
        return name
    return bare[: found.start()].strip(" ,") or name
