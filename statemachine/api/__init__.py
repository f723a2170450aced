"""The AWS API and the REST API. They translate requests into actions, and answers into JSON."""
