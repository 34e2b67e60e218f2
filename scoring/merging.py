"""What a merge of leads does here: signals and answers follow by themselves, receipts tell of a lead as it was."""

from leads.merging import on_return, stays
from leads.models import Merge
from scoring.models import LearnedScore, Receipt

stays(Receipt, LearnedScore)


@on_return
def forget_receipts(merge: Merge) -> None:
    """Scores of two leads taken for one explain neither; both are scored again."""
    Receipt.objects.filter(lead=merge.lead_id, scored_at__gte=merge.merged_at).delete()
