"""Stage fetch: the images that everything else looks at, from whichever source is available."""
