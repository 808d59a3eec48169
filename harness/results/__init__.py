"""What was measured, as values and files: the row, the CSV table, the manifest, the terminal."""
