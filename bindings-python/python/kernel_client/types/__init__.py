"""The types of arguments and answers, by the part of the API they belong to."""

from . import auth as auth
