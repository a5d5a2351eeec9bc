using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MaaS.Training.Data.Streams;

namespace MaaS.Training.Data.Text;

/// <summary>Texts that a language model learns from: whole documents, without labels.</summary>
/// <param name="documents">Each of at least one character.</param>
public sealed class LanguageCorpus(IReadOnlyList<string> documents)
{
    // So many documents or more are held back whole, fewer by their ends.
    private const int Many = 20;

    private const string LinesExtension = ".jsonl";

    private static readonly string[] Extensions = [".txt", ".md", LinesExtension];

    /// <summary>The texts, in their order.</summary>
    public IReadOnlyList<string> Documents { get; } = documents;

    /// <summary>Characters of all texts.</summary>
    public long Characters => Documents.Sum(static d => (long)d.Length);

    /// <summary>Reads texts in UTF-8.</summary>
    /// <param name="path">A file, or a folder whose <c>.txt</c>, <c>.md</c> and <c>.jsonl</c> files are read in the
    /// order of their names. Each file is one text; of a <c>.jsonl</c> file each line is an object with one.</param>
    /// <param name="member">The member with the text in such lines.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder, or the folder has no such
    /// file.</exception>
    /// <exception cref="InvalidDataException">A file is no UTF-8, a line has no text, or there is no text at all; the
    /// message names file and line.</exception>
    public static LanguageCorpus Read(string path, string member = "text")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(member);
        List<string> documents =
            [.. Files(path).SelectMany(file => Texts(file, member)).Where(static d => d.Length > 0)];
        return documents.Count > 0
            ? new LanguageCorpus(documents)
            : throw new InvalidDataException($"{path}: expected texts, got none that has a character.");
    }

    /// <summary>Holds a part back: of 20 documents and more whole ones that are drawn, of fewer the end of each, cut at
    /// a line.</summary>
    /// <param name="share">Share of the characters that is held back, above 0 and below 1; met about.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of its range.</exception>
    public (LanguageCorpus Train, LanguageCorpus HeldBack) Split(double share, int seed)
    {
        if (share is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(share), share, "LanguageCorpus: expected a share above 0 and below 1.");
        }

        if (Documents.Count < Many)
        {
            var cut = Documents.Select(d => Cut(d, share)).ToList();
            return (new([.. cut.Select(static c => c.Begin).Where(static t => t.Length > 0)]),
                new([.. cut.Select(static c => c.End).Where(static t => t.Length > 0)]));
        }

        var order = new long[Documents.Count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        new SeededRandom(seed, 0).Shuffle(order);
        var (wanted, held) = (share * Characters, new HashSet<long>());
        for (var i = 0; wanted > 0 && i < order.Length - 1; i++)
        {
            held.Add(order[i]);
            wanted -= Documents[(int)order[i]].Length;
        }

        LanguageCorpus Part(bool isHeld) => new([.. Documents.Where((_, i) => held.Contains(i) == isHeld)]);
        return (Part(isHeld: false), Part(isHeld: true));
    }

    /// <summary>What tells these texts apart from others, hexadecimal.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var document in Documents)
        {
            var bytes = Encoding.UTF8.GetBytes(document);
            hash.AppendData(BitConverter.GetBytes(bytes.LongLength));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Behind the next line; of the last line behind the one before, unless most of the text would be held back then.
    private static (string Begin, string End) Cut(string document, double share)
    {
        var at = Math.Max((int)(document.Length * (1 - share)), Math.Min(1, document.Length - 1));
        var (next, previous) = (document.IndexOf('\n', at) + 1, document.LastIndexOf('\n', at) + 1);
        if (next > 0 && next < document.Length)
        {
            at = next;
        }
        else if (previous > at / 2 && previous < document.Length)
        {
            at = previous;
        }
        else if (at > 0 && char.IsLowSurrogate(document[at]))
        {
            at--;
        }

        return (document[..at], document[at..]);
    }

    private static IReadOnlyList<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        string[] files = Directory.Exists(path)
            ? [.. Directory.GetFiles(path).Where(static f => Extensions.Contains(
                Path.GetExtension(f).ToLowerInvariant())).Order(StringComparer.Ordinal)]
            : [];
        return files.Length > 0
            ? files
            : throw new FileNotFoundException(
                $"{path}: expected a file, or a folder with {string.Join(", ", Extensions)} files, found none.", path);
    }

    private static IEnumerable<string> Texts(string file, string member)
        => file.EndsWith(LinesExtension, StringComparison.OrdinalIgnoreCase)
            ? Utf8File.Lines(file, $"{file}, ").Select((line, i) => (line, number: i + 1))
                .Where(static l => !string.IsNullOrWhiteSpace(l.line))
                .Select(l => Member(file, l.number, l.line, member))
            : [Utf8File.Text(file, $"{file}, ")];

    private static string Member(string file, int number, string line, string member)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty(member, out var text) && text.ValueKind == JsonValueKind.String)
            {
                return text.GetString()!;
            }
        }
        // InvalidOperationException: half of a surrogate pair.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file}, line {number}: expected a JSON object: {e.Message}", e);
        }

        throw new InvalidDataException($"{file}, line {number}: expected an object with a text '{member}'.");
    }
}
