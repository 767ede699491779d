"""The scenarios of the session layer measure what they say, and a run with a fault in it has no figure."""
