"""People: command line, dashboard, digest."""
