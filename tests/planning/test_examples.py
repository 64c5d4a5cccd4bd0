"""The textbook numbers in the docstrings of what decides."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import stockroom.planning
import stockroom.replay

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (stockroom.planning, stockroom.replay)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
