"""Study: what many networks have in common, and how far another seed alone moves a number."""
