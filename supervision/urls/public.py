"""Addresses that anybody may read without signing in."""

from django.urls import path

from supervision.views import (
    public_campaigns,
    public_instruments,
    public_integrity,
    public_lots,
)

app_name = "public"
urlpatterns = [
    path("campaigns/", public_campaigns.campaigns, name="campaigns"),
    path("campaigns/<int:pk>/", public_campaigns.campaign, name="campaign"),
    path("draws/<int:pk>/", public_campaigns.draw, name="draw"),
    path("draws/<int:pk>/pool/", public_campaigns.draw_pool, name="draw-pool"),
    path("lots/", public_lots.lots, name="lots"),
    path("integrity/", public_integrity.integrity_page, name="integrity"),
    path("dishonesty/", public_integrity.dishonesty_page, name="dishonesty"),
    path("instruments/", public_instruments.search, name="instruments"),
    path("instruments/<path:number>/", public_instruments.entity, name="entity"),
]
