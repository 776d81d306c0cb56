"""How the docs become pages: Sphinx reads the Markdown as it stands (make docs)."""

from mailer import __version__

project = "mailer"
version = release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build", "every-kind"]
myst_heading_anchors = 4
# mermaid is drawn by forges, and shown as text here: no page loads a script from elsewhere.
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "alabaster"
html_theme_options = {
    "description": "A newsletter system for publishers who want their readers' data at home.",
    "fixed_sidebar": True,
    "page_width": "1080px",
}
html_sidebars = {"**": ["about.html", "searchfield.html", "navigation.html"]}
html_copy_source = False
html_show_sphinx = html_show_copyright = False
