"""The policy in force: the rule's numbers from data, thresholds from each block's visit budget."""

from dataclasses import replace
from types import MappingProxyType

from .models import VisitBudget
from .policy_file import default_policy
from .rules.policy import Policy


def policy_in_force() -> Policy:
    """The shipped policy with the thresholds that blocks have set; keyed by the block's path."""
    thresholds = {
        budget.area.path: float(budget.policy["threshold"])
        for budget in VisitBudget.objects.filter(is_current=True).select_related("area")
        if "threshold" in budget.policy
    }
    return replace(default_policy(), block_thresholds=MappingProxyType(thresholds))
