"""Salesforce metadata files held against the element names and enumerations published in @salesforce/types.

``sf project convert source`` accepts unknown elements; this does not.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_TYPE = re.compile(r"export type (\w+) = (?:Metadata & |MetadataWithContent & )?\{\n(.*?)\n\};", re.DOTALL)
_ELEMENT = re.compile(r"^\s+(\w+)(\??):\s*([^;]+);", re.MULTILINE)
# A folder is declared as a text, and stands in a file as what "Folder" declares.
_FOLDER = re.compile(r"export type (\w+Folder) = string;")
_PLAIN = {"boolean": re.compile("true|false"), "number": re.compile(r"-?\d+(\.\d+)?")}
_ENUMERATION = re.compile(r"export type (\w+) = ((?:'[^']*'(?: \| )?)+);")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One element of a type: what it holds, and whether it must be there."""

    kind: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTypes:
    """What @salesforce/types declares."""

    types: dict[str, dict[str, Element]]
    enumerations: dict[str, list[str]]

    @classmethod
    def read(cls, declarations: Path) -> Self:
        text = declarations.read_text()
        types = {found[1]: _elements(found[2]) for found in _TYPE.finditer(text)}
        folders = {found[1]: types["Folder"] for found in _FOLDER.finditer(text)}
        return cls(
            types=types | folders,
            enumerations={
                found[1]: re.findall(r"'([^']*)'", found[2]) for found in _ENUMERATION.finditer(text)
            },
        )

    def troubles(self, document: str) -> list[str]:
        """What is wrong in one metadata file; nothing where all is well."""
        root = ET.fromstring(document)  # noqa: S314 - the repository's own file
        name = _name(root)
        return list(self._walk(root, name)) if name in self.types else [f"{name} is no published type"]

    def _walk(self, element: ET.Element, type_name: str) -> Iterator[str]:
        known = self.types.get(type_name, {})
        names = [_name(child) for child in element]
        for name, wanted in known.items():
            if wanted.required and name not in names:
                yield f"{type_name} lacks {name}"
        for child, name in zip(element, names, strict=True):
            if name != "fullName":
                yield from self._child(child, name, known, type_name)

    def _child(
        self, child: ET.Element, name: str, known: dict[str, Element], type_name: str
    ) -> Iterator[str]:
        if name not in known:
            yield f"{type_name} has no element {name}"
            return
        kind = known[name].kind
        if kind in self.enumerations and (child.text or "").strip() not in self.enumerations[kind]:
            yield f"{type_name}/{name} cannot be {child.text!r}"
        if kind in _PLAIN and not _PLAIN[kind].fullmatch((child.text or "").strip()):
            yield f"{type_name}/{name} is no {kind}: {child.text!r}"
        if kind in self.types:
            yield from self._walk(child, kind)


def _elements(body: str) -> dict[str, Element]:
    return {
        name: Element(
            kind=kind.strip().removesuffix("[]"),
            required=not optional and not kind.strip().endswith("[]"),
        )
        for name, optional, kind in _ELEMENT.findall(body)
    }


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
