"""Published models as layers."""
