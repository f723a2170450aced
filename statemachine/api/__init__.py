"""The doors: skins over the service that translate and never decide."""
