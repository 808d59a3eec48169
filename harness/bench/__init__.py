"""Sweep models, schemes and boards: from the specification to the table."""
