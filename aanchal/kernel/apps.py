from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "aanchal.kernel"
    label = "kernel"
