"""The workloads of people and channels: asked, told, and read."""
