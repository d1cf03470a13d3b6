"""What the engine offers over HTTP: alerts and reports come in, people and tools ask."""
