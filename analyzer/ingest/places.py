"""Where the characters of a document stand on its pages."""

from __future__ import annotations

from bisect import bisect_right

from analyzer.records import Box, Document, Place


def boxes_of(document: Document, start: int, end: int) -> list[tuple[int, Box]]:
    """(page from 1, box in points from the page's top left corner) of characters `start`–`end`, one a line."""
    places = document.places
    found = []
    first = max(0, bisect_right(places, start, key=lambda place: place.start) - 1)
    for place in places[first:]:
        if place.start >= end:
            break
        low, high = max(start, place.start), min(end, place.end)
        if low < high:
            found.append((place.page, _part(place, document.text, low, high)))
    return found


def page_of(document: Document, start: int) -> int | None:
    """The page on which the character at `start` stands, or None for formats without pages."""
    at = bisect_right(document.places, start, key=lambda place: place.start) - 1
    return document.places[at].page if at >= 0 and start < document.places[at].end else None


def _part(place: Place, text: str, low: int, high: int) -> Box:
    left, top, right, bottom = place.box
    if place.edges:
        return place.edges[low - place.start], top, place.edges[high - place.start], bottom
    weights = [1.0 if char > "\u2e80" or char in "“”‘’—…" else 0.5 for char in text[place.start:place.end]]
    whole = sum(weights) or 1.0
    before = sum(weights[:low - place.start]) / whole
    until = sum(weights[:high - place.start]) / whole
    if bottom - top > right - left and place.end - place.start > 2:  # a line that runs down the page
        return left, top + before * (bottom - top), right, top + until * (bottom - top)
    return left + before * (right - left), top, left + until * (right - left), bottom
