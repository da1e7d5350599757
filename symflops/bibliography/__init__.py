"""Who is cited: the sources of models, layers and conventions as data, and a cost's own as BibTeX.

``entries`` says what an entry is; ``convolutional``, ``vision``, ``language``, ``recurrent``, ``normalisation``,
``algorithms`` and ``software`` list them; ``citations`` finds in the words of a source what it cites; ``cited`` asks a
cost.
"""
