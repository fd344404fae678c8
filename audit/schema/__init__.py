"""The stream: which column plays which role. The contract between the three packages."""

from audit.schema.bands import band_labels
from audit.schema.nearest import nearest
from audit.schema.stream_file import parse_stream
from audit.schema.stream_text import stream_to_toml
from audit.schema.values import LEVELS, OPTIONS, Attribute, BadInput, Stream, Tolerance

__all__ = [
    "LEVELS",
    "OPTIONS",
    "Attribute",
    "BadInput",
    "Stream",
    "Tolerance",
    "band_labels",
    "nearest",
    "parse_stream",
    "stream_to_toml",
]
