"""A simulated marketing company whose agents speak real OTLP."""
