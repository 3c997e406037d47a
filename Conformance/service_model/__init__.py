"""What Martlet knows of AWS's service models, beside what botocore says of them today.

`known.json` is the service model that was last looked at, member by member. `states.py` says what
becomes of each here. `seen.json` is what the tests send and get back. docs/conformance.md is made
of the three; test_service_model.py compares them with the installed botocore and with the server.
"""
