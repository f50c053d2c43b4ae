from django.urls import path

from rentals import views

urlpatterns = [
    path("bookings/", views.bookings, name="bookings"),
    path("bookings/new/", views.new_booking, name="new-booking"),
    path("bookings/<uuid:pk>/", views.booking_page, name="booking"),
    path("bookings/<uuid:pk>/receipt/", views.receipt, name="receipt"),
    path("documents/<int:pk>/", views.download, name="document"),
    path("desk/", views.desk, name="desk"),
    path("desk/bookings.csv", views.export, name="export"),
    path("api/bookings/", views.booking_list),
    path("api/bookings/<uuid:pk>/", views.booking_detail),
    path("api/bookings/<uuid:pk>/return/", views.return_booking),
    path("api/bookings/<uuid:pk>/documents/", views.upload),
    path("api/close-branch/", views.close_branch),
]
