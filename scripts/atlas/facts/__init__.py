"""``docs/_data/*.yml`` → typed facts, each with unit, source, kind of evidence and place, and every fault in them.

Numbers are data so that tables, diagrams, sentences, calculators and checks never disagree. Each kind of data is declared
once, as a schema (:mod:`atlas.facts.hardware`, ``learning``, ``software``, ``words``); everything else follows from it.
"""

from atlas.facts.ages import Due, due, due_rows, today
from atlas.facts.bibliography import Source, Term, data_folder, load_sources, load_terms, source_faults
from atlas.facts.columns import Column, Type
from atlas.facts.faults import faults
from atlas.facts.jsonschema import json_schema
from atlas.facts.loading import SCHEMAS, Facts, load
from atlas.facts.schemas import Relation, Schema
from atlas.facts.units import UNITS, Unit, show
from atlas.facts.values import EVIDENCE, UNPUBLISHED, UNSUPPORTED, Absent, Fact, Fault, Other, Row, Table
from atlas.facts.words import KINDS
from atlas.nodes import Place

__all__ = [
    "EVIDENCE",
    "KINDS",
    "SCHEMAS",
    "UNITS",
    "UNPUBLISHED",
    "UNSUPPORTED",
    "Absent",
    "Column",
    "Due",
    "Fact",
    "Facts",
    "Fault",
    "Other",
    "Place",
    "Relation",
    "Row",
    "Schema",
    "Source",
    "Table",
    "Term",
    "Type",
    "Unit",
    "data_folder",
    "due",
    "due_rows",
    "faults",
    "json_schema",
    "load",
    "load_sources",
    "load_terms",
    "show",
    "source_faults",
    "today",
]
