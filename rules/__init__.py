"""What decides. Pure: `now` is an argument, results are named, nothing here touches the world."""
