"""Documents whose formulas, numbers and tables are checked, or filled in: Markdown, LaTeX, notebooks and text."""
