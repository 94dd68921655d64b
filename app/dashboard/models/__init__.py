"""The page Models & tiers."""
