"""The words of a letter in one language: what the law wants in it stays in it."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.changes.kinds import Problems
from accounts.changes.office import About, Line, OfficeKind
from dsar import letter_parts, letter_samples, letter_words
from dsar.letter_words import LETTERS, Letter
from portal.lib.office.shapes import Field, Typed, Words, one_line

LONGEST_SUBJECT, LONGEST_BODY = 150, 6000
LANGUAGES: dict[str, Words] = dict(settings.LANGUAGES)


class LetterKind(OfficeKind):
    """The subject is "refused.fr"; the value ``{"subject": …, "body": …}`` with placeholders."""

    slug = "letter"
    label: Words = gettext_lazy("words of a letter")

    def subjects(self) -> Iterable[str]:
        """Return every letter in every language."""
        return [f"{name}.{language}" for name in LETTERS for language in LANGUAGES]

    def about(self, subject: str) -> About:
        """Return which letter it is, and what has to stay in it."""
        letter, language = self.parts(subject)
        named = ", ".join(f"{{{name}}}" for name in letter.must)
        return About(
            name=_("%(letter)s, in %(language)s")
            % {
                "letter": letter.label,
                "language": str(LANGUAGES[language]),
            },
            help=_("Its words, as people get them by mail. The foot with our address is added."),
            affects=_("Letters that are sent from now on. Each one keeps which version it used."),
            bounds=_(
                "What the person is owed has to stay (article 12 GDPR): %(placeholders)s. Own words"
                " that would leave it out in some case are not used in that case."
            )
            % {"placeholders": named},
            first=_("the words that Regard is shipped with"),
        )

    def first(self, subject: str) -> dict[str, str]:
        """Return the shipped words, as text with placeholders."""
        return letter_samples.shipped(*self.parts(subject))

    def fields(self, subject: str) -> list[Field]:
        """Return subject line and text."""
        letter, _language = self.parts(subject)
        names = ", ".join(f"{{{one.name}}}" for one in letter_words.allowed(letter))
        hint = _("Placeholders that are known: %(names)s.") % {"names": names}
        return [Field("subject", _("Subject"), "lines"), Field("body", _("Text"), "letter", hint)]

    def typed(self, subject: str, value: Any) -> dict[str, Any]:
        """Return the two texts."""
        return {"subject": value["subject"], "body": value["body"]}

    def read(self, subject: str, typed: Typed) -> tuple[Any, Problems]:
        """Return the words, or what they lack, hold too much of, or cannot hold."""
        letter, language = self.parts(subject)
        value = {
            "subject": one_line(str(typed.get("subject", ""))),
            "body": str(typed.get("body", "")).replace("\r\n", "\n").strip(),
        }
        problems = {
            name: found
            for name, most in (("subject", LONGEST_SUBJECT), ("body", LONGEST_BODY))
            if (found := _wrong(letter, value[name], most))
        }
        lost = [
            one for one in letter.subject_must if one not in letter_words.used(value["subject"])
        ]
        if lost and "subject" not in problems:
            problems["subject"] = [_put_back(name) for name in lost]
        if "body" not in problems:
            problems |= self._owed(letter, language, value)
        return (None, problems) if problems else (value, {})

    def say(self, subject: str, value: Any) -> list[Line]:
        """Return the two texts."""
        return [(_("Subject"), value["subject"]), (_("Text"), value["body"])]

    def parts(self, subject: str) -> tuple[Letter, str]:
        """Return the letter and the language of a subject that is known."""
        name, _dot, language = subject.partition(".")
        return LETTERS[name], language

    def _owed(self, letter: Letter, language: str, value: dict[str, str]) -> Problems:
        """Return what the person is owed and the text does not say."""
        lacking = [name for name in letter.must if name not in letter_words.used(value["body"])]
        found = [_put_back(name) for name in lacking] or _not_said(letter, language, value)
        return {"body": found} if found else {}


def _put_back(name: str) -> str:
    said = _("Put {%(name)s} back: the person is owed %(what)s.")
    return said % {"name": name, "what": str(letter_words.ALL[name].label)}


def _not_said(letter: Letter, language: str, value: dict[str, str]) -> list[str]:
    """Return the parts of the law that the letter, filled in, would not say."""
    with override(language):
        known = letter_samples.known(letter, language)
        body = letter_words.fill(value["body"], known)
    said = _("The letter would not name %(part)s.")
    lacking = letter_parts.missing(letter.name, body, known, language)
    return [said % {"part": str(part.label)} for part in lacking]


def _wrong(letter: Letter, text: str, most: int) -> list[str]:
    """Return what is wrong with one text by itself."""
    if not text:
        return [_("A letter needs it: write it, or go back to the shipped words.")]
    found = []
    if len(text) > most:
        said = _("Shorten it to %(most)d characters; it has %(now)d.")
        found.append(said % {"most": most, "now": len(text)})
    known = [one.name for one in letter_words.allowed(letter)]
    if unknown := [name for name in letter_words.used(text) if name not in known]:
        said = _("%(unknown)s is not known here. Known are: %(known)s.")
        names = {"unknown": _braced(unknown), "known": _braced(known)}
        found.append(said % names)
    if re.search(r"[{}]", letter_words.PLACEHOLDER.sub("", text)):
        found.append(_("A brace alone means nothing: a placeholder is written {reference}."))
    return found


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
