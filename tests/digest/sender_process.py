"""`python -m tests.digest.sender_process CONFIG LAKE TIME`: a round of sending, at a time."""

import sys
from datetime import datetime
from pathlib import Path

from app.digest.sending import send_due
from sql.settings import load_settings

config, lake, at = sys.argv[1:]
now = datetime.fromisoformat(at)
send_due(load_settings(Path(config), lake=lake), lambda: now)
