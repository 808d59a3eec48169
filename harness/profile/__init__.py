"""An estimate made readable: by operator, function and source line, as tables and files."""
