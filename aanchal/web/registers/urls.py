"""Addresses of register files: sent, answered, repaired, corrected."""

from django.urls import URLPattern

from aanchal.registers.permissions import RegisterPermission
from aanchal.web.shell.routes import BOTH, route

from .pages import corrections, file_list, files, missing, repairs, sessions

urlpatterns: list[URLPattern] = [
    route(
        "registers/",
        file_list.file_list,
        name="register_files",
        who=RegisterPermission.REGISTER_IMPORT,
    ),
    route(
        "registers/send/",
        files.send,
        name="register_send",
        who=RegisterPermission.REGISTER_IMPORT,
        methods=BOTH,
    ),
    route(
        "registers/missing/",
        missing.missing,
        name="missing_pupils",
        who=RegisterPermission.REGISTER_REPAIR,
        methods=BOTH,
    ),
    route(
        "registers/corrections/",
        corrections.corrections,
        name="corrections",
        who=RegisterPermission.REGISTER_IMPORT,
        methods=BOTH,
    ),
    route(
        "registers/<uuid:pk>/",
        files.register_file,
        name="register_file",
        who=RegisterPermission.REGISTER_IMPORT,
        methods=BOTH,
    ),
    route(
        "registers/<uuid:pk>/repair/",
        repairs.repair,
        name="register_repair",
        who=RegisterPermission.REGISTER_REPAIR,
        methods=BOTH,
    ),
    route(
        "registers/<uuid:pk>/session/",
        sessions.change_of_session,
        name="register_session",
        who=RegisterPermission.REGISTER_REPAIR,
        methods=BOTH,
    ),
]
