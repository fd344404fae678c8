"""HubSpot: consent, calls within the portal's budget, pull, write-back, and the card's signed request."""
