"""What every page is made of: settings, modes, colours, charts, messages, printed pages."""
