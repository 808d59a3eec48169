"""Instruction timing: the exact counts of a trace in, clock cycles with a band out."""
