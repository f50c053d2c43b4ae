from django.urls import path

from people import views

urlpatterns = [
    path("", views.profile, name="profile"),
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("token/", views.token),
    path("reset/", views.ask_reset, name="reset"),
    path("reset/confirm/", views.use_reset, name="reset-confirm"),
]
