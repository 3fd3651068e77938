"""What programs write into pages that people write: between two marks."""

from looking_for.core.errors import UserError


def replace_between(text: str, begin: str, end: str, new: str) -> str:
    """Put new text between two marks of a page.

    Raises
    ------
    UserError
        If the page lacks a mark.

    Examples
    --------
    >>> replace_between("a <b>old</b> c", "<b>", "</b>", "new")
    'a <b>new</b> c'
    """
    before, has_begin, rest = text.partition(begin)
    _, has_end, after = rest.partition(end)
    if not (has_begin and has_end):
        raise UserError(f"the page lacks the marks {begin.strip()} and {end.strip()}, between which a table belongs")
    return before + begin + new + end + after
