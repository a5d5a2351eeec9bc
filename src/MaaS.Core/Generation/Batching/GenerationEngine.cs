using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MaaS.Core.Generation.Adapters;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Continues many texts with one model at once: at every token texts may join and leave, each with options of
/// its own. May be used from several threads at once.</summary>
/// <remarks>Yu et al. 2022: Orca, a distributed serving system for transformer-based generative models (iteration-level
/// scheduling); Agrawal et al. 2023: Sarathi (prompts in chunks).</remarks>
public sealed class GenerationEngine : IDisposable
{
    private readonly GenerationSchedule _schedule;
    private readonly Dictionary<string, AdapterWeights> _adapters;
    private readonly ConcurrentQueue<Sequence> _arrived = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private bool _isDisposed;
    private long _numbers;

    /// <summary>An engine, which runs the model on a thread of its own.</summary>
    /// <param name="graph">Owned by the engine from now on.</param>
    /// <param name="maxLength">The model's longest sequence in tokens.</param>
    /// <param name="options">How texts share it; null for the defaults.</param>
    /// <param name="adapters">What texts may ask for by name; null for none.</param>
    /// <param name="draft">A small model of the same vocabulary and longest sequence that guesses tokens ahead; owned
    /// by the engine from now on; null for none. Texts are the same with it and without.</param>
    /// <exception cref="ArgumentException">An option is out of its range, not one block fits the cache, or an adapter
    /// or the draft model does not fit the network.</exception>
    public GenerationEngine(
        DecoderGraph graph, long maxLength, GenerationEngineOptions? options = null,
        IReadOnlyList<AdapterWeights>? adapters = null, DecoderGraph? draft = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _adapters = (adapters ?? []).ToDictionary(static a => a.Name);
        foreach (var adapter in adapters ?? [])
        {
            graph.ThrowIfUnfit(adapter);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        options ??= new GenerationEngineOptions();
        options.Validate();
        if (draft is not null && draft.CountVocabulary() is var words && words != graph.CountVocabulary())
        {
            throw new ArgumentException(
                $"{graph.Name}: expected a draft model of {graph.CountVocabulary()} tokens, got one of {words}.",
                nameof(draft));
        }

        draft?.ThrowIfShorter(maxLength);
        _schedule = new GenerationSchedule(
            graph, maxLength, options,
            draft is null ? null : new Drafter(draft, maxLength, options.DraftLength, options.IdleChunkLength));
        _thread = new Thread(Work) { IsBackground = true, Name = $"maas generation {graph.Name}" };
        _thread.Start();
    }

    /// <summary>Longest sequence in tokens, the prompt included: the model's, or what fits the cache.</summary>
    public long MaxLength => _schedule.MaxLength;

    /// <summary>Names of the adapters.</summary>
    public IReadOnlyCollection<string> Adapters => _adapters.Keys;

    /// <summary>What it is doing.</summary>
    public GenerationEngineStatus Status => _schedule.Status with
    {
        Waiting = _schedule.Status.Waiting + _arrived.Count,
    };

    /// <summary>Continues a sequence of tokens.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="options">How to choose and when to stop; null for the defaults.</param>
    /// <param name="caller">Whose it is: callers take turns; null for nobody's.</param>
    /// <param name="cancellationToken">Takes the text out of the batch.</param>
    /// <returns>At least one token; exactly the last has a <see cref="GeneratedToken.Finish"/>. Leaving the enumeration
    /// takes the text out of the batch.</returns>
    /// <exception cref="ModelInputException">The prompt is empty, or as long as <see cref="MaxLength"/> or
    /// longer, or there is no such adapter.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    public IAsyncEnumerable<GeneratedToken> GenerateAsync(
        IReadOnlyList<long> prompt, GenerationOptions? options = null, string? caller = null,
        CancellationToken cancellationToken = default)
    {
        TokenGenerator.CheckPrompt(prompt, MaxLength);
        options ??= new GenerationOptions();
        AdapterWeights? adapter = null;
        return options.Adapter is null || _adapters.TryGetValue(options.Adapter, out adapter)
            ? ReadAsync(new Sequence(prompt, options, caller, adapter), cancellationToken)
            : throw new ModelInputException(
                $"generation: expected an adapter among [{string.Join(", ", _adapters.Keys)}], got "
                + $"'{options.Adapter}'.");
    }

    /// <summary>Ends all texts and frees the model.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        _wake.Release();
        _thread.Join();
        _schedule.Dispose();
        _wake.Dispose();
    }

    private async IAsyncEnumerable<GeneratedToken> ReadAsync(
        Sequence sequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            sequence.Number = _numbers++;
            _arrived.Enqueue(sequence);
            _wake.Release();
        }

        try
        {
            await foreach (var token in sequence.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return token;
            }
        }
        finally
        {
            sequence.Cancel();
        }
    }

    private void Work()
    {
        while (true)
        {
            if (_schedule.IsIdle)
            {
                _wake.Wait();
            }

            while (_arrived.TryDequeue(out var sequence))
            {
                _schedule.Add(sequence);
            }

            lock (_lock)
            {
                if (_isDisposed)
                {
                    break;
                }
            }

            try
            {
                _schedule.Step();
            }
            catch (Exception e)
            {
                // Nothing that a text brings about reaches here; if it did, no text would be left waiting.
                _schedule.End(e);
            }
        }

        _schedule.End(new ObjectDisposedException(nameof(GenerationEngine)));
    }
}
