"""What stands in a text: Markdown as safe HTML, personal fields, pictures and buttons."""

from __future__ import annotations

from pathlib import Path

import pytest

from content.issues import BODY_LINE, faults, png, read, section, sections, write
from mailer.content import HOLE_CLOSE, HOLE_OPEN, read_issue

NAME = f"{HOLE_OPEN}name{HOLE_CLOSE}"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("**gras**, *penché*, ~~barré~~", "<strong>gras</strong>, <em>penché</em>, <s>barré</s>"),
        ("a < b & \"c\" > 'd'", "a &lt; b &amp; \"c\" &gt; 'd'"),
        ("`a ? b : c` et `<b>`", "<code>a ? b : c</code> et <code>&lt;b&gt;</code>"),
        ("fin de ligne\\\nsuite", "fin de ligne<br>\nsuite"),
        ("une ligne\nsuite", "une ligne\nsuite"),
        ("un\nmot\n!", "un\nmot\u202f!"),
        ("&eacute;&nbsp;&lt; \\* \\[", "é\u00a0&lt; * ["),
        ("<https://a.example/?q=a:b!>", '<a href="https://a.example/?q=a:b!">https://a.example/?q=a:b!</a>'),
        ("[a [b]][r]\n\n[r]: https://a.example", '<a href="https://a.example">a [b]</a>'),
        ("{{ prénom }}, {% if x %}, [% if y %]", "{{ prénom }}, {% if x %}, [% if y %]"),
        ("[x](#note){% if y %}", '<a href="#note">x</a>{% if y %}'),
        ("{% comment %}", "{% comment %}"),
        ("    quatre blancs", "quatre blancs"),
    ],
)  # fmt: skip
def test_markdown_becomes_typeset_html(tmp_path: Path, written: str, wanted: str) -> None:
    assert section(tmp_path, written).html == f"<p>{wanted}</p>"


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("- a\n- b\n    - c", "<ul>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul></li>\n</ul>"),
        ("- a\n\n- b", "<ul>\n<li><p>a</p></li>\n<li><p>b</p></li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        ("> a\n>\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>"),
        ("```\na ? <b>\n```", "<pre><code>a ? &lt;b&gt;\n</code></pre>"),
        (
            "| A | B |\n| --- | ---: |\n| 1 % | *2* |",
            (
                '<table>\n<thead>\n<tr><th scope="col">A</th>'
                '<th scope="col" style="text-align:right">B</th></tr>\n</thead>\n<tbody>\n'
                '<tr><td>1\u00a0%</td><td style="text-align:right">'
                "<em>2</em></td></tr>\n</tbody>\n</table>"
            ),
        ),
    ],
)
def test_blocks_become_html(tmp_path: Path, written: str, wanted: str) -> None:
    assert section(tmp_path, written).html == wanted


@pytest.mark.parametrize("field", ["name", "first_name", "email"])
def test_personal_fields_are_marked(tmp_path: Path, field: str) -> None:
    found = section(tmp_path, f"Bonjour **[[ {field} ]]** ! Et [[{field}]]\n")
    hole = f"{HOLE_OPEN}{field}{HOLE_CLOSE}"
    assert found.html == f"<p>Bonjour <strong>{hole}</strong>\u202f! Et {hole}</p>"


def test_personal_fields_stand_in_titles_subject_and_preheader_too(tmp_path: Path) -> None:
    folder = write(tmp_path, "## Pour [[ name ]] : ceci\n\nTexte.\n")
    file = folder / "issue.md"
    text = file.read_text("utf-8").replace('"Un sujet"', '"[[ name ]]! \\\\[[ name ]]"')
    file.write_text(text.replace("Un aperçu", "À [[name]] : *"), "utf-8")
    edition = read_issue(folder).main
    assert edition.subject == f"{NAME}\u202f! [[ name ]]"
    assert edition.preheader == f"À {NAME}\u00a0: *"
    assert edition.sections[0].title == f"Pour {NAME}\u00a0: ceci"
    assert edition.sections[0].title_html == f"Pour {NAME}\u00a0: ceci"


