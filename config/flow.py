"""What each kind of event starts: the product on one screen."""

from events.jobs import Handler
from events.kinds import Kind

FLOW: dict[Kind, list[Handler]] = {}
