"""Which part of a workbook holds which sheet: the two small maps inside every XLSX."""

import posixpath
from xml.parsers import expat

from .archives import broken, strange


def sheet_targets(parts: dict[str, bytes]) -> dict[str, str]:
    """Sheet name -> part name ("July" -> "xl/worksheets/sheet1.xml"); what is not found is left out."""
    book = next((name for name in parts if name.lower() == "xl/workbook.xml"), None)
    if book is None:
        return {}
    folder = posixpath.dirname(book)
    links = next((n for n in parts if n.lower() == "xl/_rels/workbook.xml.rels"), None)
    targets: dict[str, str] = {}
    for name, attributes in _elements(parts[links]) if links else ():
        if name == "Relationship" and "Id" in attributes:
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}"
            targets[attributes["Id"]] = posixpath.normpath(path)
    found = {}
    for name, attributes in _elements(parts[book]):
        if name == "sheet":
            link = next((v for key, v in attributes.items() if key.endswith(":id")), "")
            if link in targets:
                found[attributes.get("name", "")] = targets[link]
    return found


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(found) > 50_000:
            raise strange()
        found.append((name.rpartition(":")[2], attributes))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise broken() from error
    return found
