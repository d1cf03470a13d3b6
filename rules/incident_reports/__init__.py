"""The incident report: the document that the engine writes."""
