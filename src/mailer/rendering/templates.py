"""One set of templates: a folder of MJML and text files, filled by Jinja once an issue.

    templates = Templates(Path("templates/cafe"))
    layout = templates.html("issue", context, locale="fr")     # issue.mjml
    text = templates.text("issue", context, locale="fr")       # issue.txt

In stage one, beside the context, stand `_("English sentence", name=value)`,
`ngettext("%(count)s link", "%(count)s links", n)`, `format_date(date, style)`, `lang`, `dir`; in
text files also the filters `text` (HTML to plain text), `wrap` and `rule`, and `notes`, the links
that `text` met so far. Undefined names are errors.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import escape

from mailer.errors import MailerError, ManyErrors, Where
from mailer.language import Language, translator
from mailer.rendering.checker import check_mjml
from mailer.rendering.contexts import html_layout, plain_layout
from mailer.rendering.errors import TemplateError
from mailer.rendering.layout import Escape, Layout
from mailer.rendering.marks import Marks
from mailer.rendering.mjml import compile_mjml
from mailer.rendering.plain import Notes, html_to_text, underlined, wrapped

_LANGUAGE: Final = "_language"
_GAPS: Final = re.compile(r"\n(?:[ \t]*\n){2,}")
_WORD: Final = re.compile(r"mk[0-9a-f]{12}[vbl]\d+z")


class Templates:
    """The files of one template set, `folder`; what it lacks is looked for in `base`.

    Files are read and checked once: make a new one to see a change.
    """

    def __init__(self, folder: Path, *, base: Path | None = None) -> None:
        self._folders = [folder] if base is None else [folder, base]
        self._marks = Marks()
        self._files = _Files(self._folders, self._marks)
        self._environment = _environment(self._files)

    def html(self, name: str, context: Mapping[str, object], *, locale: str = "en") -> Layout:
        """The layout of `name`.mjml, through MJML and CSS inlining; raises TemplateError."""
        file = self._file(f"{name}.mjml")
        language = translator(locale)
        source = self._fill(f"{name}.mjml", context, language, Notes())
        return html_layout(compile_mjml(source, file, self._marks, language), self._marks)

    def text(
        self,
        name: str,
        context: Mapping[str, object],
        *,
        locale: str = "en",
        notes: Notes | None = None,
    ) -> Layout:
        """The layout of `name`.txt, with never more than one empty line in a row.

        `notes` numbers the links; by default in order of meeting.
        """
        links = Notes() if notes is None else notes
        source = self._fill(f"{name}.txt", context, translator(locale), links)
        text = _GAPS.sub("\n\n", self._lone_lines(source)).strip("\n")
        return plain_layout(text + "\n", self._marks, "text")

    def line(self, text: str, where: Where, escape: Escape = "header") -> Layout:
        """The layout of one line of an issue (its subject), with its personal fields."""
        return plain_layout(self._marks.take_holes(text, where), self._marks, escape)

    @property
    def digest(self) -> str:
        """Of every file that was filled so far, by name and text: what a mail was made from."""
        digest = hashlib.sha256()
        for name, source in sorted(self._files.read.items()):
            digest.update(f"{name}\0{len(source)}\0{source}".encode())
        return digest.hexdigest()

    def has(self, file: str) -> bool:
        """Whether the set holds a file of that name."""
        return any((folder / file).is_file() for folder in self._folders)

    def _file(self, file: str) -> Path:
        for folder in self._folders:
            if (folder / file).is_file():
                return folder / file
        raise TemplateError(f"there is no {file}", where=Where(self._folders[0]))

    def _fill(
        self, file: str, context: Mapping[str, object], language: Language, notes: Notes
    ) -> str:
        path = self._file(file)
        own = {
            _LANGUAGE: language,
            "lang": language.code,
            "dir": language.direction,
            "notes": notes,
        }
        try:
            filled = self._environment.get_template(file, globals=own).render(context)
        except MailerError:
            raise
        except TemplateSyntaxError as error:
            raise _syntax_error(error, path) from None
        except TemplateNotFound as error:
            where = self._where(error.__traceback__, path)
            raise TemplateError(
                f"there is no {error.name}",
                where=where,
                mend="write it, or include a file that is in the template's folder",
            ) from None
        except UndefinedError as error:
            where = self._where(error.__traceback__, path)
            mend = "docs/templates.md lists the names that a template has"
            raise TemplateError(_undefined(str(error)), where=where, mend=mend) from None
        except Exception as error:  # noqa: BLE001  (a template is its author's own program)
            where = self._where(error.__traceback__, path)
            raise TemplateError(str(error) or type(error).__name__, where=where) from None
        return self._marks.take_holes(filled, Where(path))

    def _where(self, traceback: TracebackType | None, path: Path) -> Where:
        """The innermost line of a template in a traceback, which Jinja maps to the source."""
        folders = tuple(str(folder) for folder in self._folders)
        where = Where(path)
        while traceback is not None:
            file = traceback.tb_frame.f_code.co_filename
            if file.startswith(folders):
                where = Where(Path(file), traceback.tb_lineno)
            traceback = traceback.tb_next
        return where

    def _lone_lines(self, text: str) -> str:
        """A block tag alone on its line takes the line with it."""
        kept: list[str] = []
        for line in text.split("\n"):
            match = self._marks.word.fullmatch(line.strip())
            kept.append(line.strip() if match and match["kind"] == "l" else line + "\n")
        return "".join(kept)[:-1] if kept[-1].endswith("\n") else "".join(kept)


def _undefined(words: str) -> str:
    """Jinja's words without the names of our classes."""
    return re.sub(r"'[\w.]+\.(\w+?)(?:View)? object'", lambda found: found[1].lower(), words)


