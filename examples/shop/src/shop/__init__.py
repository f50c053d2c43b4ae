"""A small shop: carts, prices, discounts and delivery dates."""
