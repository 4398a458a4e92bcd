"""What people look at: pages that need no server and no network.

Decides: how results look on a page. Refuses to know: how they were computed.
"""
