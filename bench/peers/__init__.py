"""The systems fixgate is measured against; each answers an order with one report."""
