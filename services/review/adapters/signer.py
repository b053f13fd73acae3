"""Ed25519 signatures over heads of the ledger."""

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey


class Ed25519Signer:
    """Implements `ports.Signer`, by libsodium: OpenSSL would cost 10 MB of memory."""

    def __init__(self, secret: bytes) -> None:
        """Take the private key.

        Args:
            secret: 32 bytes.
        """
        self._key = SigningKey(secret[:32])
        self.public = bytes(self._key.verify_key).hex()

    def sign(self, text: str) -> str:
        """The signature of a text, in hex."""
        return self._key.sign(text.encode()).signature.hex()

    def is_signed(self, text: str, signature: str, public: str) -> bool:
        """Whether a signature is that of a text, by the key that is given."""
        try:
            VerifyKey(bytes.fromhex(public)).verify(text.encode(), bytes.fromhex(signature))
        except (BadSignatureError, ValueError):
            return False
        return True
