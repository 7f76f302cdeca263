from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "aanchal.cases"
    label = "cases"
