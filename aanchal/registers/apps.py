from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "aanchal.registers"
    label = "registers"
