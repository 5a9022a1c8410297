"""A mail as HTML: the same words as its text, each paragraph apart, the link as a button; nothing is loaded from anywhere."""

from __future__ import annotations

from html import escape

from webapp.services.message_texts import Text

BODY = (
    "margin:0;padding:24px;background:#f6f8fb;color:#182433;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif"
)
CARD = "max-width:560px;margin:0 auto;padding:24px;background:#ffffff;border:1px solid #e6e7e9;border-radius:8px"
BUTTON = (
    "display:inline-block;padding:10px 20px;background:#066fd1;color:#ffffff;text-decoration:none;border-radius:6px"
)
SMALL = "margin:24px 0 0;color:#4b5563;font-size:13px"


def page(text: Text, *, url: str, choices: str | None) -> str:
    """The whole page; `choices` is where its reader chooses what he gets by mail."""
    paragraphs = "".join(paragraph(each.strip(), url) for each in text.body.split("\n\n") if each.strip())
    foot = f'<p style="{SMALL}"><a href="{escape(choices)}">Choose what you get by mail</a></p>' if choices else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(text.subject)}</title></head>'
        f'<body style="{BODY}"><div style="{CARD}"><h1 style="margin:0 0 16px;font-size:20px">{escape(text.subject)}</h1>'
        f"{paragraphs}{foot}</div></body></html>\n"
    )


def paragraph(words: str, url: str) -> str:
    """One paragraph, or the button when it is nothing but the link."""
    if words == url and url.startswith(("http://", "https://")):
        return f'<p style="margin:20px 0"><a style="{BUTTON}" href="{escape(url)}">Open</a></p>'
    return f'<p style="margin:0 0 12px">{"<br>".join(map(escape, words.splitlines()))}</p>'