class _Files(BaseLoader):
    """Reads a file, checks it and takes stage two's tags out of it."""

    def __init__(self, folders: list[Path], marks: Marks) -> None:
        self._folders = folders
        self._marks = marks
        self.read: dict[str, str] = {}
        """What was read: names and texts."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        for folder in self._folders:
            path = (folder / template).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return (
                    self._source(environment, template, folder / template),
                    str(folder / template),
                    None,
                )
        raise TemplateNotFound(template)

    def _source(self, environment: Environment, name: str, path: Path) -> str:
        try:
            source = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise TemplateError(
                f"not UTF-8 (byte {error.start})", where=Where(path), mend="save it as UTF-8"
            ) from None
        self.read[name] = source
        markup = path.suffix == ".mjml"
        taken = self._marks.take(source, path, markup=markup)
        errors = check_mjml(source, path) if markup else []
        if errors:
            _refuse_syntax(environment, taken, path)  # it makes a tag seem out of place
            raise errors[0] if len(errors) == 1 else ManyErrors(errors)
        return taken


def _refuse_syntax(environment: Environment, source: str, path: Path) -> None:
    try:
        environment.parse(source)
    except TemplateSyntaxError as error:
        raise _syntax_error(error, path) from None


def _environment(loader: BaseLoader) -> Environment:
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=select_autoescape(["mjml"], default_for_string=True),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.globals.update(_=_gettext, ngettext=_ngettext, format_date=_format_date)
    environment.filters.update(text=_text, wrap=_wrap, rule=underlined)
    return environment


def _language(context: Context) -> Language:
    language = context[_LANGUAGE]
    assert isinstance(language, Language)
    return language


@pass_context
def _gettext(context: Context, message: str, **values: object) -> str:
    if _WORD.search(message):
        raise ValueError(
            f"a sentence to translate holds a [[ … ]]: {_WORD.sub('[[ … ]]', message)!r}; "
            'write %(name)s in it, and name="[[ … ]]" beside it'
        )
    language = _language(context)
    if not context.eval_ctx.autoescape:
        return language.gettext(message, **values)
    text = escape(language.gettext(message))
    return text % values if values else text


@pass_context
def _ngettext(context: Context, singular: str, plural: str, count: int, **values: object) -> str:
    return _language(context).ngettext(singular, plural, count, **values)


@pass_context
def _format_date(context: Context, value: Any, style: str = "long") -> str:
    if value is None or isinstance(value, Undefined):
        return ""
    return _language(context).format_date(value, style)


@pass_context
def _text(context: Context, html: str, width: int = 72, indent: str = "") -> str:
    notes = context["notes"]
    assert isinstance(notes, Notes)
    return html_to_text(str(html), width=width, links=notes, indent=indent)


def _wrap(text: object, width: int = 72, indent: str = "") -> str:
    return wrapped(str(text), width=width, indent=indent)


def _syntax_error(error: TemplateSyntaxError, path: Path) -> TemplateError:
    file = Path(error.filename) if error.filename else path
    return TemplateError(
        error.message or "cannot be read",
        where=Where(file, error.lineno),
        mend="{% if %} and {% for %} end with {% endif %} and {% endfor %}, {{ with }}",
    )
