"""A pipeline's stages side by side, on every core or on many machines; DVC still decides what runs."""
