"""What other programs read and write: JSON shapes, sheets, open data.

Decides: the names and shapes of everything that leaves the library for another program.
Refuses to know: how a person would like to see it.
"""
