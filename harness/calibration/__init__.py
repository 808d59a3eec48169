"""Calibration: measured cycles in, a board's stall coefficients out, with how far to trust them."""
