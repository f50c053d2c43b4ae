from django.urls import include, path

urlpatterns = [
    path("", include("catalog.urls")),
    path("", include("rentals.urls")),
    path("account/", include("people.urls")),
]
