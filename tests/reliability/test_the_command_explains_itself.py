"""The `aanchal` command: quick help, a refusal in one sentence, one broken part spares the rest."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aanchal import cli
from aanchal.kernel.errors import NotAllowed

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parent.parent.parent


def aanchal(*args: str, home: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AANCHAL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "aanchal", *args],
        env={**clean, "AANCHAL_HOME": str(home), **env},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_help_lists_every_part_without_importing_one(tmp_path):
    code = (
        "import sys, time; from aanchal import cli\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit as end: assert not end.code\n"
        "heavy = [m for m in ('django', 'numpy', 'aanchal.cli.serving') if m in sys.modules]\n"
        "print('HEAVY', heavy)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    assert "HEAVY []" in done.stdout
    for name in ("serve", "migrate", "doctor", "import", "watch", "audit", "keys", "work"):
        assert f" {name} " in done.stdout, name


def test_help_is_quick(tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    aanchal("--help", home=tmp_path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    # What it costs a processor: a busy computer makes nobody's command slow by this measure.
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert seconds < 1.2


@pytest.mark.parametrize("part", sorted(cli.PARTS))
def test_every_part_explains_itself(part):
    if not (Path(cli.__file__).parent / f"{cli.PARTS[part].module}.py").exists():
        pytest.skip("not here yet")

    said = CliRunner().invoke(cli.app, [part, "--help"])

    assert said.exit_code == 0, said.output
    assert "Usage" in said.output


def test_a_mistyped_command_is_corrected():
    said = CliRunner().invoke(cli.app, ["migrat"])

    assert said.exit_code == 2
    assert "Did you mean 'migrate'?" in said.output


def test_a_broken_part_leaves_the_others_alone(monkeypatch):
    broken = cli.Part("no_such_module", cli.START, "Is broken.")
    monkeypatch.setitem(cli.PARTS, "broken", broken)
    monkeypatch.setattr(cli.Parts, "list_commands", lambda self, ctx: list(cli.PARTS))

    assert CliRunner().invoke(cli.app, ["--help"]).exit_code == 0
    assert CliRunner().invoke(cli.app, ["version", "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (NotAllowed(), 2, "You cannot do this here"),
        (NotAllowed("Only the keeper may."), 2, "Only the keeper may."),
        (FileNotFoundError(2, "No such file", "/tmp/none.csv"), 2, "/tmp/none.csv"),
        (ModuleNotFoundError("x", name="numba"), 2, "make setup"),
        (ValueError("Canary Kumari"), 70, "Something is wrong inside Aanchal (ValueError"),
    ],
)
def test_an_error_is_one_sentence_and_tells_no_data(monkeypatch, capsys, error, code, says):
    def fails(*args, **kwargs):
        raise error

    monkeypatch.delenv("AANCHAL_DEBUG", raising=False)
    monkeypatch.setattr(cli.typer.main, "get_command", fails)

    with pytest.raises(SystemExit) as end:
        cli.main([])

    said = capsys.readouterr().err
    assert end.value.code == code
    assert says in said
    assert len(said.strip().splitlines()) == 1
    assert "Canary" not in said


def test_an_unprepared_database_is_told_what_to_do(tmp_path):
    said = aanchal("audit", "heads", home=tmp_path)

    assert said.returncode == 2
    assert "aanchal migrate" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_database_that_is_not_there_is_told(tmp_path):
    said = aanchal(
        "audit", "heads", home=tmp_path, AANCHAL_DATABASE_URL="postgres://x:y@127.0.0.1:1/none"
    )

    assert said.returncode == 2
    assert "does not answer" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_wrong_setting_is_told(tmp_path):
    said = aanchal("audit", "heads", home=tmp_path, AANCHAL_UPLOAD_MB="many")

    assert said.returncode == 2
    assert "AANCHAL_" in said.stderr
    assert "Traceback" not in said.stderr
