"""The JSON API under ``/api/v1``: what the pages show, for programs.

One table of operations (`webapp.api.every`) is the routes, the description (OpenAPI) and the reference page.
"""
