"""The reader: its grammar, its files, and twenty-three invented directives."""
