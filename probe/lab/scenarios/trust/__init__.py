"""Trust stores that do not hold what is needed."""
