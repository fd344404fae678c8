"""Groups that are only known as probabilities: estimated, marked as such, and never a verdict."""

from __future__ import annotations

from audit.membership.bisg import bisg, national_shares
from audit.membership.caution import estimated_groups
from audit.membership.estimates import MembershipEstimate, membership_estimates

__all__ = ["MembershipEstimate", "bisg", "estimated_groups", "membership_estimates", "national_shares"]
