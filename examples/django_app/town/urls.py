"""Addresses of the example."""

from bilan import views
from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", views.plans, name="plans"),
    path("plans/<str:plan>/", views.plan, name="plan"),
    path("plans/<str:plan>/actions/<str:action>/", views.action, name="action"),
]
