"""Help: a text for every page, and the glossary of the words that the pages use.

`pages` reads the texts (one Markdown file per template, in the folder ``pages``), `text` turns one into
HTML, `glossary` holds the words. Nothing here knows Flask: addresses and the look of a word are given.
"""
