from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "aanchal.watch"
    label = "watch"
