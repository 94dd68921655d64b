"""The page Use cases."""
