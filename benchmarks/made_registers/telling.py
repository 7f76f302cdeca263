"""What was found, for whoever mends the reader: the files, and a list by what they hang on."""

from collections import defaultdict
from multiprocessing.pool import Pool
from pathlib import Path

from .causes import simplest, told, verdict_of
from .judging import RIGHT, SILENT, Verdict
from .making import make_file
from .plan import Plan
from .run import Outcome, plan_of


def keep_file(folder: Path, plan: Plan, verdict: Verdict) -> Path:
    """Write a file and, beside it, what is wrong with its reading."""
    folder.mkdir(parents=True, exist_ok=True)
    name, content, _ = make_file(plan)
    stem = f"{plan.seed} {name}"
    (folder / stem).write_bytes(content)
    lines = [
        f"{verdict.outcome}: {told(plan)}",
        *[f"{count} × {kind}" for kind, count in verdict.kinds.most_common()],
        *[f"such as {example}" for example in verdict.examples],
        *[f"the reader said: {word}" for word in verdict.words],
        repr(plan),
    ]
    (folder / f"{stem}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / stem


def _simplified(outcome: Outcome) -> tuple[str, str, Plan]:
    verdict = outcome.verdict
    kind = verdict.kinds.most_common(1)[0][0] if verdict.kinds else ""
    return verdict.outcome, kind, simplest(plan_of(outcome.seed), verdict.outcome, kind)


def write_findings(folder: Path, outcomes: list[Outcome], pool: Pool, limit: int) -> None:
    """A line for each cause, the ones with most files first, with the simplest file of each.

    Only so many failures are looked into, every n-th of them; what was silently wrong comes first.
    """
    failed = [
        o for o in outcomes
        if o.verdict.outcome != RIGHT and not (o.verdict.outcome != SILENT and o.verdict.open)
        and not (o.layout == "counts" and o.verdict.outcome != SILENT)
    ]  # fmt: skip
    silent = [o for o in failed if o.verdict.outcome == SILENT]
    told_of = [o for o in failed if o.verdict.outcome != SILENT]
    looked = silent[:: len(silent) // limit + 1] + told_of[:: 2 * len(told_of) // limit + 1]
    found: defaultdict[tuple[str, str, str], list[Plan]] = defaultdict(list)
    for number, (outcome, kind, plan) in enumerate(pool.imap_unordered(_simplified, looked), 1):
        found[outcome, kind, told(plan, sizes=False)].append(plan)
        if number % 50 == 0 or number == len(looked):
            _write(folder, found, number, len(failed), len(outcomes))


def _write(
    folder: Path,
    found: dict[tuple[str, str, str], list[Plan]],
    number: int,
    failed: int,
    files: int,
) -> None:
    order = sorted(found.items(), key=lambda item: (item[0][0] != SILENT, -len(item[1])))
    lines = [
        f"{failed} of {files} files were not read right; {number} of them were looked into. "
        "Each line: how many of those, outcome, kind, the fewest choices that bring it about.",
        "",
    ]
    for (outcome, kind, cause), plans in order:
        plan = min(plans, key=lambda p: p.seed)
        verdict = verdict_of(plan)
        path = keep_file(folder / "causes", plan, verdict)
        said = verdict.examples[0] if outcome == SILENT and verdict.examples else ""
        said = said or (verdict.words[0][:160] if verdict.words else "")
        lines.append(
            f"- {len(plans)} × **{outcome}**, {kind or 'a word'}: {cause} — {said} — `{path}`"
        )
    (folder / "findings.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
