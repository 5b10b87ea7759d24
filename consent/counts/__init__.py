"""How many, by week: for managers. Nobody by name, and nothing from which a count of yes or of no follows."""
