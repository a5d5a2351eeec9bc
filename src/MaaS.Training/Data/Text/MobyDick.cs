using MaaS.Primitives.Files;

namespace MaaS.Training.Data.Text;

/// <summary>Herman Melville's novel Moby-Dick, 1851: 1.2 million characters of English.</summary>
/// <remarks>See data/README.md for where set-up gets it.</remarks>
public static class MobyDick
{
    private const string Name = "moby-dick", Book = "moby-dick.txt", Chapter = "\n\nCHAPTER ";

    /// <summary>The novel, a paragraph a line.</summary>
    /// <param name="directory">
    /// Folder with <c>moby-dick.txt</c>; null for the cache that <c>./maas setup</c> fills
    /// (<c>artifacts/data/moby-dick</c> upward from the working directory, or <c>$MAAS_DATA/moby-dick</c>).
    /// </param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static string Read(string? directory = null)
    {
        var folders = DatasetDirectory.Candidates(Name, directory).ToArray();
        var folder = folders.FirstOrDefault(static f => File.Exists(Path.Combine(f, Book)))
            ?? throw new FileNotFoundException(
            $"{Name}: expected {Book} in {folders[0]}; run `./maas setup`, or set {DatasetDirectory.CacheVariable}.");
        return File.ReadAllText(Path.Combine(folder, Book));
    }

    /// <summary>Cuts the novel before the chapter in which the held-back share begins.</summary>
    /// <param name="book">What <see cref="Read"/> gave.</param>
    /// <param name="heldBack">Share of the end that training shall not see, above 0 and below 1; made larger to a whole
    /// chapter.</param>
    /// <exception cref="ArgumentException">There is no chapter in the first part.</exception>
    public static (string Train, string HeldBack) Split(string book, double heldBack = 0.1)
    {
        ArgumentNullException.ThrowIfNull(book);
        var cut = book.LastIndexOf(Chapter, (int)(book.Length * (1 - heldBack)), StringComparison.Ordinal);
        return cut > 0 ? (book[..cut], book[(cut + 2)..])
            : throw new ArgumentException(
                $"{Name}: expected a chapter before the last {heldBack:P0} of the text, found none.", nameof(book));
    }
}
