"""Packs: one report read against one rule, section by section. None is legal advice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from audit.report.model import Report
from audit.report.packs.ai_act import eu_ai_act
from audit.report.packs.ccpa import ccpa
from audit.report.packs.gdpr import gdpr
from audit.report.packs.ll144 import ll144
from audit.report.packs.model import NO_ADVICE, Need, Pack, Provision
from audit.report.packs.render import pack_html, pack_json, pack_markdown
from audit.report.packs.ugesp import ugesp

PACKS: Mapping[str, Callable[[Report], Pack]] = MappingProxyType(
    {"ll144": ll144, "ugesp": ugesp, "gdpr": gdpr, "eu-ai-act": eu_ai_act, "ccpa-admt": ccpa}
)
"""Every pack by its name, in the order of their use."""

__all__ = ["NO_ADVICE", "PACKS", "Need", "Pack", "Provision", "pack_html", "pack_json", "pack_markdown"]
