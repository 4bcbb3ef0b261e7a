"""Run by both Pythons: makes the request in argument 1 twice and prints what came as JSON."""

import asyncio
import json
import sys

from moonhop_core.node.http import Http, HttpError


async def main():
    base, method, path, body, headers, limit, sink, timeout = json.loads(sys.argv[1])
    pieces = []
    http = Http(base, "secret", None, timeout)
    body = [piece.encode() for piece in body] if isinstance(body, list) else body.encode()
    take = (lambda piece: pieces.append(len(piece))) if sink else None
    try:
        for _ in range(2):
            found = await http.request(method, path, body, headers, limit, take)
        print(json.dumps([found.status, found.body.decode(), found.headers, pieces]))
    except HttpError as error:
        print(json.dumps(["error", str(error)]))
    http.close()


asyncio.run(main())
