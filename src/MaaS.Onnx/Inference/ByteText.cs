using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace MaaS.Onnx.Inference;

/// <summary>
/// The bytes of string tensors as .NET strings. ONNX's strings are bytes, most often of UTF-8. A byte that is not
/// stands as a lone surrogate, U+DC80 for 0x80 to U+DCFF for 0xFF, which no text has: every string of bytes comes back
/// as it was.
/// </summary>
/// <remarks>Python's surrogateescape, PEP 383.</remarks>
public static class ByteText
{
    private const char FirstByte = '\uDC80', LastByte = '\uDCFF';
    private const int Offset = FirstByte - 0x80;

    /// <summary>Whether a string is text: it has no bytes that are not UTF-8, and no half of a character.</summary>
    public static bool IsText(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done)
            {
                return false;
            }

            text = text[(at + length)..];
        }

        return true;
    }

    /// <summary>The string of some bytes.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done;
            if (isText)
            {
                text.Append(rune.ToString());
            }

            for (var i = 0; !isText && i < length; i++)
            {
                text.Append((char)(bytes[i] + Offset));
            }

            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of a string.</summary>
    public static byte[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsText(text))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                count += rune.EncodeToUtf8(bytes.AsSpan(count));
                i += rune.Utf16SequenceLength;
            }
            else
            {
                bytes[count++] = text[i] is >= FirstByte and <= LastByte ? (byte)(text[i] - Offset)
                    : throw new ArgumentException(
                        $"ByteText: expected text or bytes of it, got the lone surrogate U+{(int)text[i]:X4}.",
                        nameof(text));
                i++;
            }
        }

        return bytes[..count];
    }

    /// <summary>Number of bytes of a string.</summary>
    public static int GetByteCount(string text)
        => IsText(text) ? Encoding.UTF8.GetByteCount(text) : Encode(text).Length;
}