def test_an_escaped_bracket_writes_the_brackets_out(tmp_path: Path) -> None:
    assert section(tmp_path, "\\[[ name ]] et `[[ name ]]`").html == (
        "<p>[[ name ]] et <code>[[ name ]]</code></p>"
    )


def test_a_picture_has_its_size(tmp_path: Path) -> None:
    found = read(tmp_path, "Voici ![Un plan : net](plan.png).\n", plan__png=png(40, 30))
    assert found.main.sections[0].html == (
        '<p>Voici <img src="image:plan.png" alt="Un plan\u00a0: net" width="40" height="30">.</p>'
    )
    assert [(image.name, image.width, image.height) for image in found.images.values()] == [
        ("plan.png", 40, 30)
    ]


def test_a_width_of_the_authors_keeps_the_proportions(tmp_path: Path) -> None:
    found = section(tmp_path, "![Plan](plan.png){width=20}\n", plan__png=png(40, 30))
    assert 'width="20" height="15"' in found.html


def test_a_caption_and_a_credit_make_a_figure(tmp_path: Path) -> None:
    found = section(
        tmp_path,
        'Avant :\n![Plan](plan.png "*La* ville | Photo : [A](https://a.example)")\nAprès.\n',
        plan__png=png(),
    )
    assert found.html == (
        "<p>Avant\u00a0:</p>\n"
        '<figure><img src="image:plan.png" alt="Plan" width="8" height="4"><figcaption><em>La</em>'
        ' ville <small class="credit">Photo\u00a0: <a href="https://a.example">A</a></small>'
        "</figcaption></figure>\n<p>Après.</p>"
    )


def test_a_figure_may_lead_somewhere(tmp_path: Path) -> None:
    found = section(tmp_path, '[![Plan](plan.png "| Moi")](https://a.example)\n', plan__png=png())
    assert found.html == (
        '<figure><a href="https://a.example"><img src="image:plan.png" alt="Plan" width="8"'
        ' height="4"></a><figcaption><small class="credit">Moi</small></figcaption></figure>'
    )


def test_pictures_may_lie_in_a_folder_and_have_accents(tmp_path: Path) -> None:
    decomposed = "e\u0301te\u0301 1.png"
    found = read(tmp_path, "![Été](<images/été 1.png>)\n", **{f"images/{decomposed}": png()})
    assert list(found.images) == ["images/été 1.png"]
    assert found.images["images/été 1.png"].path.is_file()


@pytest.mark.parametrize(
    "written", ["{.button}\n[Lire : tout](https://a.example)", "[Lire : tout](https://a.example){.button}"]
)  # fmt: skip
def test_a_button_is_a_paragraph_of_one_link(tmp_path: Path, written: str) -> None:
    assert section(tmp_path, f"Avant.\n\n{written}\n\nAprès.").html == (
        '<p>Avant.</p>\n<p class="button"><a href="https://a.example">Lire\u00a0: tout</a></p>\n'
        "<p>Après.</p>"
    )


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("https://Café.example:8080/é?q=é#é", "https://xn--caf-dma.example:8080/%C3%A9?q=%C3%A9#%C3%A9"),
        ("HTTPS://a.example/%C3%A9?a=1&b=[2]", "https://a.example/%C3%A9?a=1&amp;b=%5B2%5D"),
        ("mailto:a@café.example?subject=é%20!", "mailto:a@xn--caf-dma.example?subject=%C3%A9%20!"),
        ("<tel:+33.2(61)-91>", "tel:+3326191"),
        ("http://[::1]/", "http://[::1]/"),
        ("#note", "#note"),
    ],
)  # fmt: skip
def test_links_come_out_as_ascii(tmp_path: Path, written: str, wanted: str) -> None:
    assert section(tmp_path, f"[x]({written})").html == f'<p><a href="{wanted}">x</a></p>'


def test_links_lead_to_places_in_the_issue(tmp_path: Path) -> None:
    note, _ = sections(tmp_path, "[Là](#la-bas)\n\n## Là-bas\n\nTexte.\n")
    assert '<a href="#la-bas">' in note.html


