"""Alerts: error budgets that burn, use cases that fell silent; told to people until it is over."""
