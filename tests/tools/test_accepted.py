"""The documents' tables of what comes in are those of the code."""

from looking_for.networks.loading import formats
from tests.projects import ROOT
from tools import accepted


def test_documents_have_the_tables_of_the_code() -> None:
    page = (ROOT / accepted.PAGE).read_text(encoding="utf-8")
    assert accepted.with_tables(page) == page
    for form in formats.FORMATS:
        assert form.how_to_write in page
