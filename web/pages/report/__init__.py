"""The report: a form that asks for what the policy requires, and says what it will do."""
