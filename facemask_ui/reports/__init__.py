"""The page Report: run reports on a dataset, list them, and read one on the screen.

- ``dataset_choice`` and ``ask`` let the visitor choose a dataset and run reports on it;
- ``server`` is the queue, ``orders`` what a visitor may do with it, and ``owner`` the token by
  which the server knows the visitor's own reports;
- ``lines`` lists the reports that the visitor may know of, each a ``line``; ``words`` describes
  one, and ``stored`` reads its figures from the store;
- ``table`` shows the list, ``open_report`` the report that is open, and ``view`` its parts;
  ``side_by_side`` compares it with a second one;
- ``sentences`` says its result in a sentence; ``headline_figures``, ``confidence_histogram``,
  ``most_fooled``, ``mcnemar_table``, ``epsilon_curve`` and ``transfer_table`` are its parts on the
  screen and on paper;
- ``printed`` writes it as a page to keep.
"""
