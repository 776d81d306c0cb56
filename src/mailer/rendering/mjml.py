"""From filled MJML to the HTML of a mail: mrml, then css-inline, and nothing lost on the way."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import css_inline
import mjml

from mailer.errors import Where
from mailer.language import Language
from mailer.rendering.errors import TemplateError
from mailer.rendering.marks import Marks
from mailer.rendering.surviving import check_balance, check_marks, check_structure
from mailer.rendering.tidying import tidied, without_inline_styles

_CONDITIONAL: Final = re.compile(r"<!--\[if[^\]]*\]>(?!<!--|-->).*?<!\[endif\]-->", re.DOTALL)


def compile_mjml(source: str, file: Path, marks: Marks, language: Language) -> str:
    """The HTML for filled MJML, styles inlined, every mark still in it.

    `lang` and `dir` stand on html and the outer div, the template's own or else `language`'s
    (WCAG 2.2, 3.1.1: mail programs drop the html element).

    Raises TemplateError: where mrml cannot read it, or a mark or a text did not come through.
    """
    check_balance(source, file)
    styles, source = without_inline_styles(source)
    source = tidied(source, marks, language)
    html = _mrml(source, file)
    check_marks(source, html, marks, "MJML")
    html = _CONDITIONAL.sub(lambda match: _bare_words(match, marks), html)
    inlined = _inline(html, styles, file)
    check_marks(html, inlined, marks, "CSS inlining", exactly=True)
    check_structure(html, inlined, file)
    return inlined


def _mrml(source: str, file: Path) -> str:
    try:
        return mjml.mjml2html(source, disable_comments=False, fonts={})
    except ValueError as error:
        raise TemplateError(f"MJML cannot be read: {error}", where=Where(file)) from None


def _inline(html: str, styles: str, file: Path) -> str:
    inliner = css_inline.CSSInliner(
        inline_style_tags=False,
        keep_style_tags=True,
        load_remote_stylesheets=False,
        extra_css=styles or None,
    )
    try:
        return inliner.inline(html)
    except css_inline.InlineError as error:
        raise TemplateError(f"CSS cannot be inlined: {error}", where=Where(file)) from None


def _bare_words(match: re.Match[str], marks: Marks) -> str:
    """Block tags lose their own comment where mrml put them into one of Outlook's.

    A comment ends at the first `-->`; and in it no parser moves a bare word.
    """
    return marks.commented.sub(r"\1", match[0])
