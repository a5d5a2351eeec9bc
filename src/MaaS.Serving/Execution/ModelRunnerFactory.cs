using MaaS.Core.Generation;
using MaaS.Core.Generation.Batching;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution.Batching;
using MaaS.Serving.Execution.Caching;
using MaaS.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Execution;

/// <summary>Decides how a model is loaded and run, from the options for its name.</summary>
public sealed partial class ModelRunnerFactory : IDisposable
{
    private readonly MaaSServingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ModelRunnerFactory> _logger;
    private readonly Lazy<ComputeThreads> _threads = new(() => new ComputeThreads());

    /// <summary>A factory; one serves all models.</summary>
    public ModelRunnerFactory(
        IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<ModelRunnerFactory> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _time = time;
        _logger = logger;
    }

    /// <summary>Threads of a model's session: as many runs as may be under way share the cores.</summary>
    /// <param name="name">The model's name in addresses.</param>
    /// <param name="folder">What the model's folder says; null for nothing.</param>
    /// <param name="runsAlone">Whether one run at a time does all of the model's work, as of a language model; it has
    /// all cores then, unless the options name a number of threads or runs.</param>
    public InferenceOptions SessionOptions(string name, ModelOptions? folder = null, bool runsAlone = false)
    {
        var own = _options.For(name, folder);
        var plan = ThreadPlan.Of(
            runsAlone && own is { IntraOpThreads: null or 0, Concurrency: null or 0 }
                ? own with { Concurrency = 1 } : own);
        return new InferenceOptions
        {
            IntraOpThreads = plan.IntraOpThreads,
            InterOpThreads = own.InterOpThreads ?? 1,
            Providers = own.Providers ?? [],
        };
    }

    /// <summary>Makes the runner of a loaded model.</summary>
    /// <param name="name">The model's name in addresses.</param>
    /// <param name="model">The loaded model; the runner does not dispose it.</param>
    /// <param name="folder">What the model's folder says; null for nothing.</param>
    public IModelRunner Create(string name, InferenceModel model, ModelOptions? folder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var own = _options.For(name, folder);
        if ((own.MaxBatchSize ?? ModelOptions.DefaultMaxBatchSize) > 1
            && RowIndependence.Obstacle(model) is { } obstacle)
        {
            LogNotBatched(name, obstacle);
        }

        var runner = new ModelRunner(model, BatchingOf(name, model, folder), _threads.Value, _time);
        return own.CacheBytes is > 0 and var bytes ? new CachingRunner(runner, bytes) : runner;
    }

    /// <summary>How the requests of a loaded model share runs: not at all where its rows depend on each
    /// other.</summary>
    /// <param name="name">The model's name in addresses.</param>
    /// <param name="model">The loaded model.</param>
    /// <param name="folder">What the model's folder says; null for nothing.</param>
    internal BatchingOptions BatchingOf(string name, InferenceModel model, ModelOptions? folder)
    {
        var own = _options.For(name, folder);
        var wanted = own.MaxBatchSize ?? ModelOptions.DefaultMaxBatchSize;
        var size = wanted > 1 && RowIndependence.Obstacle(model) is not null ? 1 : wanted;
        return new BatchingOptions(
            size,
            own.MaxBatchDelay ?? TimeSpan.Zero,
            [.. (own.PreferredBatchSizes ?? []).Where(s => s <= size).Order()],
            own.QueueLimit ?? ModelOptions.DefaultQueueLimit,
            ThreadPlan.Of(own).Concurrency);
    }

    /// <summary>Rows that a client may send to a model that its folder says nothing of; 0 where not all tensors begin
    /// with a batch axis.</summary>
    internal int BatchSize(string name, InferenceModel model)
        => model.Inputs.Concat(model.Outputs).Any(s => s is not { Shape: [-1, _, ..] }) ? 0
            : RowIndependence.Obstacle(model) is not null ? 1
            : _options.For(name).MaxBatchSize ?? ModelOptions.DefaultMaxBatchSize;

