"""The page Report: asking for reports on a dataset, their list, and one report on the screen."""
