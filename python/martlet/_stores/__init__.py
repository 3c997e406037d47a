"""What the adapters for frameworks share: rows, filters, rankings, and the two places of rows.

    llamaindex, langchain  →  rows, filters, ranking  →  embedded (a folder), table (a server)

An algorithm is a generator of steps (`steps`), so that it is written once and runs both plainly
and on an event loop. Nothing here imports a framework.
"""
