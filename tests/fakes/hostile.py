"""Hostile texts: they steer terminals, mislead readers, and break out of lines."""

STEERING = "\x1b]0;pwned\x07\u202egnp.exe\u2066 \x9b31m\x00"
PICTURE = "![x](http://evil.example/p.png)"
LINK = "[pay](javascript:alert(1)) <img src=//evil.example>"
HOSTILE = f"{STEERING}{PICTURE} {LINK} [red]all\r\nBcc: everybody@example.org"
