from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "aanchal.web"
    label = "web"
