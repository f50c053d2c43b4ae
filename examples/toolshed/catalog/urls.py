from django.urls import include, path
from rest_framework.routers import SimpleRouter

from catalog import kits, views

router = SimpleRouter()
router.register("kits", kits.KitViewSet, basename="kit")

urlpatterns = [
    path("", views.home, name="home"),
    path("api/about/", views.about),
    path("api/health/", views.health),
    path("api/tools/", views.tool_list),
    path("api/tools/import/", views.import_tools),
    path("api/tools/<int:pk>/", views.tool_detail),
    path("api/tools/<int:pk>/tags/", views.tool_tags),
    path("api/tools/<int:pk>/favourite/", views.favourite),
    path("api/tools/<int:pk>/quote/", views.quote),
    path("api/branches/<str:code>/weather/", views.weather),
    path("api/stats/", views.stats),
    path("api/kit-names/", views.kit_names),
    path("machine/", include(router.urls)),
]
