"""A local stand-in of a Salesforce org: OAuth, the REST API and a lead page, over real HTTP and TLS."""

from connectors.sandbox.salesforce.standin import SalesforceStandIn

__all__ = ["SalesforceStandIn"]
