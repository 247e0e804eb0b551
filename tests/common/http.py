"""A client of the gateway's HTTP API."""
import hashlib
import http.client
import json
import ssl

TOKENS = {"viewer": "v-token", "operator": "o-token", "admin": "a-token"}


def section(port, *lines, host="127.0.0.1"):
    """`http` with a token for each role."""
    tokens = [" token %s sha256 %s role %s" % (role, hashlib.sha256(token.encode()).hexdigest(), role)
              for role, token in TOKENS.items()]
    return "\n".join(["http", " listen %s %d" % (host, port), *tokens, *[" " + line for line in lines], ""])


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        assert self.headers["Content-Type"] == "application/json", self.body
        return json.loads(self.body)

    def __repr__(self):
        return "%s %r" % (self.status, self.body[:300])


class Http:
    """A connection of its own for each request."""

    def __init__(self, port, role="viewer", host="127.0.0.1", ca=None):
        self.port, self.role, self.host, self.ca, self.timeout = port, role, host, ca, 60
        self.cookie = None

    def connect(self):
        if not self.ca:
            return http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        context = ssl.create_default_context(cafile=self.ca)
        return http.client.HTTPSConnection(self.host, self.port, timeout=self.timeout, context=context)

    def ask(self, method, path, body=None, headers=None):
        fields = {"Authorization": "Bearer " + TOKENS[self.role]} if self.role else {}
        if self.cookie:
            fields["Cookie"] = self.cookie
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        fields.update(headers or {})
        connection = self.connect()
        try:
            connection.request(method, path, body, {k: v for k, v in fields.items() if v is not None})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def events(self, query=""):
        return Events(self, query)

    def get(self, path, **how):
        """What a path under /api/v1 says."""
        answer = self.ask("GET", "/api/v1/" + path, **how)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path, body=None, **how):
        return self.ask("POST", "/api/v1/" + path, body, **how)


class Events:
    """A stream of events: an iterator of (name, data); the first one is the snapshot."""

    def __init__(self, http, query):
        who = {"Cookie": http.cookie} if http.cookie else {"Authorization": "Bearer " + TOKENS[http.role]}
        self.connection = http.connect()
        self.connection.request("GET", "/api/v1/events" + query, headers=who)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200 and self.answer.headers["Content-Type"] == "text/event-stream", self.answer.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()
        self.connection.close()

    def __iter__(self):
        name = None
        for line in self.answer:
            word, _, rest = line.decode().rstrip("\n").partition(": ")
            if word == "event":
                name = rest
            elif word == "data":
                yield name, json.loads(rest)

    def until(self, name, wanted=lambda data: True, most=1000):
        """The data of the first event of that name that is wanted."""
        for _ in range(most):
            got, data = next(iter(self))
            if got == name and wanted(data):
                return data
        raise AssertionError("no event %s" % name)
