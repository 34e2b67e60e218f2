"""`/in/<token>/`: where other systems send, and `/in/<token>/email/`, where mail is handed in."""

from __future__ import annotations

import hmac
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from accounts.parsers import MOST
from accounts.problems import TYPE
from leads.inbound import esp, taking
from leads.inbound.arrival import FETCHED, Parcel, Stored, inlet_behind, receive, receive_mail
from leads.inbound.pace import TooFast, keep_pace
from leads.inbound.signatures import challenge_response
from leads.models import Inlet, Protocol
from tenancy.door import NoDoor, through_door
from tenancy.ids import public_id

MOST_MAIL = 25 * 1024 * 1024
OTHER_BODY = "This id was used with another body. Use a new one for a new message."


@csrf_exempt  # machines have no session to ride on
def webhook(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a sender's challenge, or take what it sends: 202 with the submission's id."""
    try:
        if request.method == "GET":
            return _challenged(request, token)
        if request.method != "POST":
            return HttpResponseNotAllowed(["GET", "POST"])
        body = _body(request, MOST)
        return _answer(receive(token, _parcel(request, body)))
    except NoDoor:
        raise Http404 from None
    except TooFast as error:
        return _wait(error)
    except _TooLarge:
        return _problem(413, "Too large", "At most 64 KB fit into one request.")


@csrf_exempt
def email(request: HttpRequest, token: str) -> HttpResponse:
    """Take one mail: raw MIME as the body, or the inbound webhook of a mail provider."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        with through_door("inlet", token):
            inlet = inlet_behind(token)
        keep_pace(inlet.pk)
        body = _body(request, MOST_MAIL)
        mails = esp.mails_in(inlet, request, body)
        answers = [_answer(receive_mail(token, _parcel(request, mail))) for mail in mails]
    except NoDoor:
        raise Http404 from None
    except TooFast as error:
        return _wait(error)
    except esp.Unsigned as error:
        return _problem(401, "Not signed", str(error))
    except esp.NoMail as error:
        return _problem(400, "No mail", str(error))
    except _TooLarge:
        return _problem(413, "Too large", "At most 25 MB fit into one mail.")
    return answers[0] if answers else JsonResponse({"id": None}, status=202)


def _answer(stored: Stored) -> HttpResponse:
    payload = stored.payload
    if stored.refused:
        return _problem(401, "Refused", payload.why)
    if stored.differs:
        return _problem(422, "Understood and refused", OTHER_BODY)
    if stored.replayed:
        return _problem(409, "Replayed", "This very message was received before.")
    if payload.protocol not in FETCHED:  # what must be fetched first is taken by a job, so that nobody waits
        payload = taking.settle(stored.account, payload.pk)
    submission = public_id("sub", payload.submission_id) if payload.submission_id else None
    said = {"id": submission or payload.public_id, "submission": submission, "payload": payload.public_id}
    response = JsonResponse(said | {"state": payload.state} | ({"why": payload.why} if payload.why else {}), status=202)
    if stored.known:
        response["Idempotent-Replayed"] = "true"
    return response


def _challenged(request: HttpRequest, token: str) -> HttpResponse:
    with through_door("inlet", token):
        inlet = inlet_behind(token)
    asked: dict[str, Any] = request.GET.dict()
    if inlet.protocol == Protocol.META and asked.get("hub.mode") == "subscribe":
        return _meta_challenge(inlet, str(asked.get("hub.verify_token", "")), str(asked.get("hub.challenge", "")))
    if inlet.protocol == Protocol.LINKEDIN and inlet.secret and (code := str(asked.get("challengeCode", ""))):
        return JsonResponse({"challengeCode": code, "challengeResponse": challenge_response(inlet.secret, code)})
    return HttpResponseNotAllowed(["POST"])


def _meta_challenge(inlet: Inlet, token: str, challenge: str) -> HttpResponse:
    expected = inlet.verify_token
    if not expected or not hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode()):
        return _problem(403, "Not ours", "This is not the verify token of this webhook.")
    return HttpResponse(challenge[:500], content_type="text/plain; charset=utf-8")


class _TooLarge(Exception):
    pass


def _body(request: HttpRequest, most: int) -> bytes:
    """At most `most` bytes, also where no length or a wrong one was said. Raises _TooLarge."""
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > most:
            raise _TooLarge
        body = request.read(most + 1)
    except (ValueError, UnreadablePostError):
        body = b""
    if len(body) > most:
        raise _TooLarge
    return body


def _parcel(request: HttpRequest, body: bytes) -> Parcel:
    ip = request.META.get("REMOTE_ADDR") or None
    return Parcel(body, request.content_type or "", ip, request.headers)


def _wait(error: TooFast) -> HttpResponse:
    response = _problem(429, "Too many requests", str(error))
    response["Retry-After"] = str(error.seconds)
    return response


def _problem(status: int, title: str, detail: str) -> HttpResponse:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JsonResponse(body, status=status, content_type=TYPE)
