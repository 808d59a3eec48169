"""A verdict in, text out: for the terminal, a pull request, a test report, a chart over time."""
