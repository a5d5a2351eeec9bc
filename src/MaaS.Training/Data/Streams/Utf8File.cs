using System.Text;

namespace MaaS.Training.Data.Streams;

/// <summary>Files of text in UTF-8. Other bytes are an error, and never a U+FFFD that somebody would learn
/// from.</summary>
internal static class Utf8File
{
    private const int BufferSize = 1 << 16;

    // With its own mark, because a reader that finds a mark of another encoding takes that one, which is not strict.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary>Opens a file. What reads on gets a <see cref="DecoderFallbackException"/> for bytes that are no
    /// UTF-8.</summary>
    public static StreamReader Open(string path)
        => new(path, Strict, detectEncodingFromByteOrderMarks: true, new FileStreamOptions { BufferSize = BufferSize });

    /// <summary>All of a file.</summary>
    /// <exception cref="InvalidDataException">There are bytes that are no UTF-8; the message begins as
    /// given.</exception>
    public static string Text(string path, string before = "")
    {
        using var text = Open(path);
        try
        {
            return text.ReadToEnd();
        }
        catch (DecoderFallbackException e)
        {
            throw Fault(path, e, before);
        }
    }

    /// <summary>The lines of a file.</summary>
    /// <exception cref="InvalidDataException">There are bytes that are no UTF-8; the message begins as
    /// given.</exception>
    public static IEnumerable<string> Lines(string path, string before = "")
    {
        using var text = Open(path);
        while (Next() is { } line)
        {
            yield return line;
        }

        string? Next()
        {
            try
            {
                return text.ReadLine();
            }
            catch (DecoderFallbackException e)
            {
                throw Fault(path, e, before);
            }
        }
    }

    /// <summary>What to say of bytes that are no UTF-8, with their line. A reader decodes ahead of the line it is at,
    /// so the file is read once more.</summary>
    public static InvalidDataException Fault(string path, DecoderFallbackException cause, string before = "") => new(
        $"{before}line {FaultyLine(path)}: expected UTF-8, got other bytes; save the file as UTF-8.", cause);

    private static long FaultyLine(string path)
    {
        using var file = File.OpenRead(path);
        var decoder = Strict.GetDecoder();
        var (bytes, letters) = (new byte[BufferSize], new char[BufferSize + 1]);
        var line = 1L;
        try
        {
            while (file.Read(bytes) is > 0 and var count)
            {
                for (var rest = bytes.AsSpan(0, count); rest.Length > 0;)
                {
                    var end = rest.IndexOf((byte)'\n');
                    var part = end < 0 ? rest : rest[..(end + 1)];
                    decoder.GetChars(part, letters, flush: false);
                    rest = rest[part.Length..];
                    line += end < 0 ? 0 : 1;
                }
            }
        }
        catch (DecoderFallbackException)
        {
            // It is this line. Where none is met, the last one ends within a letter.
        }

        return line;
    }
}
