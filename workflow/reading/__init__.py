"""From a person's text to a checked definition, with every problem told at its place."""

from workflow.reading.reports import Report, check, read
from workflow.reading.schema import schema
from workflow.reading.vocabulary import read_vocabulary

__all__ = ["read", "check", "Report", "read_vocabulary", "schema"]
