from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "aanchal.notices"
    label = "notices"
