"""Adds an image, and a screenshot for each page."""

NAME = "lazy"
