from routing.models.answers import Acceptance, Correction
from routing.models.breaches import Blame, Breach, Settled
from routing.models.covers import Cover, Covered
from routing.models.decisions import Decision
from routing.models.notice_settings import NoticeSettings
from routing.models.pools import OPEN_AT_ONCE, Credit, Pool, PoolMember, Strategy
from routing.models.promises import Clock, SlaPolicy, Timer
from routing.models.replays import Replay, ReplayState
from routing.models.rosters import Leave, Roster
from routing.models.rules import Action, Closed, RoutingRule, RoutingVersion
from routing.models.territories import Territory

__all__ = [
    "OPEN_AT_ONCE",
    "Acceptance",
    "Action",
    "Blame",
    "Breach",
    "Clock",
    "Closed",
    "Correction",
    "Cover",
    "Covered",
    "Credit",
    "Decision",
    "Leave",
    "NoticeSettings",
    "Pool",
    "PoolMember",
    "Replay",
    "ReplayState",
    "Roster",
    "RoutingRule",
    "RoutingVersion",
    "Settled",
    "SlaPolicy",
    "Strategy",
    "Territory",
    "Timer",
]
