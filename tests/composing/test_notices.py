"""A notice goes through the same machinery, says it is automatic, and belongs to no list."""

from __future__ import annotations

from pathlib import Path

import rfc2047
from composing.issues import FRAME, MARIE
from mailer.composing import compile_notice
from mailer.rendering import Templates

MJML = """\
<mjml lang="{{ lang }}"><mj-body><mj-section><mj-column><mj-text>
<p>{{ words }}</p><p><a href="{{ url }}">{{ _("Subscribe") }}</a></p>
<p>{{ list.postal_address }}</p>
</mj-text></mj-column></mj-section></mj-body></mjml>
"""


def test_a_notice_is_a_mail_without_list_headers_and_says_it_is_automatic(tmp_path: Path) -> None:
    (tmp_path / "notice.mjml").write_text(MJML, encoding="utf-8")
    (tmp_path / "notice.txt").write_text("{{ words }}\n{{ url }}\n", encoding="utf-8")
    url = "http://127.0.0.1:8025/confirm/k1.abc"
    made = compile_notice(
        Templates(tmp_path),
        "notice",
        {"words": "Un clic & c’est fait", "url": url},
        FRAME,
        subject="Confirmez votre abonnement ☕️",
        locale="fr",
    )
    found = rfc2047.fields(made.wire(MARIE))
    names = [name for name, _ in found]
    assert not [name for name in names if name.startswith(("List-", "Feedback"))]
    assert rfc2047.text_value(dict(found)["Auto-Submitted"]) == "auto-generated"
    assert rfc2047.text_value(dict(found)["Subject"]) == "Confirmez votre abonnement ☕️"
    assert made.text(MARIE) == f"Un clic & c’est fait\n{url}\n\n"
    assert f'href="{url}"' in made.html(MARIE)
    assert "S’abonner" in made.html(MARIE)
