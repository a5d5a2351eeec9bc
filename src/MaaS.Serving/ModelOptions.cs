namespace MaaS.Serving;

/// <summary>
/// How one model is run. Null takes the value of <see cref="MaaSServingOptions.Defaults"/>, and then the one named
/// here.
/// </summary>
public sealed record ModelOptions
{
    internal const int DefaultMaxBatchSize =
        32, DefaultQueueLimit = 1024, DefaultMaxTexts = 256, DefaultMaxTextLength = 1 << 22, DefaultMaxGenerations = 16,
        DefaultPromptChunk = 64;

    internal const long DefaultKeyValueCacheBytes = 1L << 30;

    /// <summary>
    /// Threads inside one operator; 0 takes the cores that <see cref="Concurrency"/> leaves each run, or 1. Default 0.
    /// </summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>Operators of one run that may go side by side. Default 1.</summary>
    public int? InterOpThreads { get; set; }

    /// <summary>Scheduled runs at once; 0 takes the cores over <see cref="IntraOpThreads"/>. Default 0.</summary>
    public int? Concurrency { get; set; }

    /// <summary>Most rows (entries of the first axis) that requests share a run with; 1 for none. Default 32.</summary>
    public int? MaxBatchSize { get; set; }

    /// <summary>
    /// How long a batch waits to grow while another run is under way; when none is, it never waits. Default 0.
    /// </summary>
    public TimeSpan? MaxBatchDelay { get; set; }

    /// <summary>Sizes that a model computes best: a batch is cut to the largest that is full. Default none.</summary>
    public int[]? PreferredBatchSizes { get; set; }

    /// <summary>Most requests that wait for a run; the next is answered 429. Default 1024.</summary>
    public int? QueueLimit { get; set; }

    /// <summary>
    /// Most raw texts of one request to a model that reads texts; more are answered 400. Default 256.
    /// </summary>
    public int? MaxTexts { get; set; }

    /// <summary>Most UTF-16 units of a raw text or prompt; a longer one is answered 400. Default 4 Mi.</summary>
    public int? MaxTextLength { get; set; }

    /// <summary>
    /// Most texts that go through a language model together; others wait, up to <see cref="QueueLimit"/>. Where a model
    /// takes one text at a time (one without an attention mask), none waits: the next is answered 429. Default 16.
    /// </summary>
    public int? MaxGenerations { get; set; }

    /// <summary>
    /// Most bytes of keys and values of a language model's texts, which also bound its longest text; runs take about
    /// three times as much as the texts under way besides, and at most six times. Default 1 GiB.
    /// </summary>
    public long? KeyValueCacheBytes { get; set; }

    /// <summary>
    /// Most tokens of a prompt that a language model reads between two tokens of other texts. Default 64.
    /// </summary>
    public int? PromptChunk { get; set; }

    /// <summary>
    /// Whether texts of different callers share the keys and values of equal beginnings of their prompts, which are
    /// then computed once. An equal prompt of another caller shows in the time to the first token. Default true.
    /// </summary>
    public bool? SharesPrompts { get; set; }

    /// <summary>
    /// What runs the operators, as <c>cuda</c> or <c>openvino</c>: see
    /// <see cref="Onnx.Inference.InferenceOptions.Providers"/>. Default: the processor.
    /// </summary>
    public string[]? Providers { get; set; }

    /// <summary>Most bytes of answers that are kept for equal requests; 0 for none. Default 0.</summary>
    public long? CacheBytes { get; set; }

    /// <summary>
    /// Which versions are loaded: <c>latest</c>, <c>latest:3</c>, <c>all</c>, or numbers as <c>1,4</c>. Labelled
    /// versions are loaded besides. Default <c>latest</c>.
    /// </summary>
    public string? Versions { get; set; }

    /// <summary>
    /// Whether the model is loaded on its first request instead of at the start; its later versions are loaded at once.
    /// Default false.
    /// </summary>
    public bool? IsLazy { get; set; }

    /// <summary>
    /// Whether it stays loaded when <see cref="MaaSServingOptions.MemoryLimitBytes"/> makes others go. Default false.
    /// </summary>
    public bool? IsPinned { get; set; }

    /// <summary>
    /// How requests that name no version are spread; null for the latest version. Not taken from the defaults.
    /// </summary>
    public TrafficRoute? Route { get; set; }

