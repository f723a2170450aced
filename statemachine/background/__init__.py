"""Parts of the server that act by themselves. They are clients of the service, as the APIs are."""
