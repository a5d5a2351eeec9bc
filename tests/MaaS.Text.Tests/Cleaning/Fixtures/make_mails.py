"""Writes mails.json: raw mails, one character a byte, and the text that Python's email package finds in them.

Run: /usr/bin/python3 make_mails.py
"""
import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path

HERE = Path(__file__).parent


BOUNDARIES = iter(f"boundary-{i}" for i in range(100))


def raw(message):
    for part in message.walk():
        if part.is_multipart():
            part.set_boundary(next(BOUNDARIES))
    return message.as_bytes(policy=email.policy.SMTP).decode("latin-1")


def plain(charset, encoding, subject, text):
    message = EmailMessage()
    message["From"] = "Ann <ann@example.org>"
    message["To"] = "bob@example.org"
    message["Subject"] = subject
    message.set_content(text, charset=charset, cte=encoding)
    return message


def expected(source):
    message = email.message_from_bytes(source.encode("latin-1"), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain",))
    return {"subject": message["Subject"], "text": body.get_content()}


alternative = plain("utf-8", "quoted-printable", "Two forms", "The plain form, café\nsecond line\n")
alternative.add_alternative("<p>The <b>other</b> form</p>", subtype="html")
mixed = plain("iso-8859-1", "8bit", "With attachment", "Grüße aus Köln\n")
mixed.add_attachment(b"\x89PNG binary", maintype="image", subtype="png", filename="a.png")
nested = plain("us-ascii", "7bit", "Nested", "outer plain\n")
nested.add_alternative("<i>outer</i>", subtype="html")
nested.add_attachment("attached words\n".encode(), maintype="application", subtype="octet-stream", filename="b.bin")
koi = (
    b"From: a@example.org\r\nSubject: =?koi8-r?B?8NLJ18XU?= =?utf-8?Q?_w=C3=B6rld?=\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=\"koi8-r\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
).decode("latin-1") + "Привет, мир\r\n".encode("koi8-r").decode("latin-1")
folded = (
    "From ann@example.org  Tue Jul 30 08:30:04 2002\nReceived: from a (b [127.0.0.1])\n\tby c (Postfix)\n"
    "Subject: A subject that is\n  folded over lines\n\nBody, soft break follows.\n"
)
repeated = (
    "Received: from a (b [127.0.0.1])\n\tby c (Postfix)\nReceived: from d (e [127.0.0.1])\n\tby f (Postfix)\n"
    "Content-Type: text/plain; charset=us-ascii\nSubject: A field stands twice\n\nBody.\n"
)

sources = [
    raw(plain("utf-8", "base64", "Naïve subject", "Ünïcödé text ✓\nand a second line\n")),
    raw(plain("utf-8", "quoted-printable", "Long", "x" * 100 + " = equals é\n")),
    raw(plain("windows-1252", "quoted-printable", "Quotes", "“curly” – dash €\n")),
    raw(alternative),
    raw(mixed),
    raw(nested),
    koi,
    folded,
    repeated,
]
(HERE / "mails.json").write_text(json.dumps([{"raw": s, **expected(s)} for s in sources], indent=1) + "\n")
