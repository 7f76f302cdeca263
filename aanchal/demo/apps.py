from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "aanchal.demo"
    label = "demo"
