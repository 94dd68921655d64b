"""The page Latency tax."""
