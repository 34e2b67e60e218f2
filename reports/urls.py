from django.urls import path

from reports import views

urlpatterns = [
    path("reports/", views.page, name="funnel"),
    path("reports/<slug:name>/panel/", views.panel, name="report-panel"),
    path("reports/<slug:name>/leads/", views.leads, name="report-leads"),
    path("reports/<slug:name>.csv", views.as_csv, name="report-csv"),
]
