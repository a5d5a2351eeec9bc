using System.Collections.Frozen;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MaaS.Serving.Security;

/// <summary>One certificate revocation list: what an authority has taken back.</summary>
/// <remarks>
/// RFC 5280, section 5. Delta lists and indirect lists are not taken: their critical extensions say more than is
/// checked here.
/// </remarks>
internal sealed class RevocationList
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string _algorithm;
    private readonly FrozenSet<string> _serials;

    /// <summary>Reads a list.</summary>
    /// <param name="der">A DER-encoded CertificateList.</param>
    /// <exception cref="InvalidDataException">It is none, or one of a kind that is not checked here.</exception>
    public RevocationList(ReadOnlyMemory<byte> der)
    {
        try
        {
            var whole = new AsnReader(der, AsnEncodingRules.DER);
            var list = whole.ReadSequence();
            whole.ThrowIfNotEmpty();
            _signed = list.PeekEncodedValue().ToArray();
            var content = list.ReadSequence();
            var algorithm = list.PeekEncodedValue();
            _algorithm = list.ReadSequence().ReadObjectIdentifier();
            _signature = list.ReadBitString(out var unusedBits);
            list.ThrowIfNotEmpty();

            if (content.PeekTag().HasSameClassAndValue(Asn1Tag.Integer))
            {
                content.ReadInteger(); // Version.
            }

            if (!content.ReadEncodedValue().Span.SequenceEqual(algorithm.Span) || unusedBits != 0)
            {
                throw new InvalidDataException(
                    "expected a list that names the algorithm of its signature, got two algorithms or half a byte of "
                        + "signature");
            }

            Issuer = new X500DistinguishedName(content.ReadEncodedValue().Span);
            ThisUpdate = ReadTime(content);
            NextUpdate = content.HasData && IsTime(content.PeekTag()) ? ReadTime(content) : DateTimeOffset.MaxValue;
            _serials = (
                content.HasData && content.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)
                    ? ReadSerials(content.ReadSequence()) : [])
                .ToFrozenSet(StringComparer.Ordinal);
            if (content.HasData)
            {
                ThrowIfCritical(content.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence(), "list");
            }
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            throw new InvalidDataException($"expected a certificate revocation list, got other bytes: {e.Message}", e);
        }
    }

    /// <summary>The certificate authority that issued the list.</summary>
    public X500DistinguishedName Issuer { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset ThisUpdate { get; }

    /// <summary>Until when it counts: after that the authority has a newer one.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>Reads a file: PEM with any number of lists, or one list in DER.</summary>
    /// <exception cref="InvalidDataException">There is no list in it, or one that is not taken.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<RevocationList> ReadFile(string path)
    {
        const string Label = "X509 CRL";
        var bytes = File.ReadAllBytes(path);
        try
        {
            if (bytes is [0x30, ..])
            {
                return [new RevocationList(bytes)];
            }

            List<RevocationList> lists = [];
            ReadOnlySpan<char> text = System.Text.Encoding.Latin1.GetString(bytes);
            while (PemEncoding.TryFind(text, out var found))
            {
                if (text[found.Label].SequenceEqual(Label))
                {
                    lists.Add(new RevocationList(Convert.FromBase64String(text[found.Base64Data].ToString())));
                }

                text = text[found.Location.End..];
            }

            return lists.Count > 0
                ? lists : throw new InvalidDataException($"expected PEM blocks '{Label}' or one list in DER, got none");
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Whether the list names a certificate of its issuer.</summary>
    public bool Names(X509Certificate2 certificate) => _serials.Contains(Serial(certificate.SerialNumberBytes.Span));

    /// <summary>Whether a certificate's key has signed the list.</summary>
    public bool IsSignedBy(X509Certificate2 authority)
    {
        if (!authority.SubjectName.RawData.AsSpan().SequenceEqual(Issuer.RawData)
            || authority.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign))
        {
            return false;
        }

        HashAlgorithmName? hash = _algorithm switch
        {
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            _ => null,
        };
        using var rsa = authority.GetRSAPublicKey();
        using var ec = authority.GetECDsaPublicKey();
        var isRsa = _algorithm.StartsWith("1.2.840.113549.", StringComparison.Ordinal);
        return hash is { } name && (isRsa
            ? rsa?.VerifyData(_signed, _signature, name, RSASignaturePadding.Pkcs1)
            : ec?.VerifyData(_signed, _signature, name, DSASignatureFormat.Rfc3279DerSequence)) == true;
    }

    private static IEnumerable<string> ReadSerials(AsnReader entries)
    {
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            yield return Serial(entry.ReadIntegerBytes().Span);
            ReadTime(entry);
            if (entry.HasData)
            {
                ThrowIfCritical(entry.ReadSequence(), "entry");
            }
        }
    }

    private static void ThrowIfCritical(AsnReader extensions, string where)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean())
            {
                throw new InvalidDataException(
                    $"expected a complete list of one authority's own certificates, got the critical extension {oid} "
                        + $"in a {where}; delta and indirect lists are not taken");
            }
        }
    }

    /// <summary>A serial number as its hexadecimal digits, however many zeros an encoder put before it.</summary>
    private static string Serial(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes.TrimStart((byte)0));

    private static bool IsTime(Asn1Tag tag)
        => tag.HasSameClassAndValue(Asn1Tag.UtcTime) || tag.HasSameClassAndValue(Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader reader)
        => reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
}
