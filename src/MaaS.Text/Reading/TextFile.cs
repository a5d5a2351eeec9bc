using System.Text;

namespace MaaS.Text.Reading;

/// <summary>Reads labelled texts from comma- or tab-separated files and from JSON lines, one record at a
/// time.</summary>
public static class TextFile
{
    /// <summary>Longest text or other field, in characters: more is an unclosed quote or no text.</summary>
    public const int LongestField = 1 << 24;

    private static readonly string[] JsonExtensions = [".jsonl", ".ndjson", ".json"];

    /// <summary>The samples of a file, read as they are asked for: it may be larger than memory.</summary>
    /// <param name="path"><c>.jsonl</c>, <c>.ndjson</c> and <c>.json</c> hold one JSON object a line; other files have
    /// a header and separated columns.</param>
    /// <param name="options">Columns and encoding; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">The encoding is unknown.</exception>
    /// <exception cref="InvalidDataException">
    /// A column is missing (the message lists those that are there), or, while reading, a row cannot be used and
    /// <see cref="TextFileOptions.OnBadRow"/> is null: it is ragged, wrongly quoted, undecodable, empty or of an
    /// unknown label.
    /// </exception>
    public static IEnumerable<TextSample> Read(string path, TextFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new TextFileOptions();
        var encoding = EncodingOf(options.Encoding);
        return File.Exists(path)
            ? Samples(path, options, encoding)
            : throw new FileNotFoundException($"{path}: expected a file of texts, found none.", path);
    }

    private static IEnumerable<TextSample> Samples(string path, TextFileOptions options, Encoding encoding)
    {
        using var file = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16 });
        using var reader = new StreamReader(
            file, Marked(file) is { } name ? EncodingOf(name) : encoding, detectEncodingFromByteOrderMarks: true);
        var rows = JsonExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
            ? JsonLinesReader.Rows(reader, options)
            : SeparatedReader.Rows(reader, options, options.Delimiter ?? DelimiterOf(path), path);
        foreach (var row in rows)
        {
            if (row.Fault is null)
            {
                yield return new TextSample(row.Row, row.Text, row.Label);
            }
            else if (options.OnBadRow is { } tell)
            {
                tell($"{path}: row {row.Row}: {row.Fault}.");
            }
            else
            {
                throw new InvalidDataException($"{path}: row {row.Row}: {row.Fault}.");
            }
        }
    }

    private static char DelimiterOf(string path)
        => Path.GetExtension(path).ToUpperInvariant() is ".TSV" or ".TAB" ? '\t' : ',';

    // The encoding that a byte order mark names. StreamReader would find it as well, but read its undecodable bytes as
    // U+FFFD.
    private static string? Marked(FileStream file)
    {
        if (!file.CanSeek)
        {
            return null;
        }

        Span<byte> start = stackalloc byte[4];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        return start switch
        {
            [0xFF, 0xFE, 0, 0] => "utf-32",
            [0, 0, 0xFE, 0xFF] => "utf-32BE",
            [0xFF, 0xFE, ..] => "utf-16",
            [0xFE, 0xFF, ..] => "utf-16BE",
            [0xEF, 0xBB, 0xBF, ..] => "utf-8",
            _ => null,
        };
    }

    // Undecodable bytes become a mark in the row that has them, so that the row can be named and the rest be read.
    private static Encoding EncodingOf(string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        try
        {
            return Encoding.GetEncoding(
                name, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback($"{TextRow.Undecodable}"));
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException(
                $"Encoding: expected a name as utf-8 or windows-1252, got '{name}'.", nameof(name), e);
        }
    }
}
