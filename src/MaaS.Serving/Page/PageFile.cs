using System.Security.Cryptography;
using System.Text;

namespace MaaS.Serving.Page;

/// <summary>A file of the page, from the assembly's resources.</summary>
/// <param name="Name">As the page asks for it, as <c>page.css</c>.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PageFile(string Name, string ContentType, byte[] Content)
{
    private const string Folder = "page/";

    /// <summary>The page itself; all others are what it loads.</summary>
    public const string Index = "index.html";

    /// <summary>Changes with the content. It is weak, for the content may travel packed.</summary>
    public string ETag { get; } = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 16))}\"";

    /// <summary>Reads every file.</summary>
    public static IEnumerable<PageFile> ReadAll()
        => typeof(PageFile).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Select(Read);

    /// <summary>The same file with one text in place of another that it has.</summary>
    public PageFile With(string text, string replacement)
    {
        var content = Encoding.UTF8.GetString(Content);
        return content.Contains(text, StringComparison.Ordinal)
            ? new PageFile(
                Name, ContentType, Encoding.UTF8.GetBytes(content.Replace(text, replacement, StringComparison.Ordinal)))
            : throw new InvalidOperationException($"{Name}: expected it to contain '{text}'");
    }

    private static PageFile Read(string resource)
    {
        using var stream = typeof(PageFile).Assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new PageFile(resource[Folder.Length..], TypeOf(Path.GetExtension(resource)), content);
    }

    private static string TypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".txt" => "text/plain; charset=utf-8",
        _ => throw new NotSupportedException(
            $"expected a file of the page to be html, css, js, svg or txt, got '{extension}'"),
    };
}
