from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    name = "aanchal.attendance"
    label = "attendance"
