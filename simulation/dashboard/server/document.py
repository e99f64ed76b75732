"""Solara's page in our words: its language, its sentences about a lost connection, what its scripts are known by."""

import html
import re

from simulation.text.i18n import say

ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http:%2F%2Fwww.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Ccircle cx='12' cy='16' "
    "r='11' fill='%230a4f80'/%3E%3Ccircle cx='25' cy='16' r='7' fill='%23d9772b'/%3E%3C/svg%3E"
)

GONE = """
<div v-if="connectionStatus != 'connected' && wasConnected && !needsRefresh" class="sy-gone" role="alert">
  <p>{gone}</p>
  <button type="button" @click="syTry()"><span v-if="syTried">{still}</span><span v-else>{try_now}</span></button>
</div>"""
RESTARTED = """
<div v-if="needsRefresh || cancelAutoRefresh" class="sy-gone" role="alert">
  <p>{restarted}</p><button type="button" @click="reload()">{reload}</button>
</div>"""
RESTORING = """<div v-if="remounting" class="sy-gone" role="status"><p>{restoring}</p></div>"""
LOADING = """<div class="sy-loading" role="status"><p>{loading}</p></div>"""
TRIES = """
async syTry(silently) {
  let there = false;
  try { there = (await fetch(solara.rootPath + '/readyz', {cache: 'no-store'})).ok; } catch (error) { there = false; }
  if (!there) { this.syTried = this.syTried || !silently; return; }
  this.syTried = false;
  const kernel = solara.debug && solara.debug.kernel();
  if (kernel && kernel.reconnect) { kernel.reconnect().catch(() => {}); } else { this.reload(); }
},
"""
"""Ask whether the server is there again; if so, go on with it: Solara then resumes, or loads the page anew."""
WATCH = """
setInterval(() => {
  if (window.app && app.wasConnected && app.connectionStatus !== 'connected' && !app.needsRefresh) { app.syTry(true); }
}, 3000);
"""
STYLE = """
.sy-gone { position: fixed; inset: auto 16px 16px 16px; z-index: 100003; display: flex; flex-wrap: wrap; gap: 8px 16px;
  align-items: center; justify-content: space-between; max-width: 60em; margin: 0 auto; padding: 12px 18px;
  border-radius: 10px; background: #1b2631; color: #fff; font: 16px/1.4 system-ui, sans-serif;
  box-shadow: 0 4px 24px rgba(0, 0, 0, .3); animation: sy-appear .2s 1.2s both; }
.sy-gone p { margin: 0 !important; flex: 1 1 18em; }
.sy-gone button { background: #fff; color: #1b2631; border-radius: 7px; padding: 6px 14px; min-height: 34px;
  font-weight: 600; }
.sy-gone button:focus-visible { outline: 3px solid #7cc4f5; outline-offset: 2px; }
.sy-loading { display: flex; min-height: 60vh; align-items: center; justify-content: center; color: #52606d;
  font: 16px/1.4 system-ui, sans-serif; }
@keyframes sy-appear { from { visibility: hidden; } to { visibility: visible; } }
"""

PARTS: tuple[tuple[str, str], ...] = (
    (r"<html>", '<html lang="{language}">'),
    (r"<title>.*?</title>", "<title>synergy</title>"),
    (r'<meta name="viewport"[^>]*>', '<meta name="viewport" content="width=device-width, initial-scale=1">'),
    (r'<link rel="icon" type="image/png"[^>]*>', f'<link rel="icon" type="image/svg+xml" href="{ICON}">'),
    (r'<link rel="icon" type="image/svg\+xml" href="[^"]*/static/assets/favicon.svg">', f"<style>{STYLE}</style>"),
    (r"<v-progress-linear(?=\s+:style)", '<v-progress-linear aria-hidden="true"'),
    (r'<v-alert v-if="needsRefresh.*?</v-alert>', RESTARTED),
    (r'<v-overlay style="z-index: 100002;".*?</v-overlay>', GONE),
    (r'<v-overlay style="z-index: 100001;".*?</v-overlay>', RESTORING),
    (r'<v-dialog v-model="needsRefresh".*?</v-dialog>', ""),
    (r'<v-menu v-if="debug.*?</v-menu>(?=\s*<!--)', ""),
    (r"<!-- <v-menu.*?</v-menu> -->", ""),
    (r"<v-card style=\"width: 600px\">.*?</v-card>", LOADING),
    (r"(?<=methods: \{)(?=\s+setCancelAutoRefresh)", TRIES),
    (r"(?<=connectionStatus: null,)", " syTried: false,"),
    (r"(?<=<body)(?= data-base-url)", ' class="sy-body"'),
    (r"(?=<script>\s+solara\.rootPath)", "<noscript>{no_script}</noscript>"),
    (r"(?=\(async function \(\) \{\s+await Promise\.all\(\[\s+solaraInit)", WATCH),
)
"""What stands in Solara's page, each once, and what stands there in its place."""


def dressed(page: str, language: str, nonce: str) -> str:
    """Solara's page in a language; only scripts with ``nonce`` are carried out."""
    keys = ("gone", "still", "try_now", "restarted", "reload", "restoring", "loading", "no_script")
    words = {key: html.escape(say(f"web.{key}", language)) for key in keys}
    for pattern, put in PARTS:
        text = put
        for name, word in {**words, "language": language}.items():
            text = text.replace(f"{{{name}}}", word)
        page = re.sub(pattern, lambda _, text=text: text, page, count=1, flags=re.DOTALL)  # type: ignore[misc]
    return re.sub(r"<script(?=[\s>])", f'<script nonce="{nonce}"', page)


def document(sentence: str, home: str, language: str) -> str:
    """A page that says something, its first sentence large, with a way to the comparison called ``home``, if any."""
    style = "font-family:system-ui,sans-serif;color:#1b2631;margin:12vh auto;max-width:36em;padding:0 1em"
    first, stop, rest = sentence.partition(". ")
    further = f"<p>{html.escape(rest)}</p>" if rest else ""
    way = f'<p><a style="color:#0a4f80" href="/">{html.escape(home)}</a></p>' if home else ""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>synergy</title>'
        f'<link rel="icon" type="image/svg+xml" href="{ICON}"></head><body style="{style}"><main>'
        f'<h1 style="font-size:1.5em">{html.escape(first + stop.strip())}</h1>{further}{way}</main></body></html>'
    )
