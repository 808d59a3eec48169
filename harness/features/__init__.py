"""What a sensor's samples become before a network sees them, on the host and as firmware."""
