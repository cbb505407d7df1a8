"""Electronic signatures of papers: whole, altered, broken, trusted; nobody is asked."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import keys, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from pypdf import PdfWriter

from kheo.documents.sandbox import signatures_of

SIGNER = "Hà Văn Mẫu – Ban Tuyên giáo và Dân vận"


def certificate(name, *, of=None, is_root=False):
    """A key with its certificate, signed by `of` or by itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = cx509.Name([cx509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_key, issuer = of or (key, None)
    now = datetime.now(UTC)
    builder = (
        cx509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(cx509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(cx509.BasicConstraints(is_root, None), critical=True)
        .add_extension(
            cx509.KeyUsage(
                digital_signature=True,
                content_commitment=not is_root,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=is_root,
                crl_sign=is_root,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    return key, builder.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def root():
    return certificate("Gốc mẫu", is_root=True)


@pytest.fixture(scope="module")
def signed(root):
    key, leaf = certificate(SIGNER, of=root)
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(root[1].public_bytes(DER)))
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(leaf.public_bytes(DER)),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(
                DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        cert_registry=store,
    )
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(blank())),
        signers.PdfSignatureMetadata(field_name="Sig1"),
        signer=signer,
    )
    return out.getvalue()


DER = serialization.Encoding.DER


def blank():
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def states(content, roots=None):
    return [one["state"] for one in signatures_of(content, roots)]


def folder(tmp_path, certificate, *, name="root.pem"):
    encoding = serialization.Encoding.PEM if name.endswith("pem") else DER
    (tmp_path / name).write_bytes(certificate.public_bytes(encoding))
    (tmp_path / "notes.txt").write_text("not a certificate")
    return tmp_path


def test_who_signed_and_when_is_read_without_roots(signed):
    (one,) = signatures_of(signed, None)

    assert (one["signer"], one["state"]) == (SIGNER, "sound")
    assert datetime.fromisoformat(one["at"]).tzinfo is not None


@pytest.mark.parametrize("name", ["root.pem", "root.cer"])
def test_a_certificate_that_leads_to_a_root_is_trusted(signed, root, tmp_path, name):
    assert states(signed, folder(tmp_path, root[1], name=name)) == ["trusted"]


def test_a_certificate_of_somebody_else_is_not_trusted(signed, tmp_path):
    other = certificate("Gốc khác", is_root=True)[1]

    assert states(signed, folder(tmp_path, other)) == ["untrusted"]


def test_a_changed_byte_breaks_the_signature(signed):
    assert states(signed.replace(b"595", b"590", 1)) == ["broken"]


def test_what_is_added_after_signing_is_seen(signed):
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)
    writer.mark_update(writer.root["/Pages"]["/Kids"].raw_get(0))
    out = io.BytesIO()
    writer.write(out)

    assert states(out.getvalue()) == ["altered"]


def test_a_paper_without_signature_has_none():
    assert signatures_of(blank(), None) == []
    assert signatures_of(b"%PDF-1.4 broken", None) == []
