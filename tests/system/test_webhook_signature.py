"""Webhooks of the real program, as a receiver sees them that knows nothing but the Standard Webhooks specification.

The verifier below was written from the specification alone, not from ours (https://www.standardwebhooks.com).
"""
import base64
import hashlib
import hmac
import json
import secrets
import time
import unittest

from sosik import Receiver, Sosik, wait_for

TOLERANCE = 5 * 60  # seconds that a timestamp may be away from the receiver's clock, either way


class Refused(Exception):
    pass


def verified(secret, headers, body, now=None):
    """The payload of a message that is genuine and fresh; raises Refused otherwise."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    try:
        identity, stamp, given = (headers["webhook-" + name] for name in ("id", "timestamp", "signature"))
        age = (time.time() if now is None else now) - int(stamp)
    except (KeyError, ValueError) as error:
        raise Refused("a header is missing or no number") from error
    if abs(age) > TOLERANCE:
        raise Refused("the timestamp is too far away")
    wanted = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    for version, _, signature in (each.partition(",") for each in given.split(" ")):
        if version == "v1" and hmac.compare_digest(base64.b64decode(signature), wanted):
            return json.loads(body)
    raise Refused("no signature fits")


def new_secret():
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Verifier(unittest.TestCase):
    """Who judges is judged first, by the vector of N-155."""

    SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
    BODY = '{"type":"post.published","data":{"title":"안녕"}}'.encode()
    HEADERS = {
        "webhook-id": "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
        "webhook-timestamp": "1674087231",
        "webhook-signature": "v1,KYCMDFvyaNUPp5FEc9/7JxApJOlrjLW0pyxo0EJnP+8=",
    }

    def test_it_takes_the_vector_and_nothing_else(self):
        at = 1674087231
        self.assertEqual(verified(self.SECRET, self.HEADERS, self.BODY, at)["data"]["title"], "안녕")
        for now in (at - TOLERANCE, at + TOLERANCE):
            verified(self.SECRET, self.HEADERS, self.BODY, now)
        for now in (at - TOLERANCE - 1, at + TOLERANCE + 1, None):
            self.assertRaises(Refused, verified, self.SECRET, self.HEADERS, self.BODY, now)
        self.assertRaises(Refused, verified, self.SECRET, self.HEADERS, self.BODY + b" ", at)
        self.assertRaises(Refused, verified, new_secret(), self.HEADERS, self.BODY, at)
        for name in self.HEADERS:
            self.assertRaises(Refused, verified, self.SECRET, {**self.HEADERS, name: "msg_1"}, self.BODY, at)
            self.assertRaises(Refused, verified, self.SECRET, {k: v for k, v in self.HEADERS.items() if k != name}, self.BODY, at)


class Messages(unittest.TestCase):
    def told(self, *secrets, answer=None, count=1):
        """The first requests that a webhook with these secrets gets about a new post."""
        given = lambda request: answer(len(receiver.requests)) if answer else (204, {}, b"")
        with Receiver(given) as receiver, Sosik(
            publish=f'allow_networks = ["127.0.0.0/8"]\nallow_ports = ["{receiver.port}"]\n[[publish.webhook]]\nname = "build"\n'
            f'url = "{receiver.url}/hook"\nallow_http = true\nsecret_file = "secret"\nfull = true\n'
        ) as blog:
            (blog.folder / "secret").write_text("".join(each + "\n" for each in secrets))
            blog.start()
            blog.put("글.md", "---\ntitle: 서명한 글 \"<&>\"\ndate: 2026-03-04\n---\n첫 문단 — “따옴표”, 😀\n")
            wait_for(lambda: len(receiver.requests) >= count, f"{count} requests")
            return receiver.requests[:count]

    def test_a_message_is_genuine_and_fresh(self):  # N-151, N-152, N-153
        secret = new_secret()
        [request] = self.told(secret)
        headers, body = request["headers"], request["body"]
        payload = verified(secret, headers, body)
        self.assertEqual(payload["type"], "post.published")
        self.assertEqual(payload["data"]["title"], '서명한 글 "<&>"')
        self.assertEqual(headers["content-type"], "application/json")
        self.assertNotIn(".", headers["webhook-id"])
        self.assertEqual(len(headers["webhook-signature"].split(" ")), 1)
        sent = int(headers["webhook-timestamp"])
        verified(secret, headers, body, sent + TOLERANCE)
        for now in (sent + TOLERANCE + 1, sent - TOLERANCE - 1):  # kept by somebody, and sent again
            self.assertRaises(Refused, verified, secret, headers, body, now)
        self.assertRaises(Refused, verified, new_secret(), headers, body)
        self.assertRaises(Refused, verified, secret, headers, body.replace(b"published", b"deleted"))
        for name, value in (("webhook-id", headers["webhook-id"] + "0"), ("webhook-timestamp", str(sent + 1))):
            self.assertRaises(Refused, verified, secret, {**headers, name: value}, body)

    def test_while_a_secret_takes_the_others_place_both_sign(self):  # N-154
        new, old = new_secret(), new_secret()
        [request] = self.told(new, old)
        headers, body = request["headers"], request["body"]
        first, second = headers["webhook-signature"].split(" ")
        for secret, own, other in ((new, first, second), (old, second, first)):
            verified(secret, headers, body)
            verified(secret, {**headers, "webhook-signature": own}, body)
            self.assertRaises(Refused, verified, secret, {**headers, "webhook-signature": other}, body)
        self.assertRaises(Refused, verified, new_secret(), headers, body)

    def test_a_retry_is_the_same_message_with_a_new_time(self):  # N-151
        secret = new_secret()
        first, second = self.told(secret, answer=lambda number: (503 if number == 1 else 204, {}, b""), count=2)
        self.assertEqual(second["headers"]["webhook-id"], first["headers"]["webhook-id"])
        self.assertEqual(second["body"], first["body"])
        stamps = [int(each["headers"]["webhook-timestamp"]) for each in (first, second)]
        self.assertGreater(stamps[1], stamps[0])  # of this attempt; the schedule has some seconds between them
        for request in (first, second):
            verified(secret, request["headers"], request["body"])


if __name__ == "__main__":
    unittest.main()
