"""The page Digest."""