    /// <summary>Makes what continues texts with a loaded language model.</summary>
    /// <param name="name">The model's name in addresses.</param>
    /// <param name="model">The loaded model; disposed with the runner.</param>
    /// <param name="settings">Longest sequence and stop tokens.</param>
    /// <param name="parts">Its tokenizer, its adapters and its draft model.</param>
    /// <exception cref="InvalidDataException">The network is no decoder with a cache, or an adapter or the draft model
    /// does not fit it.</exception>
    internal GenerationRunner CreateGeneration(
        string name, InferenceModel model, GenerationSettings settings, GenerationParts parts)
    {
        var own = _options.For(name);
        var rows = own.MaxGenerations ?? ModelOptions.DefaultMaxGenerations;
        try
        {
            if (DecoderGraph.Fits(model))
            {
                var engine = Engine(name, model, settings, parts, rows);
                var waiting = own.QueueLimit ?? ModelOptions.DefaultQueueLimit;
                return new GenerationRunner(
                    name, new SharedTokens(engine, _time), parts.Tokenizer, settings,
                    rows, waiting)
                {
                    MaxTextLength = own.MaxTextLength ?? ModelOptions.DefaultMaxTextLength,
                };
            }

            if (parts.Adapters.Count > 0 || parts.Draft is not null)
            {
                throw new ArgumentException(
                    $"{name}: expected a network with an attention mask for adapters or a draft model, got one of "
                        + "tokens alone.");
            }

            var decoder = new OnnxDecoder(model, settings.MaxLength);
            return CreateGeneration(name, decoder.Start, decoder, parts.Tokenizer, settings);
        }
        catch (ArgumentException e)
        {
            model.Dispose();
            throw new InvalidDataException(e.Message, e);
        }
    }

    private GenerationEngine Engine(
        string name, InferenceModel model, GenerationSettings settings, GenerationParts parts, int rows)
    {
        var graph = new DecoderGraph(model);
        var obstacle = graph.RowObstacle();
        if (obstacle is not null)
        {
            LogNotBatched(name, obstacle);
        }

        if (parts.Draft is not null && (obstacle ?? graph.DraftObstacle()) is { } reason)
        {
            throw new ArgumentException($"{name}: expected a network that a draft model can guess for; {reason}.");
        }

        var own = _options.For(name);
        var draft = parts.Draft is null ? null
            : InferenceModel.Load(parts.Draft, $"{name}, draft", SessionOptions(name, runsAlone: true));
        try
        {
            var engine = new GenerationEngine(graph, settings.MaxLength, new GenerationEngineOptions
            {
                MaxRows = rows,
                CacheBytes = own.KeyValueCacheBytes ?? ModelOptions.DefaultKeyValueCacheBytes,
                ChunkLength = own.PromptChunk ?? ModelOptions.DefaultPromptChunk,
                SharesAcrossCallers = own.SharesPrompts ?? true,
                SharesRuns = obstacle is null,
                DraftFailed = e => LogDraftFailed(e, name),
            }, parts.Adapters, draft is null ? null : new DecoderGraph(draft));
            if (engine.MaxLength < settings.MaxLength)
            {
                LogShortened(name, engine.MaxLength, settings.MaxLength);
            }

            return engine;
        }
        catch
        {
            draft?.Dispose();
            throw;
        }
    }

    /// <summary>Makes what continues texts with a model that takes each by itself.</summary>
    /// <param name="name">The model's name in addresses.</param>
    /// <param name="start">Begins a text.</param>
    /// <param name="decoder">The model; disposed with the runner.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="settings">Longest sequence and stop tokens.</param>
    internal GenerationRunner CreateGeneration(
        string name, Func<IDecoderSession> start, IDisposable decoder, Tokenizer tokenizer,
        GenerationSettings settings)
        => new(
            name, new TokensInTurns(start, settings.MaxLength, decoder, _threads.Value, _time), tokenizer, settings,
            _options.For(name).MaxGenerations ?? ModelOptions.DefaultMaxGenerations, waiting: 0)
        {
            MaxTextLength = _options.For(name).MaxTextLength ?? ModelOptions.DefaultMaxTextLength,
        };

    /// <summary>Ends the threads that run models, after what they run.</summary>
    public void Dispose()
    {
        if (_threads.IsValueCreated)
        {
            _threads.Value.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Information, "Requests for {Model} do not share runs: {Obstacle}")]
    private partial void LogNotBatched(string model, string obstacle);

    [LoggerMessage(
        LogLevel.Warning,
        "{Model} takes texts of at most {Shortened} of its {MaxLength} tokens: more keys and values do not fit "
        + "KeyValueCacheBytes")]
    private partial void LogShortened(string model, long shortened, long maxLength);

    [LoggerMessage(LogLevel.Error, "The draft model of {Model} failed; texts go on without guesses")]
    private partial void LogDraftFailed(Exception exception, string model);
}
