"""Rendered pages and the glossary → the files that the readers' search loads, piece by piece, when they search.

Nothing of it is loaded before. A browser that opened the site from a folder can't fetch files, but it runs scripts: each
piece is a classic script that hands its data to ``assets/search/engine.js``. ``map.js`` has all titles, headings and
terms, enough for a first answer; ``w<n>.js`` says which pages hold the words of shard n; ``p<n>.js`` is the text of page n.
"""

from __future__ import annotations

from atlas.search.pieces import Source, pieces
from atlas.search.sections import Section, sections

__all__ = ["Section", "Source", "pieces", "sections"]
