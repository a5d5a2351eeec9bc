using System.Threading.Channels;
using MaaS.Core.Generation.Adapters;

namespace MaaS.Core.Generation.Batching;

/// <summary>One text in the making.</summary>
internal sealed class Sequence
{
    private readonly Channel<GeneratedToken> _out = Channel.CreateUnbounded<GeneratedToken>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private volatile bool _isCancelled;

    /// <summary>A text at its start.</summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="options">In their ranges.</param>
    /// <param name="caller">Whose it is; null for nobody's.</param>
    /// <param name="adapter">What it is written with; null for the model alone.</param>
    public Sequence(
        IReadOnlyList<long> prompt, GenerationOptions options, string? caller, AdapterWeights? adapter = null)
    {
        Tokens = [.. prompt];
        PromptLength = prompt.Count;
        (Options, Caller, Adapter) = (options, caller, adapter);
        Sampler = new TokenSampler(options, prompt);
    }

    /// <summary>The prompt and what was generated.</summary>
    public List<long> Tokens { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptLength { get; }

    /// <summary>How to choose and when to stop.</summary>
    public GenerationOptions Options { get; }

    /// <summary>Whose it is.</summary>
    public string? Caller { get; }

    /// <summary>What it is written with; null for the model alone.</summary>
    public AdapterWeights? Adapter { get; }

    /// <summary>Keeps its state when the text gives its blocks up.</summary>
    public TokenSampler Sampler { get; }

    /// <summary>Place in the order of arrival.</summary>
    public long Number { get; set; }

    /// <summary>Tokens whose keys and values stand in the blocks.</summary>
    public int Computed { get; set; }

    /// <summary>Blocks of the tokens in order.</summary>
    public List<int> Blocks { get; } = [];

    /// <summary>What stands before the first block that is not full.</summary>
    public long Content { get; set; }

    /// <summary>Tokens of the prompt that were found in the cache when it was first admitted.</summary>
    public int? CachedTokens { get; set; }

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsCancelled => _isCancelled;

    /// <summary>What was generated, for the one who asked.</summary>
    public ChannelReader<GeneratedToken> Reader => _out.Reader;

    /// <summary>Nobody waits any more.</summary>
    public void Cancel() => _isCancelled = true;

    /// <summary>Tokens that may follow, which the next run computes along; none for no guess.</summary>
    public long[] Drafts { get; set; } = [];

    /// <summary>Draws the next token from logits and hands it out.</summary>
    /// <param name="logits">Of the last token.</param>
    /// <param name="computed">Tokens before the drawn one.</param>
    /// <param name="maxLength">The model's longest sequence.</param>
    /// <returns>Whether the text has ended.</returns>
    public bool Draw(ReadOnlySpan<float> logits, int computed, long maxLength)
    {
        var token = Sampler.Next(logits);
        var probability = Sampler.LogProbability(logits, token);
        Sampler.Accept(token);
        Tokens.Add(token);
        var count = Tokens.Count - PromptLength;
        var finish = Options.StopTokens.Contains(token) ? FinishReason.Stop
            : count == Options.MaxNewTokens || computed == maxLength ? FinishReason.Length
            : FinishReason.None;
        _out.Writer.TryWrite(
            new GeneratedToken(token, finish, probability, count == 1 ? CachedTokens ?? 0 : 0));
        return finish != FinishReason.None;
    }

    /// <summary>Whether nothing follows.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Says that nothing follows.</summary>
    /// <param name="failure">Why, where the text has not ended by itself.</param>
    public void Complete(Exception? failure = null)
    {
        IsEnded = true;
        _out.Writer.TryComplete(failure);
    }
}
