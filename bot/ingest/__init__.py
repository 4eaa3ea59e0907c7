"""From files to the catalog: walk, check, parse, clean, sync."""