# One line of body each; the fault is on that line.
WRONG = {
    "![](plan.png)": "the picture «plan.png» has no alternative text",
    "![Plan](pan.png)": "no picture «pan.png» beside the issue — did you mean «plan.png»?",
    "![Plan](PLAN.png)": "no picture «PLAN.png» beside the issue — did you mean «plan.png»?",
    "![Plan](https://a.example/b.png)": "lies on another site — save it beside the issue",
    "![Plan](../plan.png)": "cannot be used",
    "![Plan](/etc/passwd)": "cannot be used",
    "![Plan]()": "a picture without a file",
    "![Plan](lie.png)": "«lie.png» is not PNG, JPEG or GIF",
    "![Plan](plan.jpg)": "has the wrong ending — rename it plan.png",
    "![Plan](cut.png)": "«cut.png» is broken",
    "![Plan](images)": "«images» is no file",
    "![[[ name ]]](plan.png)": "a personal field in a picture's text",
    'Voici ![Plan](plan.png "Légende").': "a picture with a caption within a text",
    "![Plan](plan.png){width=large}": "«large» is no width",
    "![Plan](plan.png){heigth=3}": "unknown attribute «heigth»",
    "[x]()": "a link leads nowhere",
    "[](https://a.example)": "a link without text, to «https://a.example»",
    "[x](www.a.example)": "has no scheme — write https://www.a.example",
    "[x](//a.example/b)": "has no scheme — write https://a.example/b",
    "[x](a.example/b)": "has no scheme — write https://a.example/b",
    "[x](plan.pdf)": "has no scheme — write the whole address",
    "[x](htps://a.example)": "«htps:» is no kind of link — did you mean «https»?",
    "[x](javascript:alert)": "«javascript:» is no kind of link",
    "[x](https:/a.example)": "names no web site",
    "[x](https://)": "names no web site",
    "[x](https://a.example:port/)": "names no web site",
    "[x](mailto:nobody)": "names no address",
    "[x](tel:now)": "is no phone number",
    "[x](https://a.example/?e=[[ email ]])": "a link or picture that cannot be read",
    "[x](<https://a.example/?e=[[email]]>)": "a link may not hold a personal field",
    "[x](https://a.example/a b)": "a link or picture that cannot be read",
    "[x](#nulle-part)": "no place «#nulle-part» in this issue",
    "[x](#nte)": "no place «#nte» in this issue — did you mean «#note»?",
    "Un [x](https://a.example){.button} ici": "a button within a text",
    "[x](https://a.example){.bouton}": "unknown kind «.bouton»",
    "[[ prenom ]]": "unknown personal field «prenom»",
    "[[ name": "[[ that opens no personal field",
    "Du <b>gras</b>": "HTML is not read here: <b>",
    ">" * 60 + " Perdu": "lists or quotes too deep in each other",
    "<!-- a --> <!-- b --> puis": "text behind a comment",
    "<div>": "HTML is not read here: <div>",
    "<!-- sans fin": "a comment that does not end",
    "#Titre": "",
    "##Titre": "a heading that cannot be read",
    "# Titre": "a # heading",
    "##": "a heading without words",
    "## ![Plan](plan.png)": "a picture in a heading",
    "{.article}": "an attribute line without a heading below it",
    "{.button}": "a .button is one link and nothing else",
    "{.article kicker=“Deux mots”}": "an attribute line that cannot be read, from «kicker=“Deux",
    '{.article kicker="Deux}': "an attribute line that cannot be read",
    "{.artcle}": "unknown kind «.artcle» — did you mean «article»?",
    "{.zzz}": "unknown kind «.zzz» — one of: note, summary",
    "{.article kiker=a}": "unknown attribute «kiker» — did you mean «kicker»?",
    "{.article kicker=a kicker=b}": "«kicker» stands here twice",
    '{.article kicker=""}': "«kicker» is empty",
    "{.article hide_title=yes}": "«hide_title» cannot be «yes» — true or false",
    "{.article column=compliance}": "«column» is no attribute of .article — it belongs to .guest",
    "{.article .pick}": "a section of two kinds",
    "{#a #b}": "an attribute line with two names",
    "{#été}": "#été cannot be the name of a place",
    "Du \ue000texte": "the character U+E000 cannot be sent",
    "Du &#xE000;texte": "the character U+E000 cannot be sent",
    '![Du &#57344;texte](plan.png "l&#57345;")': "the character U+E001 cannot be sent",
    "Du \x07texte": "the character U+0007 cannot be sent",
}


