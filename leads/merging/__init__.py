"""Two leads become one, and two again."""

from leads.merging.following import follows, on_return, stays
from leads.merging.journal import Journal
from leads.merging.merge import CannotMerge, merge
from leads.merging.undo import GONE, changed_in_between, undo, undo_all

__all__ = ["GONE", "CannotMerge", "Journal", "changed_in_between", "follows", "merge"]
__all__ += ["on_return", "stays", "undo", "undo_all"]
