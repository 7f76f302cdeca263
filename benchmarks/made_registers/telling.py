"""What was found, for whoever mends the reader: the files, and a list by what they hang on."""

from collections import defaultdict
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path

from .causes import simplest, told, verdict_of
from .judging import RIGHT, SILENT, Verdict
from .making import make_file
from .plan import Plan
from .run import Outcome, plan_of


def keep_file(folder: Path, plan: Plan, verdict: Verdict) -> Path:
    """Write a file and, beside it, what is wrong with its reading."""
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


def write_findings(folder: Path, outcomes: list[Outcome], pool: Pool, limit: int = 600) -> None:
    """A line for each cause, the ones with most files first, with the simplest file of each."""
    failed = [
        o for o in outcomes
        if o.verdict.outcome != RIGHT and not (o.verdict.outcome != SILENT and o.verdict.open)
        and not (o.layout == "counts" and o.verdict.outcome != SILENT)
    ]  # fmt: skip
    failed.sort(key=lambda o: (o.verdict.outcome != SILENT, o.seed))
    found: defaultdict[tuple[str, str, str], list[Plan]] = defaultdict(list)
    for outcome, kind, plan in pool.imap_unordered(partial(_simplified), failed[:limit]):
        found[outcome, kind, told(plan)].append(plan)
    lines = []
    order = sorted(found.items(), key=lambda item: (item[0][0] != SILENT, -len(item[1])))
    for (outcome, kind, cause), plans in order:
        plan = min(plans, key=lambda p: p.seed)
        verdict = verdict_of(plan)
        path = keep_file(folder, plan, verdict)
        said = verdict.examples[0] if outcome == SILENT and verdict.examples else ""
        said = said or (verdict.words[0][:160] if verdict.words else "")
        lines.append(
            f"- {len(plans)} × **{outcome}**, {kind or 'a word'}: {cause} — {said} — `{path}`"
        )
    (folder / "findings.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
