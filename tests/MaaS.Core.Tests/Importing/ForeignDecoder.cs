using System.Text.Json;

namespace MaaS.Core.Tests.Importing;

/// <summary>A text of a folder in Fixtures and how NumPy continues it.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Logits">Of the prompt's last token.</param>
/// <param name="Tokens">The likeliest ones that follow, the stop token included.</param>
/// <param name="Perplexity">Of the prompt and the tokens.</param>
public sealed record ForeignText(string Text, long[] Prompt, float[] Logits, long[] Tokens, double Perplexity);

/// <summary>The folders that <c>Fixtures/decoders.py</c> makes.</summary>
public static class ForeignDecoder
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Most tokens that were computed.</summary>
    public const int NewTokens = 24;

    /// <summary>Path of a folder.</summary>
    public static string Folder(string name)
        => Path.Combine(TestContext.CurrentContext.TestDirectory, "Importing/Fixtures", name);

    /// <summary>What NumPy writes.</summary>
    public static ForeignText[] Expected(string name) => JsonSerializer.Deserialize<ForeignText[]>(
        File.ReadAllBytes(Path.Combine(Folder(name), "expected.json")), Json)!;

    /// <summary>Copies a folder, to change it.</summary>
    public static void Copy(string name, string target)
    {
        foreach (var file in Directory.EnumerateFiles(Folder(name), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(Folder(name), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
