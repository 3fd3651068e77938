"""The pipeline's stages, a package each: fetch, survey, train, compose, challenge, draw, render.

The modules beside this file are shared: what params may say (`params`), what passes between stages
(`artifacts`), the mathematics (`mathematics`), what pictures are drawn with (`drawing`) and how a stage
speaks to people (`console`). No stage imports from another stage's folder.
"""
