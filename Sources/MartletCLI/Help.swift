/// What `--help` prints.
enum Help {
    static let program = """
        martlet - a DynamoDB-compatible database

        usage: martlet COMMAND [OPTIONS]

          serve        answer the DynamoDB API over HTTP
          copy         copy tables from one DynamoDB endpoint to another
          import       make a table of files: CSV or DynamoDB JSON, plain, gzip or zstd
          export       write a table, or what changed in it, as DynamoDB exports it
          backup       keep the items of a table inside the data directory
          restore      make a table of a backup, or of a moment of another's past
          check        say whether a data directory is whole
          repair       make again what can be, set aside what cannot
          stats        say what a data directory holds and what that takes
          --version    print the version
          --help       print this; every command has its own --help

        """

    static let serve = """
        usage: martlet serve [OPTIONS]

        Answers the DynamoDB API on http://127.0.0.1:8000 until SIGTERM or SIGINT, then finishes
        what it accepted and exits with 0. A second signal ends it at once.

        data
          --data DIR               where to keep the data (default: martlet-data)
          --in-memory              keep nothing: the data ends with the process
          --durability sync|async  sync (default): an answered write survives power loss;
                                   async: it survives the process, not power loss
          --memory-budget BYTES    bound on the process's memory, from 32M (default: 256M)

          --s3-root FOLDER         where exports, imports and bulk puts find their buckets: each
                                   folder in it is one

        network
          --host ADDRESS           address to listen on (default: 127.0.0.1; 0.0.0.0: all)
          --port NUMBER            port to listen on (default: 8000; 0: any free one)
          --tls-certificate FILE   serve HTTPS with this certificate chain (PEM)
          --tls-key FILE           and its private key (PEM)
          --threads N              network threads (default: one a core)
          --max-connections N      connections at once (default: 1024)
          --body-limit BYTES       largest request body (default: 16M)

        clients
          --credentials FILE       verify signatures with the keys of this file, in the form of
                                   ~/.aws/credentials; also MARTLET_ACCESS_KEY_ID and
                                   MARTLET_SECRET_ACCESS_KEY. Without keys any well-formed
                                   signature is accepted.
          --access-keys FILE       keys that may only read, or only certain tables (JSON;
                                   docs/access.md)
          --separate WHAT          regions, accounts or both: each has tables of its own; none
                                   (default): all clients share one set
          --cors ORIGINS           web pages that may send requests, such as
                                   https://app.example.com,http://localhost:3000, or *
                                   (default: none)
          --region NAME            region in ARNs (default: us-east-1)
          --account NUMBER         account in ARNs (default: 000000000000)

        realism, all of it off unless asked for (docs/realism.md)
          --delay-transient-statuses   tables and indexes are CREATING, UPDATING and DELETING for
                                   2 s each, as if it took time
          --status-delay MS        the same for so many milliseconds
          --enforce-throughput     tables with provisioned throughput take no more than that
          --throttle-probability P requests for items are throttled by chance, 0 to 1
          --conflict-probability P writes and transactions meet a transaction by chance
          --error-probability P    requests end in InternalServerError by chance
          --latency MS or MIN-MAX  requests wait so many milliseconds
          --seed N                 chance decides the same again

        observing
          --log-requests           one line a request on standard error, never item contents
          /health and /metrics answer GET

        DynamoDB Local's flags are accepted too: -port -dbPath -inMemory -sharedDb -cors
        -delayTransientStatuses -optimizeDbBeforeStartup -disableTelemetry.

        """

    static let check = """
        usage: martlet check [--data DIR] [--deep] [--json]

        Verifies every checksum in a data directory that no server has open, and compares what it
        holds with itself: items with index rows, expiry rows and counts, streams, histories,
        backups, files of vector indexes. Names tables, kinds of rows and hashes of keys, never
        contents. Exits with 0 when all is well, with 3 when something is damaged.

        Of encrypted indexes it can say without their keys whether checksums and forms are right.

          --data DIR   the data directory (default: martlet-data)
          --deep       also compares streams and histories with the items, change by change, and
                       vector files with the items, vector by vector
          --json       one JSON object on standard output

        """

    static let repair = """
        usage: martlet repair [--data DIR] [--json]

        Repairs a data directory that no server has open. What follows from items is made again from
        them: index rows, expiry rows, counts, vector indexes. What is damaged and follows from
        nothing goes to DIR/quarantine, byte for byte, and the report says so. Exits with 0 when all
        is well afterwards, with 3 when something is still wrong. Copy the directory first. In
        encrypted indexes nothing is changed.

          --data DIR   the data directory (default: martlet-data)
          --json       one JSON object on standard output

        """

    static let stats = """
        usage: martlet stats [--data DIR] [--json]

        Says what a data directory that no server has open holds: rows, their bytes and those of
        deleted and overwritten ones, by kind and by table, and what they take on the disk.

          --data DIR   the data directory (default: martlet-data)
          --json       one JSON object on standard output

        """
}
