"""What if a lever were pulled: recorded requests played again with some of their spans changed."""

from sql.what_if.outcome import Asked, Outcome, what_if
from sql.what_if.predict import predicted_savings

__all__ = ["Asked", "Outcome", "predicted_savings", "what_if"]
