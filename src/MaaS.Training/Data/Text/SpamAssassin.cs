using MaaS.Primitives.Files;
using MaaS.Text.Reading;

namespace MaaS.Training.Data.Text;

/// <summary>SpamAssassin's public mail corpus: 6,046 raw mails of 2002 and 2003, labelled ham or spam.</summary>
/// <remarks>See data/README.md for where set-up gets it.</remarks>
public static class SpamAssassin
{
    /// <summary>Cleaning that fits raw mails.</summary>
    public static IReadOnlyList<string> Cleaning { get; } = [
        "mail", "html", "unicode", "mask", "lower-case", "whitespace", "repeats"];

    private const string Name = "spam-assassin", File = "mails.jsonl";

    /// <summary>The mails with their headers, one character a byte.</summary>
    /// <param name="directory">
    /// Folder with <c>mails.jsonl</c>; null for the cache that <c>./maas setup</c> fills
    /// (<c>artifacts/data/spam-assassin</c> upward from the working directory, or <c>$MAAS_DATA/spam-assassin</c>).
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IEnumerable<TextSample> Read(string? directory = null)
    {
        var folders = DatasetDirectory.Candidates(Name, directory).ToArray();
        var folder = folders.FirstOrDefault(static f => System.IO.File.Exists(Path.Combine(f, File)))
            ?? throw new FileNotFoundException(
            $"{Name}: expected {File} in {folders[0]}; run `./maas setup`, or set {DatasetDirectory.CacheVariable}.");
        return TextFile.Read(Path.Combine(folder, File));
    }
}
