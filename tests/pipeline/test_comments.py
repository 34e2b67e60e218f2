"""Comments, whom they name, and who follows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Member
from events.kinds import Kind
from events.models import Event, NoticeKind, Notification
from pipeline.comments import (
    LONGEST,
    add_comment,
    change_comment,
    may_change,
    mentioned,
    remove_comment,
    tell_followers_of,
)
from pipeline.following import follow, unfollow
from pipeline.models import Comment, Follower
from tests.factories import a_lead

NAMES = ("Rita Lindqvist", "Rita Moser", "Max Berg", "Jean-Luc O'Neill", "王 伟")


@pytest.fixture
def jonas(cast: SimpleNamespace, in_scope: Any) -> SimpleNamespace:
    cast.lead = a_lead(owner=cast.rita, name="Jonas Weidmann")
    return cast


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Rita Lindqvist please look", ["Rita Lindqvist"]),
        ("@rita lindqvist, @MAX BERG!", ["Rita Lindqvist", "Max Berg"]),
        ("@Max what do you think", ["Max Berg"]),
        ("@Rita", []),  # there are two
        ("write to max@berg.example", []),
        ("@Maximilian", []),
        ("@Jean-Luc O'Neill and @王 伟", ["Jean-Luc O'Neill", "王 伟"]),
        ("@Max @Max Berg", ["Max Berg"]),
        ("@.*", []),
        ("", []),
    ],
)
def test_whom_a_text_names(text: str, names: list[str]) -> None:
    assert [member.name for member in mentioned(text, [Member(name=name) for name in NAMES])] == names


def told() -> dict[str, str]:
    return {Member.objects.get(pk=row.member_id).name: row.text for row in Notification.objects.order_by("id")}


def test_who_is_named_is_told_at_once_and_the_owner_by_the_job(jonas: SimpleNamespace) -> None:
    add_comment(jonas.lead, "@Max can we do\nthree sites? @Raj", by=jonas.raj.by)
    assert told() == {"Max": "Raj mentions you: @Max can we do three sites? @Raj"}
    assert Notification.objects.get().kind == NoticeKind.TALK
    tell_followers_of([jonas.lead.pk])
    tell_followers_of([jonas.lead.pk])
    assert told()["Rita"] == "Jonas Weidmann: Raj commented"
    assert Notification.objects.count() == 2


def test_followers_hear_what_becomes_of_it_but_not_what_they_did(jonas: SimpleNamespace) -> None:
    assert follow(jonas.lead, jonas.max)
    assert not follow(jonas.lead, jonas.max)
    follow(jonas.lead, jonas.ada)
    jonas.lead.disqualify(reason="No budget", by=jonas.ada.by)
    tell_followers_of([jonas.lead.pk])
    assert told() == {"Max": "Jonas Weidmann: Disqualified: No budget"}
    assert unfollow(jonas.lead, jonas.max)
    jonas.lead.reopen(by=jonas.ada.by)
    tell_followers_of([jonas.lead.pk])
    assert Notification.objects.count() == 1
    assert Follower.objects.count() == 1


def test_an_edit_tells_only_who_was_not_named_before(jonas: SimpleNamespace) -> None:
    comment = add_comment(jonas.lead, "@Max look", by=jonas.raj.by)
    change_comment(comment, "@Max @Ada look", by=jonas.raj.by)
    assert sorted(told()) == ["Ada", "Max"]
    assert comment.edited_at


def test_its_words_are_in_no_event_and_go_with_it(jonas: SimpleNamespace) -> None:
    comment = add_comment(jonas.lead, "a secret", by=jonas.raj.by)
    change_comment(comment, "another secret", by=jonas.raj.by)
    remove_comment(comment, by=jonas.raj.by)
    assert not Comment.objects.exists()
    kinds = (Kind.COMMENT_ADDED, Kind.COMMENT_CHANGED, Kind.COMMENT_REMOVED)
    bodies = [event.body for event in Event.objects.filter(kind__in=kinds)]
    assert len(bodies) == 3
    assert "secret" not in str(bodies)


def test_only_ones_own_may_be_changed(jonas: SimpleNamespace) -> None:
    comment = add_comment(jonas.lead, "Mine", by=jonas.raj.by)
    assert may_change(comment, jonas.raj, jonas.raj.by)
    assert not may_change(comment, jonas.ada, jonas.ada.by)
    assert not may_change(comment, None, jonas.raj.by)  # a key


@pytest.mark.parametrize("body", ["", " \n ", "\x00", "x" * (LONGEST + 1)])
def test_an_empty_or_endless_one_is_refused(jonas: SimpleNamespace, body: str) -> None:
    with pytest.raises(ValidationError):
        add_comment(jonas.lead, body, by=jonas.raj.by)
