"""Policy files: load, check, compile; and the policies that we ship."""
