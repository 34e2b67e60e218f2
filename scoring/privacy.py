"""A person is erased: what his or her browser was seen doing before it was known whose it is goes, too."""

from __future__ import annotations

from leads.privacy.erasure import before_erasure
from leads.privacy.holdings import Holdings
from scoring.models import Signal, Visitor


@before_erasure
def forget_visits(found: Holdings) -> None:
    keys = Visitor.objects.filter(pk__in=found.get(Visitor, set())).values_list("key", flat=True)
    Signal.objects.filter(lead=None, visitor__in=list(keys)).delete()
