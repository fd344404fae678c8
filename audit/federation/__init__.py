"""Releases of several organisations in, one joint audit out: no row travels, nothing hidden is guessed."""

from audit.federation.admitted import Handed, admitted, trusted
from audit.federation.joint import joint
from audit.federation.model import SCHEMA, Joint, Party

__all__ = ["SCHEMA", "Handed", "Joint", "Party", "admitted", "joint", "trusted"]
