"""The page Where the seconds go."""
