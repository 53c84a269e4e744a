"""Errors that leagueie raises on purpose. Imports nothing of the package."""


class LeagueieError(Exception):
    """Base of every error that leagueie raises on purpose; its message is fit to show to a user."""


class ModelError(LeagueieError):
    """A model folder is missing, incomplete or damaged."""


class InputError(LeagueieError):
    """A file or stream cannot be read as text."""


class CorpusError(LeagueieError):
    """Annotated passages are invalid; the message lists every problem with its file and line."""


class ConfigError(LeagueieError):
    """A training configuration has an unknown key or a bad value."""


class ExportError(LeagueieError):
    """The exported model does not agree with the one it was made from."""
