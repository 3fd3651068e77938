"""What a trained network is looking for, as pictures, and how true each picture is.

For a program of your own: `load_network` or `DenseNetwork`, an `ImageSet`, then `evaluate`. No DVC, no
params.yaml, no files of the pipeline; docs/your-own.md has an example. What is exported is listed in
`__init__.pyi`, and imported when it is first used: a stage starts with what it needs alone.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
