"""Stage fetch: the images that everything else looks at, from wherever they can be had."""
