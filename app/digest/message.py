"""A digest as a mail: HTML with its pictures, plain text, and the headers that programs look at."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import blake2b
from urllib.parse import quote

from app.digest.charts import Picture
from sql.mail_settings import Smtp

NAME = "Latency Tax"


def message_of(
    headers: dict[str, str], text: str, html: str, pictures: Sequence[Picture]
) -> EmailMessage:
    """Plain text first, then HTML with the pictures that it shows."""
    message = EmailMessage(policy=SMTP)
    for name, value in headers.items():
        message[name] = value
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if shows := message.get_body(("html",)):
        for picture in pictures:
            for mode, png in (("light", picture.light), ("dark", picture.dark)):
                shows.add_related(
                    png,
                    "image",
                    "png",
                    cid=f"<{content_id(picture.name, mode)}>",
                    disposition="inline",
                    filename=f"{picture.name}-{mode}.png",
                )
    return message


def headers_of(
    smtp: Smtp, address: str, subject: str, scheduled_at: datetime, now: datetime
) -> dict[str, str]:
    """What is the same on every attempt, but for the date."""
    domain = Address(addr_spec=smtp.sender).domain
    return {
        "From": str(Address(NAME, addr_spec=smtp.sender)),
        "To": address,
        "Subject": subject.replace("\N{NO-BREAK SPACE}", " "),
        "Date": format_datetime(now),
        "Message-ID": f"<{_id(address, scheduled_at)}@{domain}>",
        "List-Id": f"{NAME} digest <latency-tax-digest.{domain}>",
        "List-Unsubscribe": f"<{unsubscribe(smtp, address)}>",
        "Auto-Submitted": "auto-generated",
    }


def unsubscribe(smtp: Smtp, address: str) -> str:
    """Where a recipient goes to get no more; by default a mail to whoever keeps the settings."""
    asked = quote(f"Unsubscribe {address}")
    return smtp.unsubscribe or f"mailto:{smtp.sender}?subject={asked}"


def content_id(name: str, mode: str) -> str:
    """Of a picture inside the message."""
    return f"{name}-{mode}@latencytax"


def source(name: str, mode: str) -> str:
    """Where the HTML finds a picture inside the message."""
    return f"cid:{content_id(name, mode)}"


def _id(address: str, scheduled_at: datetime) -> str:
    key = f"{address} {scheduled_at.isoformat()}"
    return f"digest.{blake2b(key.encode(), digest_size=12).hexdigest()}"
