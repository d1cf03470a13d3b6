"""What each command changes on the record, and which effects follow."""
