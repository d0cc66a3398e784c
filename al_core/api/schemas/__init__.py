"""Requests and answers of the REST API, field for field as Lightly's clients send and expect them."""
