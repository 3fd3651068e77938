"""How a report is written: sections of paragraphs, figures and tables, as Markdown."""
