"""A stand-in for HubSpot: the part of its platform that Fairlead uses, over real HTTP on loopback."""

from connectors.sandbox.hubspot.standin import HubSpotStandIn

__all__ = ["HubSpotStandIn"]
