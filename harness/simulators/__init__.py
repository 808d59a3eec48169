"""Run firmware on an emulated machine: firmware in, trace and console out."""
