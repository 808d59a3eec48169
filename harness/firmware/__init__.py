"""Build firmware for a target and read its memory from the ELF."""
