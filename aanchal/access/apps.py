from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "aanchal.access"
    label = "access"
