"""What is wrong with an installation, and the mend: one check a file, each looks and changes nothing.

A check gives results: fine, a warning, or wrong. None calls a CRM or a provider but those in `asking`.
"""
