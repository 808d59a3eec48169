"""Budgets and results in, a verdict out: whether a change may be merged."""
