"""The data: lake, table definitions, models, conventions, methods."""
