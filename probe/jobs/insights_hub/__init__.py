"""The tenant authority of Insights Hub: what ``probe insights-hub`` does, without a terminal."""
