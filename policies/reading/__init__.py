"""From a policy file to a `Policy`, or everything that keeps it from being one."""
