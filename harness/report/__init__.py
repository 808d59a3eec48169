"""The results for people: one HTML page, a Markdown report, and every plot by itself."""
