"""Programmes as packs: fields, indicators, regimes, windows, targets."""
