from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "aanchal.people"
    label = "people"
