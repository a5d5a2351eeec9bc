namespace MaaS.Serving;

/// <summary>Which requests are kept with their answers, for tests and later training.</summary>
public sealed class SamplingOptions
{
    /// <summary>Folder of the JSON-lines files, one a day.</summary>
    public string Folder { get; set; } = "samples";

    /// <summary>Share of the requests, 0 to 1.</summary>
    public double Rate { get; set; } = 0.01;

    /// <summary>Elements of each tensor that are kept. Default 4096.</summary>
    public int MaxElements { get; set; } = 4096;

    /// <summary>Bytes of a day's file, after which the day keeps no more. Default 256 MiB.</summary>
    public long MaxBytesPerDay { get; set; } = 256L << 20;

    /// <summary>Inputs whose values are not kept, by name; <c>*</c> for all. Default none.</summary>
    public IList<string> MaskedInputs { get; } = new List<string>();

    internal IEnumerable<string> Faults(string where)
    {
        if (Rate is not (>= 0 and <= 1))
        {
            yield return $"{where}:{nameof(Rate)}: expected 0 to 1, got {Rate}";
        }

        if (MaxElements < 0)
        {
            yield return $"{where}:{nameof(MaxElements)}: expected 0 or more, got {MaxElements}";
        }

        if (string.IsNullOrWhiteSpace(Folder) || File.Exists(Folder))
        {
            yield return $"{where}:{nameof(Folder)}: expected a folder, got '{Folder}'";
        }
    }
}
