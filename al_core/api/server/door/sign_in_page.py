"""The pages on which people sign in and out: plain HTML that needs no script and no other file."""

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse

STYLE = """
:root { color-scheme: light dark; --ink: #12181d; --soft: #5d6973; --page: #f5f7f9; --card: #fff; --line: #dde2e7;
  --blue: #0072b2; --red: #b3380c; --field: #8b959d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8eb; --soft: #98a4ad; --page: #0d1013; --card: #1b2126;
  --line: #2e363d; --blue: #2a79ba; --red: #f08055; --field: #77828b; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 "Source Sans", "Source Sans Pro", system-ui, sans-serif; }
main { width: 100%; max-width: 25rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; }
header { display: flex; align-items: center; gap: .7rem; font-weight: 600; font-size: 1.1rem; color: var(--soft); }
svg { width: 32px; height: 32px; }
h1 { font-size: 1.5rem; font-weight: 650; margin: 1.25rem 0 .25rem; }
p { margin: 0 0 1rem; } p.hint { margin: 1.25rem 0 0; font-size: .87rem; color: var(--soft); }
p.error { color: var(--red); font-weight: 600; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
input { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--card);
  border: 1px solid var(--field); border-radius: 6px; }
button { width: 100%; margin-top: .9rem; padding: .6rem; font: inherit; font-weight: 600; color: #fff;
  background: var(--blue); border: 0; border-radius: 6px; cursor: pointer; }
button:hover { filter: brightness(1.1); }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
code { font-size: .95em; } a { color: inherit; }
"""
LOGO = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="7" fill="#0072B2"/><g fill="#fff" '
    'fill-opacity=".55"><circle cx="8.5" cy="10" r="2"/><circle cx="14" cy="24" r="2"/><circle cx="24" cy="22.5" '
    'r="2"/><circle cx="8" cy="18" r="2"/></g><circle cx="19" cy="12.5" r="5.2" fill="none" stroke="#fff" '
    'stroke-width="1.8"/><circle cx="19" cy="12.5" r="2.2" fill="#fff"/></svg>'
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "base-uri 'none'",
    "Cache-Control": "no-store",
}


def sign_in_page(nonce: str, way_on: str, *, is_private: bool, error: str = "", status: int = 200) -> HTMLResponse:
    """Return the page that asks for a token.

    Args:
        nonce: What the form sends back, so that only this page can send it.
        way_on: The path to go to afterwards.
        is_private: Whether nobody on the way can read what is typed.
        error: Why the last try failed.
        status: Of the answer.
    """
    warning = "" if is_private else " This connection has no https: others on the network could read the token."
    body = (
        "<h1>Sign in</h1><p>This dashboard asks for a token once.</p>"
        f'{_error(error)}<form method="post" action="/sign-in">{_hidden("nonce", nonce)}{_hidden("next", way_on)}'
        '<label for="token">Token</label><input id="token" name="token" type="password" required autofocus '
        'autocomplete="current-password" spellcheck="false"><button>Sign in</button></form>'
        '<p class="hint">Whoever runs the server makes tokens there with <code>al-core token create NAME</code>.'
        f"{warning}</p>"
    )
    return _page("Sign in", body, status)


def sign_out_page(nonce: str, token_name: str) -> HTMLResponse:
    """Return the page that asks before it signs out."""
    body = (
        f"<h1>Sign out</h1><p>You are signed in with the token “{escape(token_name)}”. Signing out ends this browser's "
        f'session; the token stays valid.</p><form method="post" action="/sign-out">{_hidden("nonce", nonce)}'
        '<button>Sign out</button></form><p class="hint"><a href="/">Back to the dashboard</a></p>'
    )
    return _page("Sign out", body, 200)


def _page(title: str, body: str, status: int) -> HTMLResponse:
    return HTMLResponse(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{title} · al_core</title><style>{STYLE}</style><main><header>{LOGO}al_core</header>'
        f"{body}</main></html>",
        status,
        HEADERS,
    )


def _error(text: str) -> str:
    return f'<p class="error" role="alert">{escape(text)}</p>' if text else ""


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value, quote=True)}">'
