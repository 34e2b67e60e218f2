"""Real PostgreSQL and Valkey servers, a mail sink and the whole product as processes, without Docker or root."""


class Unavailable(Exception):
    """Something can't be started; the message is one sentence that says what to do."""
