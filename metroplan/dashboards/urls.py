"""Pages that read across apps."""

from django.urls import path

from metroplan.dashboards import views

app_name = "dashboards"

urlpatterns = [
    path("", views.home, name="home"),
    path("audit-events/", views.audit_list, name="audit-list"),
]
