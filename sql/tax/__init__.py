"""The latency tax: what is counted of sessions, and the fits that say what slowness costs."""
