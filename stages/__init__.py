"""The pipeline's graph, one module per stage: read, call the library, write.

`python -m stages.train --network few` is one of them: fetch, survey, train, adopt, compose, challenge, draw,
explore, render, and study for the study's pipeline. What params.yaml may say is in `params`.
"""

from stages._venv import enter_environment

enter_environment()
