"""The API's own description: what it says of requests and answers, and requests made from it."""
import copy
import random
import urllib.parse

import jsonschema


class Description:
    def __init__(self, document):
        self.document = document
        self.operations = [(method.upper(), path, operation) for path, methods in document["paths"].items()
                           for method, operation in methods.items()]

    def _resolve(self, node):
        while "$ref" in node:
            target = self.document
            for word in node["$ref"].lstrip("#/").split("/"):
                target = target[word]
            node = target
        return node

    def _validator(self, schema):
        return jsonschema.Draft202012Validator(dict(schema, components=self.document["components"]))

    def faults(self, operation, answer):
        """What is wrong with an answer, by the description; [] for nothing."""
        described = operation["responses"].get(str(answer.status))
        if not described:
            return ["status %d is not described: %r" % (answer.status, answer.body[:200])]
        content = self._resolve(described)["content"]
        if answer.headers["Content-Type"] not in content:
            return ["its type is %s" % answer.headers["Content-Type"]]
        if answer.headers["Content-Type"] != "application/json":
            return []
        schema = content[answer.headers["Content-Type"]]["schema"]
        return [e.message[:200] + " at " + e.json_path for e in self._validator(schema).iter_errors(answer.json)][:3]

    def body_schema(self, operation):
        body = operation.get("requestBody")
        return body and body["content"]["application/json"]["schema"]

    def is_right(self, operation, body):
        """Whether a body (a value; None for none) is one that is described."""
        schema = self.body_schema(operation)
        if not schema:
            return body in (None, {})
        return self._validator(schema).is_valid({} if body is None else body)


class Maker:
    """Requests, right and wrong, of a seeded generator."""

    _ODD = [None, True, -1, 0, 1, 1.5, 2**31, 2**32, 2**63, -2**63, "", "a", "0", "\0", "\n", "ä", "x" * 5000, [], {}, [[]], {"a": 1}]

    def __init__(self, seed, names):
        self.random, self.names = random.Random(seed), names

    def value(self, schema):
        """Some value that the schema allows."""
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if schema["type"] == "integer":
            return self.random.choice([schema.get("minimum", 0), schema.get("maximum", 9), 1, 7])
        if schema.get("pattern", "").startswith("^[0-9"):
            return "".join(self.random.choice("0123456789*#") for _ in range(self.random.randint(1, 32)))
        return self.random.choice(self.names)

    def body(self, schema):
        if not schema:
            return self.random.choice([None, {}])
        needed = schema["required"]
        return {name: self.value(part) for name, part in schema["properties"].items()
                if name in needed or self.random.random() < 0.5}

    def spoil(self, body):
        """The same with one thing changed, which may make it wrong."""
        body = copy.deepcopy(body) or {}
        how = self.random.randrange(4)
        if how == 0 or not body:
            body[self.random.choice(["mode", "x", "", "to", "ä" * 100])] = self.random.choice(self._ODD)
        elif how == 1:
            del body[self.random.choice(list(body))]
        elif how == 2:
            body[self.random.choice(list(body))] = self.random.choice(self._ODD)
        else:
            return self.random.choice(self._ODD)
        return body

    def path(self, path):
        """Its names filled in, some of which are there."""
        while "{" in path:
            before, _, rest = path.partition("{")
            name = self.random.choice(self.names + ["1", "2", "99999999999", "-1", "%", "../../x", "a/b/c", "ä", " ", "x" * 300])
            path = before + urllib.parse.quote(str(name), safe="/") + rest.partition("}")[2]
        return path

    def query(self):
        if self.random.random() < 0.8:
            return ""
        return "?" + urllib.parse.urlencode([(self.random.choice(["name", "state", "id", "kinds", "limit", "number", "from", "at", "", "x"]),
                                              self.random.choice(["", "1", "ä", "call", "trunk", "pstn", "12:00", "\n", "x" * 2000]))
                                             for _ in range(self.random.randint(1, 10))])
