"""Promise 8 and 17 in deployment: whichever roles an operator gives, the doctor says what holds."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.conftest import database
from tests.reliability.office import Office

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(database() != "postgres", reason="roles are PostgreSQL's"),
]


class Server:
    """Makes roles and databases as an administrator of the server would."""

    def __init__(self) -> None:
        self.url = os.environ["AANCHAL_TEST_POSTGRES_SUPERUSER_URL"]
        self.made: list[str] = []

    def run(self, order: str, database: str = "") -> None:
        url = self.url
        if database:
            url = urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(order)

    def login(self, name: str, *options: str) -> tuple[str, str]:
        """A role that signs in; returns its name and its passphrase."""
        name, word = f"{name}_{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD '{word}' {' '.join(options)}")
        return name, word

    def url_for(self, login: tuple[str, str], database: str) -> str:
        where = urlsplit(self.url)
        host = f"{login[0]}:{login[1]}@{where.hostname}:{where.port}"
        return urlunsplit(where._replace(netloc=host, path=f"/{database}"))


@pytest.fixture
def server() -> Iterator[Server]:
    yield Server()


def an_office(home: Path, url: str) -> Office:
    from aanchal.kernel import keyring

    office = Office.__new__(Office)
    keyring.create(home / "keys" / "keyring.json")
    office.home, office.url = home, url
    office.env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("AANCHAL_", "DJANGO_"))},
        "AANCHAL_HOME": str(home),
        "AANCHAL_DATABASE_URL": url,
    }
    return office


def checks(office: Office, *, code: int = 0) -> dict[str, dict[str, str]]:
    return {c["name"]: c for c in json.loads(office.aanchal("doctor", "--json", code=code))}


def test_with_two_roles_the_site_signs_in_as_one_that_owns_nothing(server, tmp_path):
    owner, site = server.login("owner", "CREATEROLE"), server.login("site")
    server.run(f"CREATE DATABASE {owner[0]} OWNER {owner[0]}")
    office = an_office(tmp_path, server.url_for(site, owner[0]))
    office.env["AANCHAL_OWNER_DATABASE_URL"] = server.url_for(owner, owner[0])
    # The suite's own role made `aanchal_app`; on a server of one's own the owner makes it.
    server.run(f"GRANT aanchal_app TO {owner[0]} WITH ADMIN OPTION")

    said = office.aanchal("migrate")

    assert "Not in force" not in said
    found = checks(office)
    assert site[0] in found["Database role"]["says"]
    assert found["Database role"]["state"] == "ok"
    assert found["Row guard"]["state"] == "ok"
    assert "The audit holds" in office.aanchal("audit", "verify")
    office.aanchal("work", "--until-idle")
    with psycopg.connect(office.url, autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM kernel_auditevent").fetchone() == (0,)
        for order in (
            "UPDATE kernel_auditevent SET verb = 'x'",
            "DELETE FROM kernel_auditevent",
            "ALTER TABLE people_child DISABLE ROW LEVEL SECURITY",
            "CREATE TABLE mine (x int)",
            f"SET ROLE {owner[0]}",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(order)


def test_when_no_role_may_be_made_the_doctor_says_what_is_missing_until_it_is_given(
    server, tmp_path
):
    plain = server.login("plain")
    server.run(f"CREATE DATABASE {plain[0]} OWNER {plain[0]}")
    office = an_office(tmp_path, server.url_for(plain, plain[0]))

    said = office.aanchal("migrate")

    assert f'GRANT aanchal_app TO "{plain[0]}"' in said
    found = checks(office, code=1)
    assert found["Database role"]["state"] == "bad"
    assert found["Row guard"]["state"] == "ok", "the owner is held by it all the same"

    server.run(f"GRANT aanchal_app TO {plain[0]}")
    assert "Not in force" not in office.aanchal("migrate")
    assert checks(office)["Database role"]["state"] == "ok"


def test_a_superuser_steps_down_too(server, tmp_path):
    great = server.login("great", "SUPERUSER")
    server.run(f"CREATE DATABASE {great[0]} OWNER {great[0]}")
    office = an_office(tmp_path, server.url_for(great, great[0]))

    office.aanchal("migrate")

    assert checks(office)["Database role"]["state"] == "ok"
    said = office.python(
        "from django.db import connection\nfrom aanchal.kernel import rowguard\n"
        "print(rowguard.in_force().role, rowguard.in_force().bypasses)"
    )
    assert said == "aanchal_app False"
