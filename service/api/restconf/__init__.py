"""RESTCONF (RFC 8040): the same use cases as REST, by the service's own YANG model."""
