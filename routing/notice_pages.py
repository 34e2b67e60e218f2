"""What a member was told, in the frame of every page."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.permissions import allow
from accounts.roles import Function
from events.models import Notification
from routing.models import NoticeSettings
from routing.notices import unread_by
from routing.reaching import disturbs, wish_of
from routing.sending import url_of
from tenancy import clock
from tenancy.ids import from_public, public_id

SHOWN = 8


@require_http_methods(["GET", "POST"])
@allow(Function.SEE_LEADS)
def notifications(request: Any) -> HttpResponse:
    """The newest unread notices; a POST says they were all seen. `after` is the newest that the page shows already."""
    unread = unread_by(request.member)
    if request.method == "POST":
        unread.update(read_at=clock.now(), to_mail=False, to_post=False)
    notices = list(unread[:SHOWN])
    context = {"notices": [shown(notice) for notice in notices], "count": unread.count(), "newest": newest(notices)}
    response = render(request, "routing/notifications.html", context)
    if fresh := [notice for notice in notices if (before := seen(request)) and notice.pk > before]:
        response["HX-Trigger"] = json.dumps({"toast": toast(fresh, wish_of(request.member))})
    return response


def seen(request: Any) -> UUID | None:
    try:
        return from_public(Notification.PREFIX, request.GET.get("after", ""))
    except ValueError:
        return None


def newest(notices: list[Notification]) -> str:
    """The public id after which a notice is news; with none at hand, the smallest there could be."""
    return max(notices, key=lambda one: one.pk).public_id if notices else public_id(Notification.PREFIX, UUID(int=0))


def shown(notice: Notification) -> dict[str, Any]:
    return {"text": notice.text, "url": url_of(notice), "created_at": notice.created_at}


def toast(fresh: list[Notification], wish: NoticeSettings) -> dict[str, Any]:
    """One toast, however many notices came at once; on the desktop, too, for who wants that and may be disturbed."""
    more = f" And {len(fresh) - 1} more." if len(fresh) > 1 else ""
    desktop = any(disturbs(notice, wish) for notice in fresh)
    return {"text": f"{fresh[0].text}{more}", "url": url_of(fresh[0]), "act": "Open", "desktop": desktop}
