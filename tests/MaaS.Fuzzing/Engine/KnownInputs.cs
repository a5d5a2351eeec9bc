namespace MaaS.Fuzzing.Engine;

/// <summary>Inputs that stand in the repository.</summary>
internal static class KnownInputs
{
    /// <summary>Seeds, the corpus of earlier runs, and inputs that once showed a fault.</summary>
    public static IEnumerable<byte[]> Of(IFuzzHarness harness)
        => harness.Seeds().Concat(Files("Corpus", harness.Name)).Concat(Files("Faults", harness.Name));

    /// <summary>Files of a harness in a folder beside the program.</summary>
    public static IEnumerable<byte[]> Files(string kind, string harness)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, kind, harness);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];
    }

    /// <summary>A file of seeds that other tests have as well.</summary>
    public static byte[] Seed(params string[] path)
        => File.ReadAllBytes(Path.Combine([AppContext.BaseDirectory, "Seeds", .. path]));
}
