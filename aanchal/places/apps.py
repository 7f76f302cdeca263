from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "aanchal.places"
    label = "places"
