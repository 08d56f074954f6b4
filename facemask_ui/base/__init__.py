"""What every page uses: settings, modes, colours, charts, messages."""
