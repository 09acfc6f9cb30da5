"""Addresses: institutes."""

from django.urls import path

from standards.views import institutes

urlpatterns = [
    path("", institutes.institute_list, name="institute-list"),
    path("export/", institutes.institute_export, name="institute-export"),
    path("options/", institutes.institute_options, name="institute-options"),
    path("new/", institutes.institute_create, name="institute-create"),
    path("<int:pk>/", institutes.institute_detail, name="institute-detail"),
    path("<int:pk>/edit/", institutes.institute_edit, name="institute-edit"),
    path("<int:pk>/authorize/", institutes.institute_authorize, name="institute-authorize"),
    path("<int:pk>/staff/", institutes.institute_staff, name="institute-staff"),
    path("<int:pk>/assessors/", institutes.institute_assessor, name="institute-assessor"),
]
