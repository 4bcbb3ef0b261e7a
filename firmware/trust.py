"""Whom a board trusts: the SSL context for its broker and its host."""

import binascii
import ssl

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def tls_context(ca):
    """Return a context that accepts certificates which `ca` vouches for: one certificate as PEM
    (not every MicroPython reads that itself). Raises ValueError if it is none."""
    begin, end = ca.find(BEGIN), ca.find(END)
    if begin < 0 or end < 0:
        raise ValueError("`ca` in moonhop.json is no certificate in PEM")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=binascii.a2b_base64(ca[begin + len(BEGIN) : end]))
    return context
