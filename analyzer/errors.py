"""Errors that a user can cause and mend; everything else is a defect of ours and keeps its traceback.

Each message exists in Chinese and English, names what was given and says what to do.
"""


class AnalyzerError(Exception):
    """A message for the user, in both languages; `str(error)` is the English one."""

    def __init__(self, english: str, chinese: str | None = None):
        super().__init__(english)
        self.english = english
        self.chinese = chinese or english

    def __reduce__(self):
        return type(self), (self.english, self.chinese)

    def message(self, language: str = "zh") -> str:
        return self.chinese if language == "zh" else self.english


class UnsupportedFormat(AnalyzerError):
    """The file is of a kind that no reader knows, or needs an extra that is not installed."""


class UnreadableDocument(AnalyzerError):
    """The file is of a known kind but broken, empty, encrypted, over a limit or hostile."""


class LexiconError(AnalyzerError):
    """A data file (or a user's codebook) contradicts itself; the message names file and row."""


class ModelError(AnalyzerError):
    """A model is missing, of another version, or cannot be trained from what was given."""
