"""Reading the facts. Pure: nothing here touches a network, a file or the clock."""
