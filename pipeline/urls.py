from django.urls import path

from pipeline import views, views_moves

urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/columns/<public:stage_id>/", views.column, name="board-column"),
    path("board/recent/", views.recent, name="board-recent"),
    path("board/cards/", views.cards, name="board-cards"),
    path("stages/<public:stage_id>/gate/", views.stage_gate, name="stage-gate"),
    path("deals/<public:deal_id>/moves/", views_moves.moves, name="deal-moves"),
    path("deals/<public:deal_id>/gate/", views_moves.gate, name="deal-gate"),
]
