"""People and units."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from metroplan.organisations import views, views_map, views_notices, views_session

app_name = "organisations"

urlpatterns = [
    path("login/", views_session.SignInView.as_view(), name="login"),
    path("logout/", views_session.sign_out, name="logout"),
    path("language/", login_not_required(set_language), name="language"),
    path("password/", views_session.password_change, name="password-change"),
    path(
        "password/<uidb64>/<token>/", views_session.PasswordSetView.as_view(), name="password-set"
    ),
    path("profile/", views_session.profile, name="profile"),
    path("profile/tokens/", views_session.token_create, name="token-create"),
    path("profile/tokens/<int:pk>/revoke/", views_session.token_revoke, name="token-revoke"),
    path("notices/", views_notices.notice_list, name="notice-list"),
    path("notices/read/", views_notices.notices_read, name="notices-read"),
    path("notices/mail/", views_notices.notices_mail, name="notices-mail"),
    path("notices/<int:pk>/open/", views_notices.notice_open, name="notice-open"),
    path("organisations/", views.organisation_list, name="organisation-list"),
    path("organisations/options/", views.organisation_options, name="organisation-options"),
    path("organisations/<str:code>/", views.organisation_detail, name="organisation-detail"),
    path("map-changes/", views_map.change_list, name="change-list"),
    path("map-changes/new/", views_map.change_choose, name="change-choose"),
    path("map-changes/new/<slug:kind>/", views_map.change_create, name="change-create"),
    path("map-changes/<int:pk>/", views_map.change_detail, name="change-detail"),
    path("accounts/", views.account_list, name="account-list"),
    path("accounts/new/", views.account_create, name="account-create"),
    path("accounts/<int:pk>/", views.account_detail, name="account-detail"),
    path("accounts/<int:pk>/role/", views.account_role, name="account-role"),
    path(
        "accounts/<int:pk>/password-reset/",
        views.account_password_reset,
        name="account-password-reset",
    ),
]
