"""Which passwords are good enough."""

LEAST_CHARACTERS = 12
MOST_CHARACTERS = 256
_LEAST_DISTINCT = 5


def weakness(password: str, name: str) -> str | None:
    """Why a password is refused, with the cure, or None.

    Length is what counts; rules about digits and signs only make passwords that are written down
    (NIST SP 800-63B, section 3.1.1).

    >>> weakness("correct horse battery", "ada")
    >>> weakness("ada-ada-ada-ada", "ada")
    'the password contains the name; choose another'
    """
    if len(password) < LEAST_CHARACTERS:
        return f"the password needs {LEAST_CHARACTERS} characters or more; several words do well"
    if len(password) > MOST_CHARACTERS:
        return f"the password may have {MOST_CHARACTERS} characters; choose a shorter one"
    if name.lower() in password.lower():
        return "the password contains the name; choose another"
    if len(set(password)) < _LEAST_DISTINCT:
        return f"the password needs {_LEAST_DISTINCT} different characters or more"
    return None
