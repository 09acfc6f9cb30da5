"""The policy table, asked by API views."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from metroplan.organisations.policy import can


class Allowed(BasePermission):
    """Every API view names the right it needs in `needs`; rows come through `visible_to`."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return can(request.user, view.needs)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return can(request.user, view.needs, obj)


class MayView(Allowed):
    """For things whose visibility is wholly decided by `visible_to`."""

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return True
