"""The policy in force: the rule's numbers from data, thresholds from each block's visit budget."""

from dataclasses import replace
from types import MappingProxyType

from aanchal.lib.early_warning.policy import RULE_VERSION, Policy

from .models import VisitBudget
from .policy_file import default_policy


def policy_in_force() -> Policy:
    """The shipped policy with the thresholds that blocks have set; keyed by the block's path."""
    thresholds = {
        budget.area.path: float(budget.policy["threshold"])
        for budget in VisitBudget.objects.filter(is_current=True).select_related("area")
        # Log odds of another rule mean something else: that block asks as the default does, until
        # its coordinator has looked at her past under the new rule.
        if "threshold" in budget.policy and budget.policy.get("rule", RULE_VERSION) == RULE_VERSION
    }
    return replace(default_policy(), block_thresholds=MappingProxyType(thresholds))
