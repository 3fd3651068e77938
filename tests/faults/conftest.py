"""What pytest must not import here."""

# Python imports it by its name in processes that tests start; a Python that has its own under that name already
# (Debian's) makes it an error to look for examples in this one.
collect_ignore = ["inject/sitecustomize.py"]
