"""The whole product against both stand-in CRMs, in one process."""
