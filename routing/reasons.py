"""Why a lead is passed on. Corrective reasons say that the rules erred; neutral ones don't count against them."""

from django.db.models import TextChoices


class Reason(TextChoices):
    WRONG_TERRITORY = "wrong_territory", "Wrong territory"
    WRONG_PRODUCT = "wrong_product", "Wrong product or skill"
    WRONG_SIZE = "wrong_size", "Wrong company size"
    WRONG_LANGUAGE = "wrong_language", "Wrong language"
    KNOWN_CUSTOMER = "known_customer", "A colleague knows them already"
    LEAVE = "leave", "On leave"
    COVER = "cover", "Covering for a colleague"
    LOAD = "load", "Too much on the table"
    HANDOVER = "handover", "Handed over"

    @property
    def is_corrective(self) -> bool:
        return self in CORRECTIVE


CORRECTIVE = frozenset(
    {
        Reason.WRONG_TERRITORY,
        Reason.WRONG_PRODUCT,
        Reason.WRONG_SIZE,
        Reason.WRONG_LANGUAGE,
        Reason.KNOWN_CUSTOMER,
    }
)