@pytest.mark.parametrize("written", WRONG)
def test_what_is_wrong_with_a_line_is_said_with_its_number(tmp_path: Path, written: str) -> None:
    files: dict[str, str | bytes] = {
        "plan.png": png(),
        "plan.jpg": png(),
        "lie.png": b"<svg/>",
        "cut.png": png()[:12],
        "images/b.png": png(),
    }
    found = faults(write(tmp_path, f"Avant.\n\n{written}\n\nAprès.\n", files=files))
    if not WRONG[written]:
        assert not found
        return
    wanted = f"issue.md:{BODY_LINE + 2}: "
    assert any(fault.startswith(wanted) and WRONG[written] in fault for fault in found), found


@pytest.mark.parametrize(
    ("body", "line", "wanted"),
    [
        ("{.guest column=complance}\n## A\n\nB\n", 0, "unknown column «complance»"),
        ("{.sponsor}\n## A\n\nB\n", 0, "a sponsor section names no advertiser"),
        ("{.button}\nDu texte\n", 0, "a .button is one link and nothing else"),
        ("{.button}\n## A\n\nB\n", 0, "a .button before a heading"),
        ("## A\n\n{kicker=b}\n### B\n", 2, "these attributes do not go with this sub-heading"),
        ("## A\n\n{.pick}\n#### B\n", 2, "these attributes do not go with this sub-heading"),
        ("{.briefs}\n## A\n\n{kicker=b}\n### B\n\n- C\n", 3, "do not go with a group"),
        ("{.briefs}\n## A\n\n-\n- B\n", 3, "an item without a first line"),
        ("{.briefs}\n## A\n\n- T\n  un\n  [x]()\n", 5, "a link leads nowhere"),
        ("{.events}\n## A\n\n- T\n  quand: 1\n  when: 2\n", 5, "«when» stands twice — see line 15"),
        ("{.events}\n## A\n\n- T\n  lien : bientôt\n", 4, "the link «bientôt» has no scheme"),
        ("{.events}\n## A\n\n- T\n  lien : #la\n", 4, "no place «#la» in this issue"),
        ('{.article sources="[A]()"}\n## A\n\nB\n', 0, "a link leads nowhere"),
        ("{#a}\n## A\n\n{#a}\n## B\n", 3, "#a is used twice — see line 11"),
        ("un\ndeux [x]()\ntrois\n", 1, "a link leads nowhere"),
        ("| A |\n| --- |\n| 1 |\n| [x]() |\n", 3, "a link leads nowhere"),
        ("- un\n- > deux [x]()\n", 1, "a link leads nowhere"),
    ],
)  # fmt: skip
def test_faults_of_structure_are_said_with_their_line(
    tmp_path: Path, body: str, line: int, wanted: str
) -> None:
    found = faults(write(tmp_path, body))
    place = f"issue.md:{BODY_LINE + line}: "
    assert any(fault.startswith(place) and wanted in fault for fault in found), found


def test_all_faults_are_said_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    body = "[x]()\n\n{.artcle}\n## A\n\n![](a.png)\n\n[[ nom ]]\n"
    found = faults(write(tmp_path, body, files={"issue.en.md": "no front matter"}))
    lines = [fault.split(" ")[0] for fault in found]
    assert lines == [
        "issue.en.md:1:",
        "issue.md:11:",
        "issue.md:13:",
        "issue.md:16:",
        "issue.md:16:",
        "issue.md:18:",
    ]


def test_an_issue_without_text_is_refused(tmp_path: Path) -> None:
    for body in ("", "\n\n", "\n<!-- rien -->\n", "---\n"):
        assert "the issue has no text" in faults(write(tmp_path, body))[0]
