"""The browser's way in: pages, a JSON interface, nothing that writes. See `app.create_app`."""
