"""Traces in: OTLP doors, admission, durable journal, loader."""
