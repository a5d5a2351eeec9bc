"""Writes tokens.json: tokens signed by PyJWT 2.6 (Debian: python3-jwt, python3-cryptography) and the public keys they need.

Run with: /usr/bin/python3 make_tokens.py
"""
import base64
import hashlib
import hmac
import json
import os

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

FAR = 4102444800  # 2100-01-01
SECRET = "fixture-secret-of-more-than-32-bytes"


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def claims(**changes):
    base = {"iss": "https://login.example", "aud": "maas", "sub": "alice", "scope": "predict read openid", "exp": FAR}
    base.update(changes)
    return {k: v for k, v in base.items() if v is not None}


rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
other_rsa = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ec_key = ec.generate_private_key(ec.SECP256R1())


def sign(key, algorithm, **changes):
    return jwt.encode(claims(**changes), key, algorithm=algorithm)


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def confused():
    """RS256's public key used as an HS256 secret: PyJWT refuses to make this one."""
    head = part({"alg": "HS256", "typ": "JWT"}) + b"." + part(claims())
    mac = hmac.new(public_pem(rsa_key).encode(), head, hashlib.sha256).digest()
    return (head + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


rs256 = sign(rsa_key, "RS256")
header, body, signature = rs256.split(".")
tokens = {
    "good": {
        "RS256": rs256,
        "ES256": sign(ec_key, "ES256"),
        "HS256": sign(SECRET, "HS256"),
        "PS256": sign(rsa_key, "PS256"),
        "scopes as a list": sign(rsa_key, "RS256", scope=["predict", "read"]),
        "several audiences": sign(rsa_key, "RS256", aud=["other", "maas"]),
    },
    "bad": {
        "expired": sign(rsa_key, "RS256", exp=1500000000),
        "not yet valid": sign(rsa_key, "RS256", nbf=FAR - 1),
        "without an end": sign(rsa_key, "RS256", exp=None),
        "another audience": sign(rsa_key, "RS256", aud="other"),
        "another issuer": sign(rsa_key, "RS256", iss="https://evil.example"),
        "another key": sign(other_rsa, "RS256"),
        "without signature": jwt.encode(claims(), None, algorithm="none"),
        "signature cut off": f"{header}.{body}.",
        "public key as secret": confused(),
        "changed claims": f"{header}.{part(claims(sub='root')).decode()}.{signature}",
        "no name": sign(rsa_key, "RS256", sub=None),
        "an algorithm that is not accepted": sign(SECRET, "HS512"),
        "no token": "abc",
    },
    "read only": sign(rsa_key, "RS256", scope="read"),
    "one model": sign(rsa_key, "RS256", models=["same"]),
    "rsa": public_pem(rsa_key),
    "ec": public_pem(ec_key),
    "secret": SECRET,
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokens.json"), "w") as file:
    json.dump(tokens, file, indent=1)
    file.write("\n")
