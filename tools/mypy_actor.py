"""Tell mypy what the middleware `Actors` puts on every request: `request.actor`."""

from collections.abc import Callable

from mypy.plugin import ClassDefContext, Plugin
from mypy.plugins.common import add_attribute_to_class

REQUEST = "django.http.request.HttpRequest"
ACTOR = "aanchal.kernel.authz.Actor"


def _add_actor(context: ClassDefContext) -> None:
    if "actor" not in context.cls.info.names:
        actor = context.api.named_type_or_none(ACTOR)
        if actor is not None:
            add_attribute_to_class(context.api, context.cls, "actor", actor)


class ActorPlugin(Plugin):
    """Adds one attribute to one class."""

    def get_customize_class_mro_hook(
        self, fullname: str
    ) -> Callable[[ClassDefContext], None] | None:
        return _add_actor if fullname == REQUEST else None

    def get_additional_deps(self, file: object) -> list[tuple[int, str, int]]:
        # The permissions must be known before the request is read.
        if getattr(file, "fullname", "") == REQUEST.rpartition(".")[0]:
            return [(10, ACTOR.rpartition(".")[0], -1)]
        return []


def plugin(version: str) -> type[Plugin]:
    """What mypy calls."""
    return ActorPlugin
