"""Requests and answers: connections, hosts, bodies, errors."""
