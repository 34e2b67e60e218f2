from django.urls import path

from pipeline import (
    views,
    views_approvals,
    views_bulk,
    views_list,
    views_loss,
    views_moves,
    views_saved,
)

urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/columns/<public:stage_id>/", views.column, name="board-column"),
    path("board/recent/", views.recent, name="board-recent"),
    path("board/cards/", views.cards, name="board-cards"),
    path("board/list/", views_list.deals, name="board-list"),
    path("board/list/csv/", views_list.spreadsheet, name="board-csv"),
    path("board/list/columns/", views_list.columns, name="board-columns"),
    path("board/saved/", views_saved.saved, name="board-saved"),
    path("board/views/", views_saved.views, name="board-views"),
    path("board/views/<public:view_id>/", views_saved.view, name="board-view"),
    path("board/views/<public:view_id>/deletion/", views_saved.view_deletion, name="board-view-deletion"),
    path("board/moves/", views_bulk.moves, name="board-moves"),
    path("board/disqualification/", views_bulk.disqualification, name="board-disqualification"),
    path("board/assignment/", views_bulk.assignment, name="board-assignment"),
    path("stages/<public:stage_id>/gate/", views.stage_gate, name="stage-gate"),
    path("deals/<public:deal_id>/moves/", views_moves.moves, name="deal-moves"),
    path("deals/<public:deal_id>/place/", views_moves.place, name="deal-place"),
    path("deals/<public:deal_id>/gate/", views_moves.gate, name="deal-gate"),
    path("deals/<public:deal_id>/loss/", views_loss.loss, name="deal-loss"),
    path("deals/<public:deal_id>/approvals/", views_approvals.ask, name="deal-ask"),
    path("approvals/", views_approvals.approvals, name="approvals"),
    path("approvals/<public:approval_id>/answer/", views_approvals.answer, name="approval-answer"),
]
