"""What the conformance tests share: servers, raw requests, error checks, schemas, sizes."""
