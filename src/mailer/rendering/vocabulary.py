"""MJML's vocabulary as mrml knows it: which element may stand where, with which attributes.

mrml passes unknown elements through and drops unknown attributes without a word, so a misspelt one
would only show in a reader's inbox. Source: the MJML 4 documentation, component by component, less
what mrml 6.0 does not print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Component:
    """One MJML element. `holds_html`: what stands in it is HTML, checked for balance only."""

    attributes: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()
    holds_html: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PADDING = "padding padding-top padding-right padding-bottom padding-left "
_BORDER = "border border-top border-right border-bottom border-left border-radius "
_INNER_BORDER = (
    "inner-border inner-border-top inner-border-right inner-border-bottom inner-border-left "
    "inner-border-radius inner-background-color "
)
_FONT = "font-family font-size font-style font-weight letter-spacing line-height color "
_TEXT = _FONT + "text-decoration text-transform "
_BACKGROUND = (
    "background-color background-url background-position background-position-x "
    "background-position-y background-repeat background-size "
)
_BLOCKS = (
    "mj-accordion mj-button mj-carousel mj-divider mj-image mj-navbar mj-raw mj-social "
    "mj-spacer mj-table mj-text"
)
_SECTION = _PADDING + _BORDER + _BACKGROUND + "direction full-width text-align "


def _component(
    attributes: str = "",
    children: str = "",
    *,
    html: bool = False,
    always: str = "css-class mj-class",
) -> Component:
    return Component(_words(f"{attributes} {always}"), _words(children), html)


def _head(attributes: str = "", children: str = "", *, html: bool = False) -> Component:
    return _component(attributes, children, html=html, always="")


VOCABULARY: Final[Mapping[str, Component]] = {
    "mjml": _head("lang dir owa", "mj-head mj-body mj-raw"),
    "mj-head": _head(
        children="mj-attributes mj-breakpoint mj-font mj-html-attributes mj-preview mj-style "
        "mj-title mj-raw"
    ),
    "mj-attributes": _head(children="*"),
    "mj-all": _head("*"),
    "mj-class": _head("*"),
    "mj-breakpoint": _head("width"),
    "mj-font": _head("name href"),
    "mj-preview": _head(html=True),
    "mj-title": _head(html=True),
    "mj-style": _head("inline", html=True),
    "mj-raw": _head("position", html=True),
    "mj-body": _component("background-color width", "mj-section mj-wrapper mj-hero mj-raw"),
    "mj-section": _component(_SECTION, "mj-column mj-group mj-raw"),
    "mj-wrapper": _component(_SECTION, "mj-section mj-hero mj-raw"),
    "mj-group": _component("background-color direction vertical-align width", "mj-column mj-raw"),
    "mj-column": _component(
        _PADDING + _BORDER + _INNER_BORDER + "background-color direction vertical-align width",
        _BLOCKS,
    ),
    "mj-hero": _component(
        _PADDING + "background-color background-url background-position background-height "
        "background-width height inner-background-color inner-padding inner-padding-top "
        "inner-padding-right inner-padding-bottom inner-padding-left mode vertical-align "
        "width align",
        _BLOCKS,
    ),
    "mj-text": _component(
        _PADDING + _TEXT + "align container-background-color height vertical-align",
        html=True,
    ),
    "mj-button": _component(
        _PADDING
        + _BORDER
        + _TEXT
        + "align background-color container-background-color height href inner-padding name rel "
        "target text-align vertical-align width",
        html=True,
    ),
    "mj-image": _component(
        _PADDING
        + "align alt border border-left border-right border-radius container-background-color "
        "fluid-on-mobile font-size height href max-height name rel src srcset target "
        "title usemap width"
    ),
    "mj-divider": _component(
        _PADDING + "align border-color border-style border-width container-background-color width"
    ),
    "mj-spacer": _component(_PADDING + "container-background-color height vertical-align"),
    "mj-table": _component(
        _PADDING
        + "align border cellpadding cellspacing color container-background-color font-family "
        "font-size line-height table-layout vertical-align width",
        html=True,
    ),
    "mj-social": _component(
        _PADDING
        + "align border-radius color container-background-color font-family font-size font-style "
        "font-weight icon-height icon-padding icon-size inner-padding line-height mode "
        "text-decoration text-padding vertical-align",
        "mj-social-element mj-raw",
    ),
    "mj-social-element": _component(
        _PADDING
        + "align alt background-color border-radius color font-family font-size font-style "
        "font-weight href icon-height icon-padding icon-size line-height name rel src target "
        "text-decoration text-padding title "
        "vertical-align",
        html=True,
    ),
    "mj-navbar": _component(
        "align base-url hamburger ico-align ico-close ico-color ico-font-family ico-font-size "
        "ico-line-height ico-open ico-padding ico-padding-top ico-padding-right "
        "ico-padding-bottom ico-padding-left ico-text-decoration ico-text-transform",
        "mj-navbar-link mj-raw",
    ),
    "mj-navbar-link": _component(_PADDING + _TEXT + "href name rel target", html=True),
    "mj-accordion": _component(
        _PADDING
        + "border container-background-color font-family icon-align icon-height icon-position "
        "icon-unwrapped-alt icon-unwrapped-url icon-width icon-wrapped-alt icon-wrapped-url",
        "mj-accordion-element mj-raw",
    ),
    "mj-accordion-element": _component(
        "background-color border font-family icon-align icon-height icon-position "
        "icon-unwrapped-alt icon-unwrapped-url icon-width icon-wrapped-alt icon-wrapped-url",
        "mj-accordion-title mj-accordion-text mj-raw",
    ),
    "mj-accordion-title": _component(
        _PADDING + "background-color color font-family font-size", html=True
    ),
    "mj-accordion-text": _component(
        _PADDING
        + "background-color color font-family font-size font-weight letter-spacing line-height",
        html=True,
    ),
    "mj-carousel": _component(
        _PADDING + "align border-radius container-background-color icon-width left-icon right-icon "
        "tb-border tb-border-radius tb-hover-border-color tb-selected-border-color tb-width "
        "thumbnails",
        "mj-carousel-image mj-raw",
    ),
    "mj-carousel-image": _component(
        "alt border-radius href rel src target tb-border tb-border-radius thumbnails-src title"
    ),
}

EVERY_ATTRIBUTE: Final = frozenset().union(
    *(component.attributes for component in VOCABULARY.values())
) - {"*"}

VOID: Final = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
"""HTML elements that have no end tag (HTML Living Standard, 13.1.2)."""