    /// <summary>These options, those of <paramref name="defaults"/> where they are null.</summary>
    internal ModelOptions Over(ModelOptions defaults) => new()
    {
        IntraOpThreads = IntraOpThreads ?? defaults.IntraOpThreads,
        InterOpThreads = InterOpThreads ?? defaults.InterOpThreads,
        Concurrency = Concurrency ?? defaults.Concurrency,
        MaxBatchSize = MaxBatchSize ?? defaults.MaxBatchSize,
        MaxBatchDelay = MaxBatchDelay ?? defaults.MaxBatchDelay,
        PreferredBatchSizes = PreferredBatchSizes ?? defaults.PreferredBatchSizes,
        Providers = Providers ?? defaults.Providers,
        QueueLimit = QueueLimit ?? defaults.QueueLimit,
        MaxTexts = MaxTexts ?? defaults.MaxTexts,
        MaxTextLength = MaxTextLength ?? defaults.MaxTextLength,
        MaxGenerations = MaxGenerations ?? defaults.MaxGenerations,
        KeyValueCacheBytes = KeyValueCacheBytes ?? defaults.KeyValueCacheBytes,
        PromptChunk = PromptChunk ?? defaults.PromptChunk,
        SharesPrompts = SharesPrompts ?? defaults.SharesPrompts,
        CacheBytes = CacheBytes ?? defaults.CacheBytes,
        Versions = Versions ?? defaults.Versions,
        IsLazy = IsLazy ?? defaults.IsLazy,
        IsPinned = IsPinned ?? defaults.IsPinned,
        Route = Route,
    };

    /// <summary>Every fault, as <c>Models:digits:IntraOpThreads: expected …</c>.</summary>
    internal IEnumerable<string> Faults(string path)
    {
        string? Outside<T>(string name, T? value, T from, T to)
            where T : struct, IComparable<T>
            => value is { } v && (v.CompareTo(from) < 0 || v.CompareTo(to) > 0)
            ? $"{path}:{name}: expected {from} to {to}, got {v}" : null;

        foreach (var fault in new[]
        {
            Outside(nameof(IntraOpThreads), IntraOpThreads, 0, 1024),
            Outside(nameof(InterOpThreads), InterOpThreads, 1, 1024),
            Outside(nameof(Concurrency), Concurrency, 0, 1024),
            Outside(nameof(MaxBatchSize), MaxBatchSize, 1, 65_536),
            Outside(nameof(MaxBatchDelay), MaxBatchDelay, TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            Outside(nameof(QueueLimit), QueueLimit, 1, int.MaxValue),
            Outside(nameof(MaxTexts), MaxTexts, 1, 1 << 20),
            Outside(nameof(MaxTextLength), MaxTextLength, 1, int.MaxValue),
            Outside(nameof(MaxGenerations), MaxGenerations, 1, 65_536),
            Outside(nameof(KeyValueCacheBytes), KeyValueCacheBytes, 1, long.MaxValue),
            Outside(nameof(PromptChunk), PromptChunk, 1, 1 << 20),
            Outside(nameof(CacheBytes), CacheBytes, 0, long.MaxValue),
        })
        {
            if (fault is not null)
            {
                yield return fault;
            }
        }

        foreach (var size in (PreferredBatchSizes ?? []).Where(s => s < 1 || s > (MaxBatchSize ?? int.MaxValue)))
        {
            yield return $"{path}:{nameof(PreferredBatchSizes)}: expected sizes from 1 to {nameof(MaxBatchSize)}, got "
                + $"{size}";
        }

        foreach (var provider in (Providers ?? []).Except(Onnx.Inference.ExecutionProviders.Names))
        {
            yield return $"{path}:{nameof(Providers)}: expected some of "
                + $"[{string.Join(", ", Onnx.Inference.ExecutionProviders.Names)}], got '{provider}'";
        }

        if (Versions is not null && VersionPolicy.TryParse(Versions) is null)
        {
            yield return $"{path}:{nameof(Versions)}: expected {VersionPolicy.Rule}, got '{Versions}'";
        }

        foreach (var fault in Route?.Faults($"{path}:{nameof(Route)}") ?? [])
        {
            yield return fault;
        }
    }
}
