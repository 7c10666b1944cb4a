"""The canonical tables: each declared once, as data type, bounds, code list and description."""

from pipeline.tables.canonical import Advocacy, Clients, Sessions, Workers, by_name, ratings
from pipeline.tables.column import Column, Table

__all__ = ["Advocacy", "Clients", "Column", "Sessions", "Table", "Workers", "by_name", "ratings"]
